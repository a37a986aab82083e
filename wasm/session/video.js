// @ts-check

/** @typedef {import("./fetch.js").PlayerSession} PlayerSession */

/** Seconds of playing after which a new failure is not the old one. */
const RECOVERED = 1;

/**
 * Keeps a `<video>` going that plays a file, or HLS, by itself: where it fails, a new pass is got and
 * the source loaded again from the same moment, once. The page hears of `error` if that does not
 * help. A browser does not tell why a video failed, so this is done whatever the reason.
 *
 * With media of another origin set `crossorigin="use-credentials"`, or the cookies stay behind.
 *
 * @param {HTMLMediaElement} video
 * @param {PlayerSession} session
 * @returns {() => void} which leaves the video alone again
 */
export function attachVideo(video, session) {
  const detached = new AbortController();
  const { signal } = detached;
  /** The source and the second of it that could not be played. */
  let failed = { source: "", second: -Infinity };
  let loadedAt = performance.now();

  /** @param {Event} event */
  const recover = async (event) => {
    const { currentSrc: source, currentTime: second } = video;
    const isNew = failed.source !== source || second > failed.second + RECOVERED;
    if (!event.isTrusted || !isNew || !session.covers(source)) return;
    event.stopImmediatePropagation();
    failed = { source, second };
    const again = await session.recover(loadedAt);
    if (signal.aborted || video.currentSrc !== source) return;
    if (again) reload(video, second);
    else video.dispatchEvent(new Event("error"));
  };

  const loading = () => {
    loadedAt = performance.now();
  };
  video.addEventListener("loadstart", loading, { signal });
  // Parts of it are asked for as long as it plays.
  video.addEventListener("timeupdate", loading, { signal });
  video.addEventListener("error", recover, { signal, capture: true });
  return () => detached.abort();
}

/**
 * @param {HTMLMediaElement} video
 * @param {number} second
 */
function reload(video, second) {
  const { paused } = video;
  video.load();
  video.currentTime = second;
  if (!paused) video.play().catch(() => {}); // The `error` event tells why.
}
