// @ts-check
import { duration, timeOfDay } from "./clock.js";
import { find, make } from "./element.js";
import { expiry, jsonLines, readClaims, resource } from "./signed-text.js";

/** @typedef {import("./clock.js").EdgeClock} EdgeClock */
/** @typedef {import("./edge.js").Credential} Credential */
/** @typedef {import("./edge.js").Pass} Pass */

/** Under this many seconds left the countdown asks for attention. */
const SOON = 60;

/** The pass that this browser holds, decoded, with the time that it has left. */
export class PassPanel {
  #root = find("pass", HTMLElement);
  #badge = find("pass-badge", HTMLElement);
  #countdown = find("pass-countdown", HTMLElement);
  #until = find("pass-until", HTMLElement);
  #facts = find("pass-facts", HTMLElement);
  #claims = find("pass-claims", HTMLElement);
  #policy = find("pass-policy", HTMLElement);
  #renew = find("pass-renew", HTMLButtonElement);
  #clock;
  /** @type {number | null} */
  #end = null;

  /**
   * @param {EdgeClock} clock
   * @param {() => void} renew
   */
  constructor(clock, renew) {
    this.#clock = clock;
    this.#renew.addEventListener("click", renew);
    setInterval(() => this.#tick(), 250);
  }

  /** Nobody is signed in, so there is no pass and none to be had. */
  showNobody() {
    this.#renew.hidden = true;
    this.#showNone();
  }

  /** @param {Pass} pass of who is signed in */
  show({ credential, verdict }) {
    this.#renew.hidden = false;
    if (credential === null) {
      this.#showNone();
      return;
    }
    this.#end = expiry(credential.policy);
    this.#facts.replaceChildren(...facts(credential));
    this.#claims.replaceChildren(...claimedFacts(credential));
    this.#policy.replaceChildren(...jsonLines(credential.policy));
    this.#until.replaceChildren(...(this.#end === null ? [] : ["until ", timeOfDay(this.#end)]));
    const good = verdict.decision === "allow";
    this.#state(good ? "good" : "bad", good ? "good" : (verdict.code ?? "refused"));
    this.#tick();
  }

  #showNone() {
    this.#end = null;
    this.#state("none", "none");
  }

  #tick() {
    if (this.#end === null) return;
    const left = this.#end - this.#clock.now();
    this.#countdown.textContent = duration(left);
    if (left <= 0) this.#state("bad", "expired");
    else if (left <= SOON && this.#root.dataset["state"] === "good")
      this.#state("soon", "ends soon");
  }

  /**
   * @param {"none" | "good" | "soon" | "bad"} state
   * @param {string} label
   */
  #state(state, label) {
    this.#root.dataset["state"] = state;
    this.#badge.textContent = label;
  }
}

/** @param {Credential} credential */
function facts({ carrier, key_id, hash, canned, policy }) {
  return rows([
    ["Opens", resource(policy) ?? "not legible"],
    ["Key id", key_id],
    ["Hash", hash],
    ["Policy", canned ? "canned: one URL" : "custom: a pattern"],
    ["Carried in", carrier === "cookie" ? "cookies" : "the URL"],
  ]);
}

/** @param {Credential} credential */
function claimedFacts({ claims: text }) {
  const claims = readClaims(text);
  if (claims === null) return rows([["Token", "none"]]);
  const { sub, jti, iat, exp, res, mth } = claims;
  return rows([
    ["Subject", make("code", {}, sub)],
    ["Session", make("code", {}, jti)],
    ["Issued", timeOfDay(iat)],
    ["Expires", timeOfDay(exp)],
    ["Opens", ...res.map((pattern) => make("span", { class: "entry" }, pattern))],
    ["Methods", mth.join(", ") || "any"],
  ]);
}

/** @param {[string, ...(Node | string)[]][]} entries each a term and what is said of it */
function rows(entries) {
  return entries.map(([term, ...values]) =>
    make("div", {}, make("dt", {}, term), make("dd", {}, ...values)),
  );
}
