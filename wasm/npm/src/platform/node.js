// @ts-check
// Node, Deno and Bun: the modules are in the source, so that nothing has to be found beside a bundle.

import { createPublicKey, verify } from "node:crypto";

import { nodeCrypto } from "../crypto/node.js";

export { inspectorModule, verifierModule } from "./inline.js";

export const hostCrypto = () => nodeCrypto({ createPublicKey, verify });
