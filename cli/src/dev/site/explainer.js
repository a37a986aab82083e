// @ts-check
import { make, prose } from "./element.js";

/** @typedef {import("../../../../wasm/npm/explain.js").Cause} Cause */
/** @typedef {import("../../../../wasm/npm/explain.js").Evidence} Evidence */
/** @typedef {import("../../../../wasm/npm/explain.js").Explanation} Explanation */
/** @typedef {import("../../../../wasm/npm/explain.js").Note} Note */

/** `edgepass/explain` of the package, and nothing where this build of the program does not carry it. */
const MODULE = "/explainer/explain.js";

const MISSING =
  "this build has no explainer: run `wasm/build` and build the program again, or use `edgepass explain` in a shell.";

const NOTHING =
  "nothing in the request explains a 403 of CloudFront's own: the reason is what Edgepass says above.";

/**
 * Says why a request was refused, as `edgepass explain` does, once somebody asks: the explainer is
 * half a megabyte.
 *
 * @param {Evidence} evidence
 */
export function why(evidence) {
  const answer = make(
    "div",
    { id: "why-answer", "aria-live": "polite" },
    make("p", {}, "Looking into it…"),
  );
  const summary = make("summary", { id: "why" }, "Why?");
  const details = make("details", { class: "why" }, summary, answer);
  const say = async () => answer.replaceChildren(...(await said(evidence)));
  details.addEventListener("toggle", say, { once: true });
  return details;
}

/**
 * @param {Evidence} evidence
 * @returns {Promise<Node[]>}
 */
async function said(evidence) {
  try {
    /** @type {{ explain: ((evidence: Evidence) => Promise<Explanation>) | null }} */
    const { explain } = await import(MODULE);
    return explain === null ? [make("p", {}, ...prose(MISSING))] : shown(await explain(evidence));
  } catch (error) {
    return [
      make("p", {}, `The explainer failed: ${error instanceof Error ? error.message : error}`),
    ];
  }
}

/**
 * Not what is missing: it asks for a distribution, and there is none here.
 *
 * @param {Explanation} explanation
 * @returns {HTMLElement[]}
 */
function shown({ heading, answer, causes: [first, ...others], notes }) {
  const source = `${heading}${answer === null ? "" : ` (${answer})`}`;
  /** @type {HTMLElement[]} */
  const parts = [make("p", { class: "hint" }, source)];
  parts.push(first === undefined ? make("p", {}, ...prose(NOTHING)) : inFull(first));
  if (others.length > 0) {
    const summary = make("summary", {}, `Other suspects (${others.length})`);
    parts.push(make("details", {}, summary, ...others.map(inFull)));
  }
  if (notes.length > 0) {
    const summary = make("summary", {}, `Worth knowing (${notes.length})`);
    parts.push(make("details", { class: "notes" }, summary, ...notes.map(noted)));
  }
  return parts;
}

/** @param {Note} note */
function noted({ id, title, evidence, fix }) {
  return make(
    "article",
    { class: "note", "data-note": id },
    make("h3", { class: "message" }, ...prose(title)),
    make("pre", { class: "evidence" }, evidence.join("\n")),
    ...fix.map((line) => make("pre", { class: "fix" }, line)),
  );
}

/** @param {Cause} cause */
function inFull({ id, title, meaning, certainty, evidence, fix }) {
  return make(
    "article",
    { class: "cause", "data-cause": id },
    make("h3", { class: "message" }, ...prose(title)),
    make("p", {}, make("b", { "data-certainty": certainty }, certainty), " ", make("code", {}, id)),
    // As they are: some lines point at others, and some are commands.
    make("pre", { class: "evidence" }, evidence.join("\n")),
    make("p", { class: "hint" }, ...prose(meaning)),
    make("h3", {}, "What to do"),
    ...fix.map((line) => make("pre", { class: "fix" }, line)),
  );
}
