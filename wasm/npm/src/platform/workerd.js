// @ts-check
// Cloudflare Workers: modules are compiled at deployment, and bytes never.

import inspector from "./inspector.wasm";
import verifier from "./verifier.wasm";

import { nodeCrypto } from "../crypto/node.js";
import { webCrypto } from "../crypto/web.js";

export const inspectorModule = () => inspector;
export const verifierModule = () => verifier;

/** `node:crypto` is there with `nodejs_compat`, and answers at once. */
export const hostCrypto = () => {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  return crypto === undefined ? webCrypto(globalThis.crypto?.subtle) : nodeCrypto(crypto);
};
