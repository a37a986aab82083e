// @ts-check
// Whatever lets bytes be compiled, Node, Deno and Bun among others: the modules are in the source,
// where esbuild writes their bytes, so that nothing has to be found beside a bundle.

import inspector from "../../../dist/inspector_bg.wasm";
import verifier from "../../../dist/verifier_bg.wasm";

export const inspectorModule = () => WebAssembly.compile(/** @type {any} */ (inspector));
export const verifierModule = () => WebAssembly.compile(/** @type {any} */ (verifier));
