// @ts-check
// Cloudflare Workers: modules are compiled at deployment, and bytes never.

import inspector from "./inspector.wasm";
import verifier from "./verifier.wasm";

export const inspectorModule = () => inspector;
export const verifierModule = () => verifier;
