// @ts-check

/** @typedef {import("./edge.js").Exchange} Exchange */

/**
 * Tells of the requests for content that the browser's own HLS makes, which no script sees. Browsers
 * report at most the status of them, and some report nothing.
 *
 * @param {(exchange: Exchange) => void} observe
 */
export function watchPlayerRequests(observe) {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!(entry instanceof PerformanceResourceTiming) || entry.initiatorType === "fetch")
        continue;
      const path = new URL(entry.name).pathname;
      const status = entry.responseStatus;
      if (path.startsWith("/media/") && status)
        observe({ method: "GET", path, status, reason: null });
    }
  });
  observer.observe({ type: "resource" });
}
