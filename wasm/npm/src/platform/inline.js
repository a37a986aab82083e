// @ts-check
// The modules as part of the source: esbuild writes their bytes.

import inspector from "../../../dist/inspector_bg.wasm";
import verifier from "../../../dist/verifier_bg.wasm";

export const inspectorModule = () => WebAssembly.compile(/** @type {any} */ (inspector));
export const verifierModule = () => WebAssembly.compile(/** @type {any} */ (verifier));
