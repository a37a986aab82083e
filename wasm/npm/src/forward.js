// @ts-check
// What an admitted request loses on its way to the origin.

import { isRemoved } from "../../../edge-validator/lambda-edge/removed-headers.mjs";

/**
 * @param {Request} request
 * @param {import("../index.js").Allowed} verdict
 * @returns {Request}
 */
export function forwardRequest(request, { decision, forward }) {
  if (decision !== "allow") throw new TypeError("the verdict is not that of an admitted request");
  const { url, cookie, referer, context } = forward;
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) {
    if (isRemoved(name)) headers.delete(name);
  }
  for (const [name, value] of Object.entries({ cookie, referer })) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  if (context !== null) headers.set("x-edgepass-context", context);
  return new Request(new Request(url, request), { headers });
}
