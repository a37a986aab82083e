/**
 * For runtimes in which WASM modules come by other ways than those that `edgepass` knows: the module
 * is handed in. `edgepass/verifier.wasm`, `edgepass/inspector.wasm` and `edgepass/explainer.wasm`
 * are its files.
 *
 * @module
 */

import type { explain } from "./explain.js";
import type { createVerifier, inspect } from "./index.js";

export { ConfigurationError, forwardRequest } from "./index.js";

/** `createVerifier` over `edgepass/verifier.wasm`. */
export function verifierFrom(module: WebAssembly.Module): typeof createVerifier;

/** `inspect` over `edgepass/inspector.wasm`. */
export function inspectorFrom(module: WebAssembly.Module): typeof inspect;

/** `explain` over `edgepass/explainer.wasm`. */
export function explainerFrom(module: WebAssembly.Module): typeof explain;
