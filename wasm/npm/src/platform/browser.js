// @ts-check
// Browsers and their bundlers, which follow `new URL(…, import.meta.url)`.

import { fetched } from "./fetched.js";

export const inspectorModule = () => fetched(new URL("./inspector.wasm", import.meta.url));
export const verifierModule = () => fetched(new URL("./verifier.wasm", import.meta.url));
