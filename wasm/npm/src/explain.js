// @ts-check
// `edgepass/explain` for the platform whose condition this is built with.

import { explainerModule } from "#explainer";
import { explainerOf } from "./explainer.js";

export { ConfigurationError } from "./configuration.js";

export const explain = /* @__PURE__ */ explainerOf(explainerModule);
