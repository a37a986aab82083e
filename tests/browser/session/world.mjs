// @ts-check
//
// A browser, its viewer's clock and a signer, as far as the session module meets them, under a clock
// that only tests move.

import { mock } from "node:test";
import { openSession } from "../../../wasm/session/session.js";

/** @typedef {import("../../../wasm/session/session.js").Session} Session */
/** @typedef {import("../../../wasm/session/session.js").SessionOptions} SessionOptions */

/** 2026-01-01T00:00:00Z, in milliseconds. */
const START = 1_767_225_600_000;

export const MEDIA = "https://media.example.com/u/alice/";

export class World {
  /** How far the viewer's clock is ahead of the server's, in milliseconds. */
  skew = 0;
  /** Client time that the clock without a date has not seen: sleep, and the clock being set. */
  #unseen = 0;
  /** Lifetime of passes, in seconds. */
  lifetime = 3600;
  session = "s1";
  revoked = false;
  /** Whether the page can see the cookie. */
  visibleCookie = true;
  /** Every request, in order. @type {string[]} */
  requests = [];
  /** What the next requests are answered with, in place of what is right. @type {(Response | Error)[]} */
  failures = [];
  /** @type {Session[]} */
  #sessions = [];
  #locks = new Locks();
  #window = new EventTarget();
  /** @type {Map<string, unknown>} */
  #replaced = new Map();

  /** @param {{ skew?: number, locks?: boolean, storage?: boolean }} [browser] */
  constructor({ skew = 0, locks = true, storage = true } = {}) {
    this.skew = skew;
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: START + skew });
    mock.method(performance, "now", () => Date.now() - START - this.#unseen);
    mock.method(AbortSignal, "timeout", (/** @type {number} */ milliseconds) => {
      const controller = new AbortController();
      const late = new DOMException("too late", "TimeoutError");
      setTimeout(() => controller.abort(late), milliseconds);
      return controller.signal;
    });
    this.document = Object.assign(new EventTarget(), { cookie: "", hidden: false });
    this.navigator = { onLine: true, locks: locks ? this.#locks : undefined };
    this.#replace("document", this.document);
    this.#replace("navigator", this.navigator);
    this.#replace("location", new URL("https://www.example.com/watch"));
    this.#replace("localStorage", storage ? memory() : undefined);
    this.#replace("addEventListener", this.#window.addEventListener.bind(this.#window));
    this.#replace("fetch", this.#answer.bind(this));
  }

  /** Seconds since 1970 by the server. */
  get serverTime() {
    return Math.floor((Date.now() - this.skew) / 1000);
  }

  /** @param {SessionOptions} [options] */
  async open(options) {
    const session = openSession(options);
    this.#sessions.push(session);
    /** @type {string[]} */
    const events = [];
    for (const type of /** @type {const} */ (["expiring", "expired", "revoked", "renewed"])) {
      session.addEventListener(type, () => events.push(type));
    }
    // A session without a visible cookie waits for word of other tabs.
    await this.advance(1);
    await session.ready;
    return { session, events };
  }

  /**
   * Issues a pass as the signer does, at a server's time.
   *
   * @param {number} [issued]
   */
  issue(issued = this.serverTime) {
    const expires = issued + this.lifetime;
    const cookie = `Edgepass-Session=v1.${this.session}.${issued}.${expires}`;
    if (this.visibleCookie) this.document.cookie = `theme=dark; ${cookie}`;
    const { session } = this;
    return { session, issued_at: issued, expires_at: expires, resources: [`${MEDIA}*`] };
  }

  /**
   * Lets time pass, for the viewer awake.
   *
   * @param {number} seconds
   */
  async advance(seconds) {
    for (let left = seconds * 1000; left > 0; left -= 500) {
      mock.timers.tick(Math.min(500, left));
      await settled();
    }
  }

  /**
   * Time passes and no timer runs, nor does the clock without a date.
   *
   * @param {number} seconds
   */
  async sleep(seconds) {
    this.#unseen += seconds * 1000;
    mock.timers.setTime(Date.now() + seconds * 1000);
    await this.show();
  }

  /**
   * The viewer's clock is set.
   *
   * @param {number} seconds forward
   */
  setClock(seconds) {
    this.#unseen += seconds * 1000;
    this.skew += seconds * 1000;
    mock.timers.setTime(Date.now() + seconds * 1000);
  }

  /** The page comes to the front. */
  async show() {
    this.document.dispatchEvent(new Event("visibilitychange"));
    await this.#answered();
  }

  /** @param {boolean} onLine */
  async connect(onLine) {
    this.navigator.onLine = onLine;
    if (onLine) this.#window.dispatchEvent(new Event("online"));
    await this.#answered();
  }

  /** @param {"GET" | "POST"} method */
  count(method) {
    return this.requests.filter((request) => request === method).length;
  }

  close() {
    for (const session of this.#sessions) session.close();
    mock.timers.reset();
    mock.restoreAll();
    for (const [name, value] of this.#replaced) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }

  /** Questions and what follows from their answers have come to rest. */
  async #answered() {
    for (let round = 0; round < 4; round += 1) await settled();
  }

  /**
   * The signer (signer/README.md).
   *
   * @param {string} _url
   * @param {RequestInit} init
   */
  async #answer(_url, { method = "GET" } = {}) {
    this.requests.push(method);
    await settled();
    if (!this.navigator.onLine) throw new TypeError("Failed to fetch");
    const failure = this.failures.shift();
    if (failure instanceof Error) throw failure;
    if (failure) return failure;
    const { revoked, session, serverTime } = this;
    if (method === "GET") {
      const resources = revoked ? [] : [`${MEDIA}*`];
      return Response.json({
        valid: !revoked,
        revoked,
        session,
        resources,
        server_time: serverTime,
      });
    }
    return revoked ? problem(403, "revoked") : Response.json(this.issue());
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  #replace(name, value) {
    this.#replaced.set(name, /** @type {any} */ (globalThis)[name]);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

/**
 * @param {number} status
 * @param {string} name
 * @param {Record<string, string>} [headers]
 */
export function problem(status, name, headers = {}) {
  return Response.json({ type: `urn:edgepass:problem:${name}` }, { status, headers });
}

/** What has been set going has come to rest, messages between tabs included. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Web Locks, as far as they are used. */
class Locks {
  /** @type {Map<string, Promise<unknown>>} */
  #last = new Map();

  /**
   * @param {string} name
   * @param {() => Promise<unknown>} task
   */
  request(name, task) {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(task);
    this.#last.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  }
}

function memory() {
  /** @type {Map<string, string>} */
  const entries = new Map();
  return {
    /** @param {string} name */
    getItem: (name) => entries.get(name) ?? null,
    /** @param {string} name @param {string} value */
    setItem: (name, value) => void entries.set(name, value),
    /** @param {string} name */
    removeItem: (name) => void entries.delete(name),
  };
}
