// @ts-check
// `edgepass/module`: for runtimes in which modules come by other ways than those known here.

import { explainerOf } from "./explainer.js";
import { inspectorOf } from "./inspector.js";
import { verifierOf } from "./verifier.js";

export { ConfigurationError } from "./configuration.js";
export { forwardRequest } from "./forward.js";

/** @type {typeof import("../module.js").verifierFrom} */
export function verifierFrom(module) {
  return verifierOf(() => module);
}

/** @type {typeof import("../module.js").inspectorFrom} */
export function inspectorFrom(module) {
  return inspectorOf(() => module);
}

/** @type {typeof import("../module.js").explainerFrom} */
export function explainerFrom(module) {
  return explainerOf(() => module);
}
