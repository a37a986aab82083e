// @ts-check
import { make } from "./element.js";

/**
 * @typedef {object} Claims by their short names
 * @property {string} sub
 * @property {string} jti
 * @property {number} iat
 * @property {number} exp
 * @property {string[]} res
 * @property {string[]} mth
 */

/** A whole JSON string with the colon that makes it a name, a string, or a number. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)/g;

/**
 * Signed JSON, indented and coloured for reading. Lines that `original` does not have are marked.
 * Text that is not JSON is shown as it is: it may have been tampered with.
 *
 * @param {string} json
 * @param {string} [original]
 * @returns {Node[]}
 */
export function jsonLines(json, original) {
  const known = original === undefined ? null : new Set(indented(original));
  return indented(json).map((line) => {
    const changed = known !== null && !known.has(line);
    const element = make(
      changed ? "mark" : "span",
      { class: "line" },
      ...tokens(line.trimStart()),
      "\n",
    );
    element.style.setProperty("--depth", `${line.search(/\S|$/)}`);
    return element;
  });
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

/**
 * What the claims say of whom, which session and when, or null where they are not legible.
 *
 * @param {string | null} claims
 * @returns {Claims | null}
 */
export function readClaims(claims) {
  const { sub, jti, iat, exp, res = [], mth = [] } = (claims && parsed(claims)) || {};
  return typeof sub === "string" && typeof jti === "string"
    ? { sub, jti, iat, exp, res, mth }
    : null;
}

/** @param {string} json */
function indented(json) {
  const value = parsed(json);
  return (value === null ? json : JSON.stringify(value, null, 2)).split("\n");
}

/** @param {string} json */
function parsed(json) {
  try {
    return JSON.parse(json);
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
