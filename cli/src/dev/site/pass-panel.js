// @ts-check
import { duration, timeOfDay } from "./clock.js";
import { find, make } from "./element.js";
import { expiry, policyLines, resource } from "./policy-text.js";

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
    this.#policy.replaceChildren(...policyLines(credential.policy));
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
  return [
    ["Opens", resource(policy) ?? "not legible"],
    ["Key id", key_id],
    ["Hash", hash],
    ["Policy", canned ? "canned: one URL" : "custom: a pattern"],
    ["Carried in", carrier === "cookie" ? "cookies" : "the URL"],
  ].map(([term = "", value = ""]) => make("div", {}, make("dt", {}, term), make("dd", {}, value)));
}
