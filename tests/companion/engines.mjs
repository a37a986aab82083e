// @ts-check
// All engines at once: what one answers the others answer too.

import assert from "node:assert/strict";

import * as njs from "./engines/njs.mjs";
import * as quickjs from "./engines/quickjs.mjs";
import * as vm from "./engines/vm.mjs";
import { functionEvent } from "./event.mjs";
import { NOW } from "./token.mjs";

/** @typedef {import("./engines/trials.mjs").Trial} Trial */
/** @typedef {import("./engines/trials.mjs").Result} Result */

/**
 * Runs trials in every engine, and gives their common results.
 *
 * @param {string} code
 * @param {Trial[]} trials
 * @returns {Promise<Result[]>}
 */
export async function everywhere(code, trials) {
  const results = await vm.run(code, trials);
  for (const [name, engine] of Object.entries({ njs, quickjs })) {
    const others = await engine.run(code, trials);
    assert.equal(others.length, trials.length, name);
    trials.forEach((trial, index) => {
      assert.deepEqual(read(others[index]), read(results[index]), `${name}: ${trial.event}`);
    });
  }
  for (const { threw } of results) assert.equal(threw, undefined);
  return results;
}

/** Engines put the members of an object in an order of their own. @param {Result | undefined} result */
function read({ answer, event, ...others } = { lines: [], reads: 0, customData: [] }) {
  return { ...others, answer: JSON.parse(answer ?? "null"), event: JSON.parse(event ?? "null") };
}

/** @param {import("./event.mjs").Wanted & { now?: number, store?: Trial["store"] }} wanted */
export function trial({ now = NOW, store = null, ...wanted } = {}) {
  return { ...functionEvent(wanted), now, store };
}

/** The answer, and the event's request as it came. @param {Result | undefined} result */
export function answered(result) {
  if (result?.answer === undefined) throw new Error(`no answer: ${result?.threw}`);
  return JSON.parse(result.answer);
}

/** The code of a refusal. @param {Result | undefined} result */
export function codeOf(result) {
  const answer = answered(result);
  if (answer.statusCode === undefined) return "let through";
  return JSON.parse(result?.lines[0] ?? "{}").code;
}
