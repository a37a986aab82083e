// @ts-check
//
// A page's view of its pass: until when it is good, renewed in time, once for all tabs.

import { ServerClock } from "./clock.js";
import { readSessionCookie } from "./cookie.js";
import { matches } from "./resource.js";
import { SignerRefused, answer, patience } from "./signer.js";
import { ON_ITS_WAY, alone, pause } from "./tabs.js";

export { SignerRefused };

/**
 * @typedef {object} Pass What the signer has issued. Times are seconds since 1970, of the server.
 * @property {string} session The id of the session, as logs and revocations have it.
 * @property {number} issuedAt
 * @property {number} expiresAt
 * @property {readonly string[] | null} resources Patterns of the URLs that it opens; null until the
 *   signer has told.
 */
/**
 * @typedef {object} SessionOptions
 * @property {string | URL} [endpoint] Of the signer: `/edgepass/session`, unless told otherwise.
 * @property {(url: string, init: RequestInit) => Promise<Response>} [fetch] Asks the endpoint, say
 *   with the header that an authorizer wants. The cookies go along in any case.
 * @property {(signal: AbortSignal) => Promise<Response>} [renew] Instead of `POST` to the endpoint.
 *   What it gives is read as the signer's answer; without a body the cookie counts.
 * @property {number} [renewBefore] Seconds before the end of a pass at which `expiring` is told, and
 *   the pass renewed: five minutes, or a quarter of a short pass.
 * @property {boolean} [automatic] False: nothing is issued unless `renew` is called.
 */
/** @typedef {"expiring" | "expired" | "revoked" | "renewed"} SessionEventType */
/**
 * @typedef {Omit<EventTarget, "addEventListener" | "removeEventListener"> & {
 *   addEventListener(
 *     type: SessionEventType,
 *     listener: (event: SessionEvent) => void,
 *     options?: boolean | AddEventListenerOptions,
 *   ): void;
 *   removeEventListener(
 *     type: SessionEventType,
 *     listener: (event: SessionEvent) => void,
 *     options?: boolean | EventListenerOptions,
 *   ): void;
 * }} SessionTarget
 */

/** The end of a pass when nobody says otherwise, in seconds. */
const RENEW_BEFORE = 300;

/** The longest sleep between two looks at the clock, in milliseconds: timers stand still in sleep. */
const GLANCE = 60_000;

/** For how long an answer of the signer is good enough for a page that is shown again, and for how
 * long a refusal after a renewal is believed, in milliseconds. */
const FRESH = 30_000;
const CONVINCED = 10_000;

/** @type {RequestInit} */
const POST = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

const REVOKED = "urn:edgepass:problem:revoked";

/** Something happened to the pass. */
export class SessionEvent extends Event {
  /**
   * @param {SessionEventType} type
   * @param {Pass | null} pass
   */
  constructor(type, pass) {
    super(type);
    /** The pass concerned. */
    this.pass = pass;
  }
}

/**
 * Follows the pass of this page from now on. Nothing of it is a check: that is the edge's.
 *
 * @param {SessionOptions} [options]
 */
export function openSession(options) {
  return new Session(options);
}

/**
 * A pass over time. `expiring`, `expired`, `revoked` and `renewed` are told once for each pass, in
 * every tab, and never before the signer has told the time.
 */
export class Session extends /** @type {new () => SessionTarget} */ (EventTarget) {
  #endpoint;
  #options;
  #clock = new ServerClock();
  #others;
  #closed = new AbortController();
  /** @type {Pass | null} */
  #pass = null;
  #revoked = false;
  /** How much of the end of this pass has been told: nothing, `expiring`, `expired`. */
  #told = 0;
  #lead = 0;
  /** When the last pass was issued, be it this page's still or not. */
  #seen = 0;
  /** Whether the cookie can be seen from here: then a pass without it is none. */
  #visible = false;
  /** When the signer is to be asked next, in milliseconds; null: when the pass wants it. */
  #due = /** @type {number | null} */ (0);
  #asked = -Infinity;
  #failures = 0;
  #asking = false;
  /** @type {Promise<Pass> | null} */
  #renewal = null;
  #renewedAt = -Infinity;
  #recoveredAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * Settled when the signer has told how things stand, or could not.
   *
   * @type {Promise<void>}
   */
  ready;

  /** @param {SessionOptions} [options] */
  constructor(options = {}) {
    super();
    const { automatic = true, renewBefore = 0 } = options;
    if (typeof automatic !== "boolean" || !Number.isFinite(renewBefore)) {
      throw new TypeError("`automatic` is not a boolean, or `renewBefore` not a number of seconds");
    }
    this.#options = options;
    this.#endpoint = new URL(
      options.endpoint ?? "/edgepass/session",
      globalThis.location?.href,
    ).href;
    const held = readSessionCookie(cookies());
    if (held) this.#hold(held);
    this.#others = new BroadcastChannel(this.#endpoint);
    this.#others.onmessage = ({ data: { pass, revoked } }) =>
      pass ? this.#take(pass) : this.#revoke(revoked);
    const { signal } = this.#closed;
    for (const type of ["online", "pageshow"]) {
      globalThis.addEventListener?.(type, () => this.#wake(), { signal });
    }
    const { document } = globalThis;
    document?.addEventListener("visibilitychange", () => document.hidden || this.#wake(), {
      signal,
    });
    this.ready = this.#ask();
  }

  /** The pass that this browser holds, as far as the page can know; null if none. */
  get pass() {
    return this.#pass;
  }

  /** Whether the signer said that the session is revoked. */
  get revoked() {
    return this.#revoked;
  }

  /**
   * Whether the pass is for this URL, good or not. True while that is not known.
   *
   * @param {string | URL} url
   */
  covers(url) {
    const whole = new URL(url, globalThis.location?.href);
    return this.#pass?.resources?.some((pattern) => matches(pattern, whole)) ?? true;
  }

  /**
   * Whether the edge would let this browser have a URL, as far as the page can know.
   *
   * @param {string | URL} url
   * @param {number} [now] milliseconds of the client's clock, right or wrong
   */
  canPlay(url, now = Date.now()) {
    return this.#pass !== null && !this.#revoked && this.expiresIn(now) > 0 && this.covers(url);
  }

  /**
   * Seconds until the pass ends by the server's clock, negative afterwards; `-Infinity` without one.
   *
   * @param {number} [now] milliseconds of the client's clock, right or wrong
   */
  expiresIn(now = Date.now()) {
    return this.#pass === null ? -Infinity : this.#pass.expiresAt - this.#clock.at(now);
  }

  /**
   * Gets a new pass now, once for all tabs that want one.
   *
   * @returns {Promise<Pass>}
   * @throws {SignerRefused} when the signer says no
   * @throws {Error} when it cannot be reached
   */
  renew() {
    const before = this.#pass;
    this.#renewal ??= alone(this.#endpoint, () => this.#issued(before)).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /**
   * Asks the signer how things stand.
   *
   * @throws {SignerRefused} when the signer says no
   * @throws {Error} when it cannot be reached
   */
  async check() {
    this.#look();
    const status = await this.#answer((signal) => this.#send({ signal }));
    this.#clock.set(status.server_time, this.#asked);
    // A pass of another session is that of somebody who has signed out since.
    const pass = this.#pass?.session === status.session ? this.#pass : null;
    this.#pass = pass && status.valid ? { ...pass, resources: status.resources } : pass;
    if (status.revoked) this.#revoke(this.#pass?.session);
    else this.#revoked = false;
    this.#tick();
  }

  /**
   * For players, after a 403: gets a new pass unless one came since the request was sent, and says
   * whether to send it again.
   *
   * @param {number} sentAt by `performance.now()`
   */
  async recover(sentAt) {
    if (this.#revoked) return false;
    if (this.#renewedAt > sentAt) return true;
    // The pass was renewed for this very reason, and that was of no use.
    if (performance.now() - this.#recoveredAt < CONVINCED) return false;
    try {
      await this.renew();
      this.#recoveredAt = performance.now();
      return true;
    } catch {
      return false;
    }
  }

  /** Stops following. */
  close() {
    this.#closed.abort();
    this.#others.close();
    clearTimeout(this.#timer);
  }

  /** Looks at the clock, tells what is to be told, and comes back in time for what is next. */
  #tick() {
    clearTimeout(this.#timer);
    if (this.#closed.signal.aborted) return;
    const left = this.expiresIn();
    const early = left - this.#lead;
    if (this.#pass && !this.#revoked && this.#clock.isKnown()) {
      if (left <= 0) this.#tell(2, "expired");
      else if (early <= 0) this.#tell(1, "expiring");
    }
    const doubtful = this.#due === null && this.#clock.isDoubtful();
    const wait = doubtful ? 0 : this.#due === null ? this.#wants() : this.#due - Date.now();
    // Offline there is nobody to ask; coming back wakes us.
    if (wait <= 0 && !this.#asking && navigator.onLine !== false) return void this.#ask();
    const next = [wait, early * 1000, left * 1000].filter((time) => time > 0);
    this.#timer = setTimeout(() => this.#tick(), Math.min(GLANCE, ...next));
  }

  /** Milliseconds until the pass is to be renewed by itself. */
  #wants() {
    if (this.#options.automatic === false || this.#revoked) return Infinity;
    return (this.expiresIn() - this.#lead) * 1000;
  }

  /** Asks for what is wanted, and sees to the next attempt where that fails. */
  async #ask() {
    const unsure = this.#due === 0 || this.#clock.isDoubtful();
    this.#asking = true;
    try {
      if ((this.#pass && unsure) || this.#wants() > 0) await this.check();
      if (this.#wants() <= 0) await this.renew();
      if (this.#wants() <= 0) throw new Error("the new pass has ended already");
      this.#failures = 0;
      this.#due = null;
    } catch (error) {
      this.#failures += 1;
      this.#due = Date.now() + patience(error, this.#failures);
    }
    this.#asking = false;
    this.#tick();
  }

  /** The page is shown, or online, again: much may have happened since. */
  #wake() {
    if (this.#due !== null || Date.now() - this.#asked > FRESH) this.#due = 0;
    this.#tick();
  }

  /**
   * A new pass: from the signer, or what another tab got while this one waited.
   *
   * @param {Pass | null} before the pass that was to be renewed
   */
  async #issued(before) {
    // Where the cookie is out of sight only other tabs can tell.
    if (!this.#look()) await pause(ON_ITS_WAY);
    const known = this.#pass;
    if (known && known.issuedAt !== before?.issuedAt) return known;
    const { renew = (/** @type {AbortSignal} */ signal) => this.#send({ ...POST, signal }) } =
      this.#options;
    const { session, issued_at, expires_at, resources = null } = await this.#answer(renew);
    const pass = session
      ? { session, issuedAt: issued_at, expiresAt: expires_at, resources }
      : readSessionCookie(cookies());
    if (!pass) throw new Error("the renewal gave no pass: neither a body nor a cookie");
    this.#clock.set(pass.issuedAt, this.#asked);
    this.#others.postMessage({ pass });
    return this.#take(pass);
  }

  /** Takes up what another tab, or the site, did to the cookie. Whether there is one. */
  #look() {
    const held = readSessionCookie(cookies());
    if (held && held.issuedAt !== this.#seen) this.#take(held);
    if (!held && this.#visible) this.#pass = null;
    return held !== null;
  }

  /** @param {(signal: AbortSignal) => Promise<Response>} send */
  async #answer(send) {
    this.#asked = Date.now();
    try {
      return await answer(send);
    } catch (error) {
      const { type } = /** @type {Partial<SignerRefused>} */ (error);
      if (type === REVOKED) this.#revoke(this.#pass?.session);
      throw error;
    }
  }

  /** @param {RequestInit} init */
  #send(init) {
    const { fetch = globalThis.fetch } = this.#options;
    return fetch(this.#endpoint, { credentials: "include", cache: "no-store", ...init });
  }

  /** @param {Pass} pass */
  #hold(pass) {
    const lifetime = pass.expiresAt - pass.issuedAt;
    // Not all browsers at once, where all began at once.
    const share = lifetime * (0.25 - Math.random() / 40);
    const { renewBefore = Math.min(RENEW_BEFORE, share) } = this.#options;
    this.#pass = pass;
    this.#seen = pass.issuedAt;
    this.#visible ||= readSessionCookie(cookies())?.issuedAt === pass.issuedAt;
    this.#lead = renewBefore;
    this.#revoked = false;
    this.#told = 0;
  }

  /** @param {Pass} pass */
  #take(pass) {
    this.#hold(pass);
    this.#due = null;
    this.#renewedAt = performance.now();
    this.dispatchEvent(new SessionEvent("renewed", pass));
    this.#tick();
    return pass;
  }

  /** @param {string | undefined} session */
  #revoke(session) {
    if (this.#revoked || this.#pass?.session !== session) return;
    this.#revoked = true;
    this.#others.postMessage({ revoked: session });
    this.dispatchEvent(new SessionEvent("revoked", this.#pass));
  }

  /**
   * @param {number} stage
   * @param {SessionEventType} type
   */
  #tell(stage, type) {
    if (this.#told >= stage) return;
    this.#told = stage;
    this.dispatchEvent(new SessionEvent(type, this.#pass));
  }
}

function cookies() {
  return globalThis.document?.cookie ?? "";
}
