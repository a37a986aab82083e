// @ts-check
import { find } from "./element.js";
import { fetchWith } from "./session/fetch.js";
import { attachVideo } from "./session/video.js";
import { PartRefused, loadThroughMediaSource } from "./media-source.js";

/** @typedef {import("./edge.js").Edge} Edge */
/** @typedef {import("./session/session.js").Session} Session */
/** @typedef {(path: string) => void} Refused told with the path that could not be had */

const HLS = "application/vnd.apple.mpegurl";

/** The screen: one clip, played by the browser's own HLS or else through Media Source. */
export class Player {
  #screen = find("screen", HTMLElement);
  #video = find("video", HTMLVideoElement);
  #button = find("play", HTMLButtonElement);
  #label = find("play-label", HTMLElement);
  #status = find("player-status", HTMLElement);
  #edge;
  #refused;
  #native;
  #held = false;
  #loading = new AbortController();
  /** @type {URL | null} */
  #clip = null;
  /** @type {Session | null} */
  #session = null;
  #detach = () => {};

  /**
   * @param {Edge} edge
   * @param {Refused} refused
   * @param {boolean} forceMediaSource
   */
  constructor(edge, refused, forceMediaSource) {
    this.#edge = edge;
    this.#refused = refused;
    this.#native = !forceMediaSource && this.#video.canPlayType(HLS) !== "";
    this.#button.addEventListener("click", () => this.#play());
    this.#video.addEventListener("playing", () => this.#playing());
    this.#video.addEventListener("ended", () => this.#ready("Play again"));
    this.#video.addEventListener("error", () => this.#failed(this.#clip?.pathname ?? ""));
    const engine = this.#native ? "engine-native" : "engine-mse";
    find(engine, HTMLAnchorElement).setAttribute("aria-current", "true");
  }

  /**
   * Gets ready to play a clip, or none.
   *
   * @param {string | null} clip
   * @param {Session | null} session with whose pass
   */
  show(clip, session) {
    this.#unload();
    this.follow(session);
    this.#clip = clip === null ? null : new URL(clip, document.baseURI);
    if (this.#clip) {
      this.#ready("Play");
      this.#status.textContent = "The pass opens this clip. Press play.";
    } else {
      this.#screen.dataset["state"] = "locked";
      this.#button.disabled = true;
      this.#label.textContent = "Sign in to play";
      this.#status.textContent = "Sign in as one of the two to get a pass.";
    }
  }

  /**
   * Goes on with the passes of another session.
   *
   * @param {Session | null} session
   */
  follow(session) {
    this.#session = session;
    this.#detach();
    if (session && this.#native) this.#detach = attachVideo(this.#video, session);
  }

  /**
   * Ends what plays.
   *
   * @param {string} why
   */
  stop(why) {
    if (this.#screen.dataset["state"] === "playing") {
      this.#unload();
      this.#ready("Try again");
    }
    this.explain(why);
  }

  /** Pauses what plays, while the pass is a bad one. */
  hold() {
    this.#held = !this.#video.paused;
    this.#video.pause();
  }

  /** Plays on from `hold`. */
  release() {
    if (this.#held) this.#video.play().catch(() => {}); // The `error` event tells why.
    this.#held = false;
  }

  /** @param {string} text why the clip stopped */
  explain(text) {
    this.#status.textContent = text;
  }

  async #play() {
    if (this.#clip === null) return;
    this.#unload();
    this.#screen.dataset["state"] = "playing";
    this.#video.controls = true;
    this.#video.focus();
    if (this.#native) this.#video.src = this.#clip.href;
    else this.#loadThroughMediaSource(this.#clip, this.#loading.signal);
    await this.#video.play().catch(() => {}); // The `error` event tells why.
  }

  /**
   * @param {URL} clip
   * @param {AbortSignal} signal
   */
  async #loadThroughMediaSource(clip, signal) {
    try {
      await loadThroughMediaSource(
        this.#video,
        clip,
        (url, stop) => this.#fetchMedia(url, stop),
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      this.#unload();
      this.#failed(error instanceof PartRefused ? error.path : clip.pathname);
    }
  }

  /**
   * Offline it waits: what is in the buffer plays on.
   *
   * @param {URL} url
   * @param {AbortSignal} signal
   * @returns {Promise<Response>}
   */
  async #fetchMedia(url, signal) {
    const request = new Request(url, { signal, cache: "no-store" });
    try {
      return await (this.#session ? fetchWith(this.#session, this.#edge.fetch) : fetch)(request);
    } catch (error) {
      if (navigator.onLine) throw error;
      await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
      signal.throwIfAborted();
      return this.#fetchMedia(url, signal);
    }
  }

  #unload() {
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#video.controls = false;
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  /** @param {string} label */
  #ready(label) {
    this.#screen.dataset["state"] = "ready";
    this.#button.disabled = false;
    this.#label.textContent = label;
    this.#video.controls = false;
  }

  #playing() {
    this.#status.textContent = this.#native
      ? "Playing with the browser's own HLS. Every segment is checked at the edge."
      : "Playing through Media Source. Every segment is checked at the edge.";
  }

  /** @param {string} path */
  #failed(path) {
    this.#ready("Try again");
    this.#refused(path);
  }
}
