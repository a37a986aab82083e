// @ts-check
// Whatever has WebAssembly and lets bytes be compiled.

import { webCrypto } from "../crypto/web.js";

export { inspectorModule, verifierModule } from "./inline.js";

export const hostCrypto = () => webCrypto(globalThis.crypto?.subtle);
