// Whether a proven claim set allows a request.

import { one, source } from "./headers.js";
import { readAddress, readNetwork } from "./network.js";
import { malformed, refuse } from "./refusal.js";
import { covers } from "./resource.js";
import { scheme } from "./settings.js";

/** How far ahead of our clock an `iat` or a store may be, in seconds. */
export const MAX_CLOCK_SKEW = 60;

/** `most` is null where there is no limit. */
export function checkLifetime(claims, most) {
  if (most !== null && claims.exp - claims.iat > most) malformed();
}

/** Times first, then what the request must be like. `query` is what goes on of it. */
export function checkConditions(claims, event, query, now) {
  const request = event.request;
  if (claims.iat > now + MAX_CLOCK_SKEW || claims.nbf > now) refuse("claims-not-yet-valid");
  if (now >= claims.exp) refuse("claims-expired");
  const host = one(request, "host");
  const address = claims.net && readAddress(event.viewer.ip);
  const isAround = (network) => address.startsWith(readNetwork(network));
  if (
    !claims.res.some((pattern) => covers(pattern, scheme, host, request.uri, query)) ||
    (claims.net && !(address && claims.net.some(isAround))) ||
    isOther(claims.mth, request.method) ||
    isOther(claims.org, source(request))
  ) {
    refuse("claims-mismatch");
  }
}

/** A claim that is not there allows everything, another one only what it names. */
function isOther(allowed, found) {
  return allowed && allowed.indexOf(found) < 0;
}
