// @ts-check
// `edgepass` for the platform whose condition this is built with.

import { inspectorModule, verifierModule } from "#platform";
import { inspectorOf } from "./inspector.js";
import { verifierOf } from "./verifier.js";

export { ConfigurationError } from "./configuration.js";
export { forwardRequest } from "./forward.js";

export const createVerifier = /* @__PURE__ */ verifierOf(verifierModule);
export const inspect = /* @__PURE__ */ inspectorOf(inspectorModule);

/** @type {typeof import("../index.js").verify} */
export async function verify(request, { configuration, ...context }) {
  const verifier = await createVerifier(configuration);
  return verifier.verify(request, context);
}
