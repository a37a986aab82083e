// @ts-check

/** Seconds of clip kept ready. Little, so that a pass that ends is noticed by the next segment. */
const AHEAD = 6;

/** @typedef {{ url: URL, seconds: number, continues: boolean }} Segment False: its times begin anew. */
/** @typedef {{ init: URL, segments: Segment[] }} Playlist */
/** @typedef {(url: URL) => Promise<Response>} FetchPart */
/** @typedef {(url: URL, signal: AbortSignal) => Promise<Response>} FetchMedia */

/** The edge did not give a part of the clip. */
export class PartRefused extends Error {
  /**
   * @param {URL} url
   * @param {Response} response
   */
  constructor(url, response) {
    super(`${url.pathname} was answered with ${response.status}`);
    this.path = url.pathname;
  }
}

/**
 * Plays a finished HLS playlist of fMP4 segments, one H.264 and one AAC-LC track, through Media
 * Source: for browsers that have no HLS of their own. Ends when the last segment is in the buffer.
 *
 * @param {HTMLVideoElement} video
 * @param {URL} playlistUrl
 * @param {FetchMedia} fetchMedia
 * @param {AbortSignal} signal stops the loading
 * @throws {PartRefused} when the edge refuses the playlist or a segment
 */
export async function loadThroughMediaSource(video, playlistUrl, fetchMedia, signal) {
  /** @type {FetchPart} */
  const part = async (url) => {
    const response = await fetchMedia(url, signal);
    if (!response.ok) throw new PartRefused(url, response);
    return response;
  };

  const [source, { init, segments }] = await Promise.all([
    openedSource(video, signal),
    beginning(playlistUrl, part),
  ]);
  const buffer = source.addSourceBuffer(mediaType(new Uint8Array(init)));
  source.duration = segments.reduce((sum, { seconds }) => sum + seconds, 0);
  await append(buffer, init, signal);

  let loaded = 0;
  for (const { url, seconds, continues } of segments) {
    await playedTo(video, loaded - AHEAD, signal);
    if (!continues) buffer.timestampOffset = loaded;
    await append(buffer, await (await part(url)).arrayBuffer(), signal);
    loaded += seconds;
  }
  source.endOfStream();
}

/**
 * @param {URL} playlistUrl
 * @param {FetchPart} part
 */
async function beginning(playlistUrl, part) {
  const { init, segments } = readPlaylist(await (await part(playlistUrl)).text(), playlistUrl);
  return { init: await (await part(init)).arrayBuffer(), segments };
}

/**
 * @param {string} text
 * @param {URL} base
 * @returns {Playlist}
 */
export function readPlaylist(text, base) {
  /** @type {URL | null} */
  let init = null;
  /** @type {Segment[]} */
  const segments = [];
  let seconds = 0;
  let continues = true;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXT-X-MAP:")) {
      init = new URL(/URI="([^"]*)"/.exec(line)?.[1] ?? "", base);
    } else if (line.startsWith("#EXTINF:")) {
      seconds = Number.parseFloat(line.slice("#EXTINF:".length));
    } else if (line === "#EXT-X-DISCONTINUITY") {
      continues = false;
    } else if (line !== "" && !line.startsWith("#")) {
      segments.push({ url: new URL(line, base), seconds, continues });
      continues = true;
    }
  }
  if (init === null) throw new Error(`${base.pathname} names no fMP4 initialisation segment`);
  return { init, segments };
}

/**
 * The media type with codecs, as `addSourceBuffer` wants it. The three bytes of H.264 profile and
 * level follow the version byte of the `avcC` box (ISO/IEC 14496-15, 5.3.3.1).
 *
 * @param {Uint8Array} init
 */
export function mediaType(init) {
  const text = new TextDecoder("latin1").decode(init);
  const box = text.indexOf("avcC");
  if (box < 0) throw new Error("the clip has no H.264 track");
  const profile = [...init.subarray(box + 5, box + 8)].map(hex).join("");
  const audio = text.includes("mp4a") ? ",mp4a.40.2" : "";
  return `video/mp4; codecs="avc1.${profile}${audio}"`;
}

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}

/**
 * Gives the video its source at once, so that the caller may ask it to play in the same turn.
 *
 * @param {HTMLVideoElement} video
 * @param {AbortSignal} signal
 */
async function openedSource(video, signal) {
  const source = new MediaSource();
  const opened = happens(source, ["sourceopen"], signal);
  const url = URL.createObjectURL(source);
  video.src = url;
  await opened;
  URL.revokeObjectURL(url);
  return source;
}

/**
 * @param {SourceBuffer} buffer
 * @param {ArrayBuffer} bytes
 * @param {AbortSignal} signal
 */
async function append(buffer, bytes, signal) {
  const done = happens(buffer, ["updateend"], signal);
  buffer.appendBuffer(bytes);
  await done;
}

/**
 * Waits until the video has been played, or moved by the viewer, to this second.
 *
 * @param {HTMLVideoElement} video
 * @param {number} second
 * @param {AbortSignal} signal
 */
async function playedTo(video, second, signal) {
  while (video.currentTime < second) await happens(video, ["timeupdate", "seeking"], signal);
}

/**
 * @param {EventTarget} target
 * @param {string[]} events any of them
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function happens(target, events, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const heard = new AbortController();
    const over = { signal: heard.signal };
    const settle = (/** @type {() => void} */ end) => () => {
      heard.abort();
      end();
    };
    for (const event of events) target.addEventListener(event, settle(resolve), over);
    signal.addEventListener(
      "abort",
      settle(() => reject(signal.reason)),
      over,
    );
  });
}
