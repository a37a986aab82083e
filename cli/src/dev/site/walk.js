// @ts-check
import { find } from "./element.js";

/** The codes of the stages that look at claims: their own, and revocation, which goes by them. */
const CLAIMS = /^(claims-|revo)/;

/** The picture of the walk: viewer, CloudFront's policy, the claims, content. */
export class Walk {
  #root = find("walk", HTMLElement);
  #viewer = find("walk-viewer", HTMLElement);
  #policy = find("walk-policy", HTMLElement);
  #claims = find("walk-claims", HTMLElement);

  /** @param {string | null} name of who is signed in */
  showViewer(name) {
    this.#viewer.textContent = name ?? "nobody yet";
  }

  /** Nothing has been asked yet. */
  showIdle() {
    this.#show("idle", "where and until when", "who, and which session");
  }

  /**
   * What became of the last request for content.
   *
   * @param {number} status
   * @param {string | null} reason
   */
  showAnswer(status, reason) {
    if (status < 400) this.#show("allow", "holds", "let in");
    else if (reason !== null && CLAIMS.test(reason)) this.#show("deny-claims", "holds", reason);
    else this.#show("deny-policy", reason ?? `${status}`, "not reached");
  }

  /**
   * @param {"idle" | "allow" | "deny-policy" | "deny-claims"} decision
   * @param {string} policy
   * @param {string} claims
   */
  #show(decision, policy, claims) {
    this.#root.dataset["decision"] = decision;
    this.#policy.textContent = policy;
    this.#claims.textContent = claims;
  }
}
