// @ts-check
// The WASM module as the handler uses it: texts go through its memory, numbers through its calls.

import { __wbg_reset_state, Decision, EdgeValidator, initSync } from "./edgepass.js";

/**
 * @typedef {import("./handler.mjs").Answer} Answer
 * @typedef {import("./handler.mjs").Validator} Validator
 */

/** UTF-8 needs at most three bytes for a unit of UTF-16. */
const BYTES_OF_UNIT = 3;

/** @type {Answer} */
const FORWARD = { forward: { cookie: null } };

/**
 * @param {object} parts
 * @param {WebAssembly.Module} parts.module
 * @param {string} parts.settings the JSON that `edgepass bundle` wrote
 * @param {number} parts.hereFirst how many signatures each key verifies in WASM before
 *   `node:crypto` is asked
 * @returns {() => Validator} makes a validator; from the second time on in fresh memory
 */
export function starter({ module, settings, hereFirst }) {
  let fresh = true;
  return function start() {
    if (!fresh) __wbg_reset_state();
    fresh = false;
    const { memory } = initSync({ module });
    const validator = new EdgeValidator(settings, hereFirst);
    let bytes = Buffer.from(memory.buffer);

    // A memory that grew leaves an empty buffer behind.
    const current = () => (bytes.length > 0 ? bytes : (bytes = Buffer.from(memory.buffer)));
    const text = () => {
      const start = validator.text();
      return current().toString("utf8", start, start + validator.text_bytes());
    };

    return {
      decide(request, cookies, now) {
        const most = request.length * BYTES_OF_UNIT;
        const room = validator.room(most);
        const written = current().write(request, room, most, "utf8");
        switch (validator.decide(written, cookies, now)) {
          case Decision.Forward:
            return FORWARD;
          case Decision.ForwardWithCookies:
            return { forward: { cookie: text() } };
          case Decision.Other:
            return JSON.parse(text());
          default:
            throw new Error("the module gave no answer");
        }
      },
    };
  };
}
