// @ts-check
// QuickJS with the 2 MB that CloudFront gives a function, and nothing but the documented modules.

import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { getQuickJS } from "quickjs-emscripten";

import { CLOUDFRONT, RUNNER } from "./sources.mjs";

/** AWS: "Quotas on CloudFront Functions", "Maximum function memory". */
const MEMORY_BYTES = 2 * 1024 * 1024;

/** The modules that the host's crypto is behind: only what AWS documents of each. */
const CRYPTO = `
  function hash(digest) {
    let text = "";
    return {
      update(more) { text += more; return this; },
      digest(encoding) { return digest(text, encoding); },
    };
  }
  export default {
    createHash: (name) => hash((text, encoding) => edgepassHash(name, text, encoding)),
    createHmac: (name, key) => hash((text, encoding) => edgepassHmac(name, key, text, encoding)),
  };`;
const BUFFER = `
  globalThis.Buffer = {
    from(text, encoding) {
      // As Node.js: bytes are taken, anything else is refused.
      if (Array.isArray(text)) [text, encoding] = [String.fromCharCode(...text), "latin1"];
      if (typeof text !== "string") throw new TypeError("not a string");
      return { toString: (wanted) => edgepassRecode(text, encoding || "utf8", wanted || "utf8") };
    },
  };
  globalThis.console = { log() {} };`;

/**
 * @param {string} code of the function
 * @param {import("./trials.mjs").Trial[]} trials
 * @param {() => void} [onSteps] called each so many steps of the interpreter
 * @returns {Promise<import("./trials.mjs").Result[]>}
 */
export async function run(code, trials, onSteps) {
  const quickjs = await getQuickJS();
  const results = [];
  const runtime = quickjs.newRuntime();
  // The events and their results are the test's, so each trial goes in by itself.
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setModuleLoader((name) => (name === "crypto" ? CRYPTO : CLOUDFRONT));
  if (onSteps) runtime.setInterruptHandler(() => void onSteps());
  const context = runtime.newContext();
  try {
    const host = (
      /** @type {string} */ name,
      /** @type {(...texts: string[]) => string} */ call,
    ) => {
      const handle = context.newFunction(name, (...texts) =>
        context.newString(call(...texts.map((text) => context.getString(text)))),
      );
      context.setProp(context.global, name, handle);
      handle.dispose();
    };
    host("edgepassHash", (name = "", text = "", encoding = "") =>
      createHash(name)
        .update(text)
        .digest(/** @type {any} */ (encoding)),
    );
    host("edgepassHmac", (name = "", key = "", text = "", encoding = "") =>
      createHmac(name, key)
        .update(text)
        .digest(/** @type {any} */ (encoding)),
    );
    host("edgepassRecode", (text = "", from = "", to = "") =>
      Buffer.from(text, /** @type {any} */ (from)).toString(/** @type {any} */ (to)),
    );
    const evaluate = (/** @type {string} */ text, /** @type {"global" | "module"} */ type) =>
      context.unwrapResult(context.evalCode(text, "function.js", { type })).dispose();
    evaluate(BUFFER, "global");
    evaluate(
      `${code}\n${RUNNER}\nglobalThis.edgepassRunOne = edgepassRunOne;
      console.log = (line) => void edgepassLines.push(line);`,
      "module",
    );
    for (const trial of trials) {
      const text = context.newString(JSON.stringify(trial));
      context.setProp(context.global, "edgepassTrial", text);
      text.dispose();
      evaluate(
        `delete globalThis.edgepassResult;
         edgepassRunOne(JSON.parse(edgepassTrial)).then((result) => {
           globalThis.edgepassResult = JSON.stringify(result);
         });
         delete globalThis.edgepassTrial;`,
        "global",
      );
      context.unwrapResult(runtime.executePendingJobs());
      const result = context.getProp(context.global, "edgepassResult");
      results.push(JSON.parse(context.getString(result)));
      result.dispose();
    }
  } finally {
    context.dispose();
    runtime.dispose();
  }
  return results;
}
