// Whether a claims token admits a request. CloudFront's own check came first, and its values are left
// alone: whether a function on such a behaviour sees them is documented nowhere. So the token must stand
// for itself.

import { decoded } from "./base64url.js";
import { readClaims } from "./claims.js";
import { checkConditions, checkLifetime } from "./conditions.js";
import { single } from "./headers.js";
import { signingKey, split } from "./jose.js";
import { CLAIMS_NAME } from "./query.js";
import { malformed, refuse } from "./refusal.js";
import { bakedKeys, isOptional, maxLifetime, maxStale } from "./settings.js";
import { checkStanding, readStore } from "./store.js";

/** The claim `ctx` of the token that admits a request; undefined if there is none. */
export async function admitted(event, query) {
  const token = findToken(event.request.cookies, query);
  if (token === undefined) {
    if (isOptional) return;
    refuse("claims-missing");
  }
  const parts = split(token);
  const now = Math.floor(Date.now() / 1000);
  let keys = bakedKeys;
  let store;
  if (maxStale) {
    store = await readStore();
    keys = store.keys;
  }
  const secret = signingKey(parts, keys);
  const claims = readClaims(decoded(parts[1]));
  if (!claims) malformed();
  if (!claims.res) refuse("claims-not-bound");
  checkLifetime(claims, maxLifetime);
  checkConditions(claims, event, query.rest, now);
  if (store) await checkStanding(claims, store, secret, now);
  return claims.ctx;
}

/** The token of the query, else that of the cookies. */
function findToken(cookies, query) {
  if (query.escaped === "signing") refuse("credential-malformed");
  let token = query.tokens[0];
  if (token === undefined) token = single((cookies || {})[CLAIMS_NAME]);
  if (query.escaped || query.tokens.length > 1 || token === null) malformed();
  return token;
}
