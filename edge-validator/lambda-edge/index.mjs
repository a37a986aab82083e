// @ts-check
// The Lambda@Edge function for viewer-request: `index.handler`.

import { readFileSync } from "node:fs";

import { createHandler } from "./handler.mjs";
import { watchState } from "./state.mjs";
import { starter } from "./validator.mjs";

/** How long a request may wait for the state, in milliseconds. */
const PATIENCE = 500;

const file = (/** @type {string} */ name) => new URL(name, import.meta.url);

// Read and compiled while the instance starts.
const module = new WebAssembly.Module(readFileSync(file("./edgepass_bg.wasm")));
const settings = readFileSync(file("./settings.json"), "utf8");
const start = starter({ module, settings });

const { revocation } = JSON.parse(settings);
const [now, log] = [Date.now, console.log];
const state = revocation && watchState({ url: revocation.url, patience: PATIENCE, now, log });

/** @type {(event: unknown) => Promise<object>} */
export const handler = createHandler({ start, now, log, state });

// As long as an instance starts, Lambda lends it more of a processor than any request gets.
await state?.settled();
