// @ts-check
import { duration, timeOfDay } from "./clock.js";
import { find, make } from "./element.js";

/** @typedef {import("./session/session.js").Session} Session */
/** @typedef {import("./session/session.js").SessionEventType} SessionEventType */
/** @typedef {"none" | "good" | "soon" | "expired" | "revoked"} State */

/** Events kept on show. */
const EVENTS = 4;

/** @type {Record<State, string>} */
const LABELS = {
  none: "none",
  good: "good",
  soon: "ends soon",
  expired: "expired",
  revoked: "revoked",
};

/** @type {Record<SessionEventType, string>} */
const NEWS = {
  expiring: "It is time to renew the pass.",
  expired: "The pass has ended.",
  revoked: "The session was revoked. Sign in again for a new one.",
  renewed: "A new pass is here.",
};

/** What the page knows of its pass, as a site of one's own would show it. */
export class SessionPanel {
  #root = find("session", HTMLElement);
  #badge = find("session-badge", HTMLElement);
  #countdown = find("session-countdown", HTMLElement);
  #until = find("session-until", HTMLTimeElement);
  #bar = find("session-bar", HTMLProgressElement);
  #news = find("session-news", HTMLElement);
  #events = find("session-events", HTMLElement);
  #renew = find("session-renew", HTMLButtonElement);
  #when = find("session-when", HTMLSelectElement);
  /** @type {Session | null} */
  #session = null;

  /**
   * @param {() => void} renew
   * @param {(early: number | null) => void} choose told how old a pass may get, in seconds; null is
   *   as old as the session module thinks right
   */
  constructor(renew, choose) {
    this.#renew.addEventListener("click", renew);
    this.#when.addEventListener("change", () => choose(Number(this.#when.value) || null));
    setInterval(() => this.#tick(), 250);
    for (const type of ["online", "offline"]) addEventListener(type, () => this.#tick());
  }

  /**
   * Follows a session, or none where nobody is signed in.
   *
   * @param {Session | null} session
   */
  follow(session) {
    this.#session = session;
    this.#events.replaceChildren();
    this.#news.textContent = "";
    const types = /** @type {const} */ (["expiring", "expired", "revoked", "renewed"]);
    for (const type of types) {
      session?.addEventListener(type, () => this.#tell(type));
    }
    this.#tick();
  }

  /** @param {SessionEventType} type */
  #tell(type) {
    this.#news.textContent = NEWS[type];
    const { pass = null } = this.#session ?? {};
    const now =
      pass && this.#session ? pass.expiresAt - this.#session.expiresIn() : Date.now() / 1000;
    const time = timeOfDay(now);
    this.#events.prepend(make("li", { "data-event": type }, make("code", {}, type), " at ", time));
    while (this.#events.childElementCount > EVENTS) this.#events.lastElementChild?.remove();
    this.#tick();
  }

  #tick() {
    const session = this.#session;
    const state = stateOf(session);
    this.#root.dataset["state"] = state;
    this.#root.dataset["network"] = navigator.onLine ? "online" : "offline";
    this.#badge.textContent = navigator.onLine ? LABELS[state] : `${LABELS[state]}, offline`;
    this.#renew.disabled = session === null || session.revoked;
    if (session === null || session.pass === null) return;
    const { issuedAt, expiresAt } = session.pass;
    const left = session.expiresIn();
    this.#countdown.textContent = duration(left);
    this.#bar.value = Math.max(0, left / (expiresAt - issuedAt));
    const end = timeOfDay(expiresAt);
    this.#until.dateTime = end.dateTime;
    this.#until.textContent = end.textContent;
  }
}

/**
 * @param {Session | null} session
 * @returns {State}
 */
function stateOf(session) {
  if (session === null) return "none";
  if (session.revoked) return "revoked";
  if (session.pass === null) return "none";
  const left = session.expiresIn();
  if (left <= 0) return "expired";
  return left < (session.pass.expiresAt - session.pass.issuedAt) / 5 ? "soon" : "good";
}
