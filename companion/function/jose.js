// The claims token's envelope: a compact JWS (RFC 7515) with everything optional left out.

import { decoded } from "./base64url.js";
import { malformed, refuse } from "./refusal.js";
import { crypto } from "./runtime.js";

const MAX_TOKEN_BYTES = 4096;

/** The three parts of a token, of which nothing is proven. */
export function split(token) {
  const parts = token.length > MAX_TOKEN_BYTES ? [] : token.split(".");
  if (parts.length !== 3 || parts.indexOf("") >= 0) malformed();
  return parts;
}

/**
 * The secret that signed a token, of `keys`: base64url by its `kid`.
 *
 * The header is exactly `alg`, `kid` and `typ`, in any order. So headers are compared, never parsed:
 * `none`, `crit`, `jwk` and the algorithm of another key are simply not one of the texts.
 */
export function signingKey(parts, keys) {
  const header = decoded(parts[0]) || "";
  const inside = header.slice(1, -1);
  const members = inside.split(",").sort().join();
  // Going through them: `keys[kid]` would find `constructor` too.
  const kid = Object.keys(keys).find(
    (id) => members === '"alg":"HS256","kid":"' + id + '","typ":"edgepass+jwt"',
  );
  const secret = kid && header === "{" + inside + "}" && decoded(keys[kid]);
  if (!secret || !isSame(mac(secret, parts[0] + "." + parts[1]), parts[2])) {
    refuse("claims-signature-invalid");
  }
  return secret;
}

function mac(secret, text) {
  return crypto.createHmac("sha256", secret).update(text).digest("base64url");
}

/** In a time that does not tell where they differ. */
function isSame(expected, found) {
  let difference = expected.length ^ found.length;
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ found.charCodeAt(index);
  }
  return difference === 0;
}
