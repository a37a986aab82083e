// @ts-check
import { make } from "./element.js";

/** A whole JSON string with the colon that makes it a name, a string, or a number. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)/g;

/**
 * A signed policy, indented and coloured for reading. Lines that `original` does not have are
 * marked. Text that is not JSON is shown as it is: it may have been tampered with.
 *
 * @param {string} policy
 * @param {string} [original]
 * @returns {Node[]}
 */
export function policyLines(policy, original) {
  const known = original === undefined ? null : new Set(indented(original));
  return indented(policy).map((line) => {
    const changed = known !== null && !known.has(line);
    const element = make(changed ? "mark" : "span", { class: "line" }, ...tokens(line), "\n");
    element.style.setProperty("--depth", `${line.search(/\S|$/)}`);
    return element;
  });
}

/**
 * When the policy ends, in seconds since 1970, or null where it does not say so legibly.
 *
 * @param {string} policy
 * @returns {number | null}
 */
export function expiry(policy) {
  const end = parsed(policy)?.Statement?.[0]?.Condition?.DateLessThan?.["AWS:EpochTime"];
  return typeof end === "number" ? end : null;
}

/**
 * What the policy opens, or null where it does not say so legibly.
 *
 * @param {string} policy
 * @returns {string | null}
 */
export function resource(policy) {
  const pattern = parsed(policy)?.Statement?.[0]?.Resource;
  return typeof pattern === "string" ? pattern : null;
}

/** @param {string} policy */
function indented(policy) {
  const value = parsed(policy);
  return (value === null ? policy : JSON.stringify(value, null, 2)).split("\n");
}

/** @param {string} policy */
function parsed(policy) {
  try {
    return JSON.parse(policy);
  } catch {
    return null;
  }
}

/** @param {string} line */
function tokens(line) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let end = 0;
  for (const { 0: match, 1: string, 2: colon, index } of line.matchAll(TOKEN)) {
    nodes.push(line.slice(end, index));
    if (string === undefined) nodes.push(make("span", { class: "number" }, match));
    else nodes.push(make("span", { class: colon ? "name" : "string" }, string), colon ?? "");
    end = index + match.length;
  }
  return [...nodes, line.slice(end)];
}
