// @ts-check
// A module that is a file beside the script.

/**
 * @param {URL} url
 * @returns {Promise<WebAssembly.Module>}
 */
export async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} was answered ${response.status}`);
  // Streaming needs the right type, which not every server sends.
  if (response.headers.get("content-type") === "application/wasm") {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
