// @ts-check
// The modules as part of the source: esbuild writes their bytes.

import explainer from "../../../dist/explainer_bg.wasm";
import inspector from "../../../dist/inspector_bg.wasm";
import verifier from "../../../dist/verifier_bg.wasm";

export const explainerModule = () => WebAssembly.compile(explainer);
export const inspectorModule = () => WebAssembly.compile(inspector);
export const verifierModule = () => WebAssembly.compile(verifier);
