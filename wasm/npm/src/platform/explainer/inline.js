// @ts-check

import explainer from "../../../../dist/explainer_bg.wasm";

export const explainerModule = () => WebAssembly.compile(/** @type {any} */ (explainer));
