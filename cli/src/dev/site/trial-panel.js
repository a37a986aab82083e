// @ts-check
import { find, make, prose } from "./element.js";
import { why } from "./explainer.js";
import { jsonLines } from "./signed-text.js";
import { CLAIMS_TRIALS, POLICY_TRIALS } from "./trials.js";

/** @typedef {import("./edge.js").Credential} Credential */
/** @typedef {import("./explainer.js").Evidence} Evidence */
/** @typedef {import("./trials.js").Answer} Answer */
/** @typedef {import("./trials.js").Trial} Trial */

/** The buttons that try to get in, and the answer to the last try. */
export class TrialPanel {
  #summary = find("trial-summary", HTMLElement);
  #verdict = find("trial-verdict", HTMLElement);
  #buttons;

  /** @param {(trial: Trial) => void} choose */
  constructor(choose) {
    /** @param {Trial} trial */
    const choice = (trial) => {
      const title = make("strong", {}, trial.title);
      const about = make("span", {}, trial.about);
      const attributes = { type: "button", id: `trial-${trial.id}`, disabled: "" };
      const button = make("button", attributes, title, about);
      button.addEventListener("click", () => choose(trial));
      return button;
    };
    const policy = POLICY_TRIALS.map(choice);
    const claims = CLAIMS_TRIALS.map(choice);
    find("policy-trials", HTMLElement).replaceChildren(...policy);
    find("claims-trials", HTMLElement).replaceChildren(...claims);
    this.#buttons = [...policy, ...claims];
  }

  /** @param {boolean} enabled */
  enable(enabled) {
    for (const button of this.#buttons) button.disabled = !enabled;
  }

  clear() {
    this.#summary.textContent = "The edge's answer will appear here.";
    this.#summary.dataset["outcome"] = "none";
    this.#verdict.hidden = true;
    this.#press(null);
  }

  /**
   * @param {Trial} trial
   * @param {Answer} answer to the try
   * @param {Credential | null} good the good pass
   * @param {Answer} afterwards the answer with the good pass put back
   */
  show(trial, answer, good, afterwards) {
    const { verdict, credential } = answer.pass;
    const code = answer.reason ?? "no reason given";
    this.#press(trial);
    this.#summary.dataset["outcome"] = answer.status < 400 ? "allow" : "deny";
    this.#summary.replaceChildren(
      make("b", { id: "trial-status" }, `${answer.status}`),
      make("code", { id: "trial-code" }, code),
      ...(verdict.stage === null ? [] : [make("span", {}, `at stage ${verdict.stage}`)]),
    );
    this.#verdict.replaceChildren(
      make(
        "div",
        {},
        make("h3", {}, "Edgepass says"),
        make("p", { class: "message", id: "trial-message" }, ...prose(verdict.message ?? "let in")),
        ...(verdict.hint === null ? [] : [make("p", { class: "hint" }, ...prose(verdict.hint))]),
        make("h3", {}, "Asked for"),
        make("p", {}, make("code", {}, `${answer.method} ${answer.path}`)),
        make("h3", {}, "The viewer gets"),
        make("pre", { id: "trial-body" }, spread(answer.body)),
        make("p", { class: "after", id: "trial-after" }, afterwardsText(afterwards)),
      ),
      make(
        "div",
        {},
        make("h3", {}, "Policy that was sent"),
        text(credential?.policy, good?.policy),
        make("h3", {}, "Claims that were sent"),
        text(credential?.claims, good?.claims),
      ),
      ...(answer.pass.evidence === null ? [] : [why(known(answer, answer.pass.evidence))]),
    );
    this.#verdict.hidden = false;
  }

  /** @param {Trial | null} chosen */
  #press(chosen) {
    for (const button of this.#buttons) {
      if (button.id === `trial-${chosen?.id}`) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}

/**
 * What was sent, with what differs from the good pass marked.
 *
 * @param {string | null | undefined} sent
 * @param {string | null | undefined} good
 */
function text(sent, good) {
  if (sent === null || sent === undefined) return make("p", { class: "hint" }, "None.");
  return make("pre", {}, ...jsonLines(sent, good ?? ""));
}

/**
 * @param {Answer} answer
 * @param {Evidence} unseen what scripts cannot see
 * @returns {Evidence}
 */
function known({ method, path, response }, unseen) {
  return { url: new URL(path, document.baseURI).href, method, response, ...unseen };
}

/** @param {Answer} answer */
function afterwardsText({ path, status }) {
  return `The good pass is back: GET ${path} answers ${status}.`;
}

/**
 * XML with a line for each element that has elements, to be read in a narrow place.
 *
 * @param {string} xml
 */
function spread(xml) {
  return xml
    .replace(/\?>\s*/, "?>\n")
    .replace(/<Error>/, "<Error>\n  ")
    .replace(/<\/Code>\s*/, "</Code>\n  ")
    .replace(/<\/Error>/, "\n</Error>");
}
