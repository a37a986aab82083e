// @ts-check

import explainer from "./explainer.wasm";

export const explainerModule = () => explainer;
