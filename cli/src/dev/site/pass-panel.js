// @ts-check
import { timeOfDay } from "./clock.js";
import { find, make } from "./element.js";
import { jsonLines, readClaims, resource } from "./signed-text.js";

/** @typedef {import("./edge.js").Credential} Credential */
/** @typedef {import("./edge.js").Pass} Pass */

/** The pass that this browser holds, decoded by the edge: scripts cannot read it. */
export class PassPanel {
  #root = find("pass", HTMLElement);
  #badge = find("pass-badge", HTMLElement);
  #facts = find("pass-facts", HTMLElement);
  #claims = find("pass-claims", HTMLElement);
  #policy = find("pass-policy", HTMLElement);

  /** Nobody is signed in, so there is no pass and none to be had. */
  showNone() {
    this.#state("none", "none");
  }

  /** @param {Pass} pass of who is signed in */
  show({ credential, verdict }) {
    if (credential === null) {
      this.showNone();
      return;
    }
    this.#facts.replaceChildren(...facts(credential));
    this.#claims.replaceChildren(...claimedFacts(credential));
    this.#policy.replaceChildren(...jsonLines(credential.policy));
    const good = verdict.decision === "allow";
    this.#state(good ? "good" : "bad", good ? "opens the clip" : (verdict.code ?? "refused"));
  }

  /**
   * @param {"none" | "good" | "bad"} state
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
