// What a request loses on its way to the cache and the origin: every part of a pass, and headers that
// an origin could take for ours.

import { one } from "./headers.js";
import { CLAIMS_NAME, readQuery, SIGNING_NAME } from "./query.js";

/** Ours, and those that some origins obey in place of the URL or the method. */
const REMOVED =
  /^x-(?:edgepass-|(?:(?:original|rewrite)-url|http-method|(?:http-)?method-override)(?!\n)$)/;

/** `context` is the claim `ctx` of an admitted request. */
export function forwarded(request, query, context) {
  const headers = request.headers;
  // Any character may stand for a `-`: servers hand headers on as variables.
  remove(headers, (name) => REMOVED.test(name.toLowerCase().replace(/[^a-z\d]/g, "-")));
  remove(
    request.cookies,
    (name) =>
      name === CLAIMS_NAME || (name.startsWith("CloudFront-") && SIGNING_NAME.test(name.slice(11))),
  );
  if (query.rest !== query.text) request.querystring = query.rest || {};
  if (headers.referer) removePass(headers, one(request, "referer"));
  if (context) headers["x-edgepass-context"] = { value: context };
  return request;
}

/** From the query of a Referer. Of what is no plain URL it is not known where its query ends. */
function removePass(headers, referer) {
  if (!referer || /[^!-~]|#/.test(referer)) {
    delete headers.referer;
    return;
  }
  const start = (referer + "?").indexOf("?");
  const query = readQuery(referer.slice(start + 1));
  if (query.rest !== query.text) {
    headers.referer = { value: referer.slice(0, start) + (query.rest && "?" + query.rest) };
  }
}

function remove(entries, isOwn) {
  Object.keys(entries || {}).forEach((name) => {
    if (isOwn(name.trim())) delete entries[name];
  });
}
