// @ts-check
// V8 by node:vm, with nothing but the globals that AWS documents for `cloudfront-js-2.0`.

import { Buffer } from "node:buffer";
import crypto from "node:crypto";
import vm from "node:vm";

import { CLOUDFRONT, RUNNER } from "./sources.mjs";

/** What V8 has and the runtime has not, or not documented. */
const UNDOCUMENTED =
  `AggregateError AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array
  DisposableStack FinalizationRegistry Function Intl Iterator Map Proxy Reflect Set SharedArrayBuffer
  SuppressedError WeakMap WeakRef WeakSet WebAssembly escape eval unescape`.split(/\s+/);

/** @typedef {import("./trials.mjs").Trial} Trial */
/** @typedef {import("./trials.mjs").Result} Result */

/**
 * @param {string} code of the function
 * @param {Trial[]} trials
 * @returns {Promise<Result[]>}
 */
export async function run(code, trials) {
  const context = vm.createContext({ console: { log: () => {} }, Buffer });
  vm.runInContext(UNDOCUMENTED.map((name) => `delete globalThis.${name};`).join("\n"), context);
  const cloudfront = new vm.SourceTextModule(CLOUDFRONT, { context });
  const hashes = new vm.SyntheticModule(
    ["default"],
    function () {
      const { createHash, createHmac } = crypto;
      this.setExport("default", { createHash, createHmac });
    },
    { context },
  );
  const script = new vm.SourceTextModule(
    `${code}\n${RUNNER}\nglobalThis.edgepassDone = edgepassRun(JSON.parse(edgepassTrials));`,
    { context },
  );
  context["edgepassTrials"] = JSON.stringify(trials);
  await script.link((/** @type {string} */ name) => (name === "crypto" ? hashes : cloudfront));
  await script.evaluate();
  return JSON.parse(JSON.stringify(await context["edgepassDone"]));
}
