// base64url without padding (RFC 7515, 2), of UTF-8.

/** The text; undefined if these are not the digits that spell it. */
export function decoded(digits) {
  const text = Buffer.from(digits, "base64url").toString();
  // No padding, no stray bits, no other symbol, and nothing but UTF-8.
  if (Buffer.from(text).toString("base64url") === digits) return text;
}
