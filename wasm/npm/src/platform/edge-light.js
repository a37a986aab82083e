// @ts-check
// Vercel's edge runtime: `?module` is its way of saying that a module is compiled at deployment.

import inspector from "./inspector.wasm?module";
import verifier from "./verifier.wasm?module";

export const inspectorModule = () => inspector;
export const verifierModule = () => verifier;
