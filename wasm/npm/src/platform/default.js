// @ts-check
// Whatever has WebAssembly and lets bytes be compiled.

import { webCrypto } from "../crypto/web.js";

export { explainerModule, inspectorModule, verifierModule } from "./inline.js";

export const hostCrypto = () => webCrypto(globalThis.crypto?.subtle);
