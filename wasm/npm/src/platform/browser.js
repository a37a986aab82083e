// @ts-check
// Browsers and their bundlers, which follow `new URL(…, import.meta.url)`.

import { webCrypto } from "../crypto/web.js";

export const hostCrypto = () => webCrypto(globalThis.crypto?.subtle);

export const explainerModule = () => fetched(new URL("./explainer.wasm", import.meta.url));
export const inspectorModule = () => fetched(new URL("./inspector.wasm", import.meta.url));
export const verifierModule = () => fetched(new URL("./verifier.wasm", import.meta.url));

/**
 * @param {URL} url
 * @returns {Promise<WebAssembly.Module>}
 */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} was answered ${response.status}`);
  // Streaming needs the right type, which not every server sends.
  if (response.headers.get("content-type") === "application/wasm") {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
