// @ts-check
// What an admitted request loses on its way to the origin.

/**
 * @param {Request} request
 * @param {import("../index.js").Allowed} verdict
 * @returns {Request}
 */
export function forwardRequest(request, { decision, forward }) {
  if (decision !== "allow") throw new TypeError("the verdict is not that of an admitted request");
  const { url, cookie, context } = forward;
  const headers = new Headers(request.headers);
  // A viewer's own headers of these names never reach the origin.
  for (const name of [...headers.keys()]) {
    if (name.startsWith("x-edgepass-")) headers.delete(name);
  }
  if (cookie === null) headers.delete("cookie");
  else headers.set("cookie", cookie);
  if (context !== null) headers.set("x-edgepass-context", context);
  return new Request(new Request(url, request), { headers });
}
