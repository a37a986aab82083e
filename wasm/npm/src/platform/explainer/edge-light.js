// @ts-check

import explainer from "./explainer.wasm?module";

export const explainerModule = () => explainer;
