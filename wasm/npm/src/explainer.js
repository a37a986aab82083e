// @ts-check
// Why a request was answered 403.

import * as glue from "../../dist/explainer.js";
import { ConfigurationError } from "./configuration.js";
import { Machine } from "./machine.js";
import { seconds } from "./request.js";

/**
 * @typedef {import("../explain.js").Evidence} Evidence
 * @typedef {import("../explain.js").Explanation} Explanation
 */

/** @param {import("./machine.js").Load} load */
export function explainerOf(load) {
  const machine = new Machine(glue, load);

  /**
   * @param {Evidence} evidence
   * @returns {Promise<Explanation>}
   */
  return async function explain({ now, ...evidence }) {
    const at = seconds(now);
    await machine.started();
    const { cookies = [], publicKeys = [], keyGroups = [], ...rest } = evidence;
    const json = JSON.stringify({
      ...rest,
      cookies: [cookies].flat(),
      publicKeys: publicKeys.map((key) => ({ ...key, pem: text(key.pem) })),
      keyGroups: keyGroups.map(text),
      distribution: text(rest.distribution),
      bucketPolicy: text(rest.bucketPolicy),
      publicAccessBlock: text(rest.publicAccessBlock),
    });
    return machine.run(() => explained(json, at, now !== undefined));
  };
}

/**
 * @param {string} json
 * @param {number} now
 * @param {boolean} given
 */
function explained(json, now, given) {
  try {
    return JSON.parse(glue.explain(json, now, given));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
    throw new ConfigurationError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * A document is the text that the AWS CLI printed, or what an SDK made of it.
 *
 * @param {string | object | undefined} document
 */
function text(document) {
  return typeof document === "object" ? JSON.stringify(document) : document;
}
