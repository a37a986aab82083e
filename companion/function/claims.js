// The claim set. It is closed: a claim that this edge does not know is refused, so that a new
// restriction is never ignored by an old edge.

import { strictObject } from "./json.js";
import { readNetwork } from "./network.js";
import { isPattern } from "./resource.js";

const MAX_LIST_ENTRIES = 32;

/** One to 128 visible ASCII characters. */
const IDENTIFIER = /^[!-~]{1,128}(?!\n)$/;

/** What each claim is: whole seconds, a text, or a list of texts. */
const CLAIMS = {
  sub: text(IDENTIFIER),
  jti: text(IDENTIFIER),
  iat: isTime,
  exp: isTime,
  nbf: isTime,
  // SHA-256.
  pol: text(/^[\w-]{42}[AEIMQUYcgkosw048](?!\n)$/),
  res: list(isPattern),
  net: list(readNetwork),
  // A token of RFC 9110, 5.6.2.
  mth: list(text(/^[\w!#$%&'*+.^`|~-]{1,32}(?!\n)$/)),
  // As browsers write it (RFC 6454, 6.2), without a default port.
  org: list(text(/^http(?:s(?!.*:443(?!.))|(?!.*:80(?!.))):\/\/[a-z\d._:[\]-]+(?!\n)$/)),
  ctx: text(/^[!-~]{1,1024}(?!\n)$/),
};

/** The claims that a text spells; undefined if they are not well-formed. */
export function readClaims(json) {
  const claims = json && strictObject(json);
  if (
    claims &&
    Object.keys(claims).every(
      (name) => CLAIMS.hasOwnProperty(name) && CLAIMS[name](claims[name]),
    ) &&
    claims.sub &&
    claims.jti &&
    claims.exp > claims.iat
  ) {
    return claims;
  }
}

/** Whole seconds since 1970, as far as they can be told apart. */
export function isTime(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function text(pattern) {
  return (value) => typeof value === "string" && pattern.test(value);
}

function list(isEntry) {
  return (value) =>
    Array.isArray(value) &&
    value[0] &&
    value.length <= MAX_LIST_ENTRIES &&
    value.every((entry) => typeof entry === "string" && isEntry(entry));
}
