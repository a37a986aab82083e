// @ts-check
// The Lambda@Edge function for viewer-request: `index.handler`.

import { readFileSync } from "node:fs";

import { __wbg_reset_state, EdgeValidator, initSync } from "./edgepass.js";
import { createHandler } from "./handler.mjs";

const file = (/** @type {string} */ name) => new URL(name, import.meta.url);

// Read and compiled while the instance starts, which Lambda does not count against a request.
const module = new WebAssembly.Module(readFileSync(file("./edgepass_bg.wasm")));
const settings = readFileSync(file("./settings.json"), "utf8");
initSync({ module });
let fresh = true;

function start() {
  if (!fresh) __wbg_reset_state();
  fresh = false;
  return new EdgeValidator(settings, false);
}

/** @type {(event: unknown) => Promise<object>} */
export const handler = createHandler({ start, now: Date.now, log: console.log });
