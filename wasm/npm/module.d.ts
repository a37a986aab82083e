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

/** What verifies signatures: WebCrypto's `subtle`, or `node:crypto`. */
export type HostCrypto =
  SubtleCrypto | { createPublicKey(key: object): unknown; verify(...words: any[]): boolean };

/**
 * `createVerifier` over `edgepass/verifier.wasm`. With `null` the module verifies signatures itself.
 * Default: WebCrypto, where there is one.
 */
export function verifierFrom(
  module: WebAssembly.Module,
  crypto?: HostCrypto | null,
): typeof createVerifier;

/** `inspect` over `edgepass/inspector.wasm`. */
export function inspectorFrom(module: WebAssembly.Module): typeof inspect;

/** `explain` over `edgepass/explainer.wasm`. */
export function explainerFrom(module: WebAssembly.Module): typeof explain;
