// @ts-check

/**
 * The edge's clock. A pass expires by that clock, and the viewer's own may be wrong, so the page
 * counts from the last time that the edge told.
 */
export class EdgeClock {
  #told = 0;
  #at = 0;

  /** @param {number} now seconds since 1970, as the edge told them just now */
  set(now) {
    this.#told = now;
    this.#at = performance.now();
  }

  /** @returns {number} seconds since 1970 by the edge's clock */
  now() {
    return this.#told + (performance.now() - this.#at) / 1000;
  }
}

/**
 * Minutes and seconds, or hours too: `4:09`, `1:02:03`.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => `${part}`.padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}

/**
 * A `<time>` that reads as the viewer's local time of day.
 *
 * @param {number} epoch seconds since 1970
 */
export function timeOfDay(epoch) {
  const date = new Date(epoch * 1000);
  const element = document.createElement("time");
  element.dateTime = date.toISOString();
  element.textContent = date.toLocaleTimeString([], { hour12: false });
  return element;
}
