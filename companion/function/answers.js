// What a viewer gets instead of the content. The body says nothing: why a request was refused is the
// operator's to know.

import { one } from "./headers.js";
import { corsOrigins, exposesReason, redirectTo } from "./settings.js";

/** A 403, or a redirect for a person who opens a page. */
export function refusal(request, code) {
  const isPage =
    redirectTo && request.method === "GET" && one(request, "sec-fetch-mode") === "navigate";
  const headers = isPage
    ? { location: redirectTo }
    : { "content-type": "text/plain; charset=utf-8" };
  const cors = {};
  if (exposesReason) {
    headers["x-edgepass-reason"] = code;
    cors["expose-headers"] = "x-edgepass-reason";
  }
  const answer = response(isPage ? 302 : 403, headers, cors, allowedOrigin(request));
  if (!isPage) answer.body = "403 Forbidden\n";
  return answer;
}

/** The answer to a preflight of a configured origin, which never carries cookies (Fetch, 4.8). */
export function preflight(request) {
  const origin = allowedOrigin(request);
  if (origin && request.method === "OPTIONS" && one(request, "access-control-request-method")) {
    const cors = {
      "allow-methods": "GET, HEAD",
      "allow-headers": "range, if-none-match, if-range",
      "max-age": "600",
    };
    return response(204, {}, cors, origin);
  }
}

/**
 * A response that no cache keeps, and that scripts of the allowed origin may read. `cors` are headers that
 * begin with `access-control-`, for those.
 */
function response(status, headers, cors, origin) {
  headers["cache-control"] = "no-store";
  if (corsOrigins[0]) headers.vary = "Origin";
  if (origin) {
    // The exact origin, never `*`: players send cookies.
    cors["allow-origin"] = origin;
    cors["allow-credentials"] = "true";
    Object.keys(cors).forEach((name) => {
      headers["access-control-" + name] = cors[name];
    });
  }
  Object.keys(headers).forEach((name) => {
    headers[name] = { value: headers[name] };
  });
  return { statusCode: status, headers: headers };
}

/** The origin of a request, if it is configured. */
function allowedOrigin(request) {
  const origin = one(request, "origin");
  return corsOrigins.find((allowed) => allowed === origin);
}
