// @ts-check
// The JS SDK's signer as a peer: one order a line in, one answer a line out.
//
// Run with the folder of the private keys. An order names one by `key_id`, for `KEY_ID.pem`,
// and wants a signed `url`, or without one cookies for a `pattern`. The signer builds no policy for
// a URL and a wider pattern; that order is answered with an error, as is what the signer refuses.

import { getSignedCookies, getSignedUrl } from "@aws-sdk/cloudfront-signer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * @typedef {object} Order
 * @property {string} [url]
 * @property {string} [pattern]
 * @property {string} key_id
 * @property {"SHA1" | "SHA256"} hash
 * @property {number} expires epoch seconds
 * @property {number} [starts] epoch seconds
 * @property {string} [ip]
 */

/** @typedef {{ url: string } | { cookies: Record<string, string> } | { error: string }} Answer */

const keys = process.argv[2] ?? ".";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}

/**
 * @param {Order} order
 * @returns {Answer}
 */
function answer({ url, pattern, key_id, hash, expires, starts, ip }) {
  const what = {
    keyPairId: key_id,
    privateKey: readFileSync(join(keys, `${key_id}.pem`), "utf8"),
    algorithm: hash,
    // The SDK takes a number for milliseconds and a date for itself.
    dateLessThan: new Date(expires * 1000),
    ...(starts !== undefined && { dateGreaterThan: new Date(starts * 1000) }),
    ...(ip !== undefined && { ipAddress: ip }),
  };
  try {
    if (url === undefined) {
      const cookies = getSignedCookies({ ...what, url: pattern ?? "" });
      const texts = Object.entries(cookies).map(([name, value]) => [name, `${value}`]);
      return { cookies: Object.fromEntries(texts) };
    }
    if (pattern !== undefined) return { error: "no policy for a pattern wider than the URL" };
    return { url: getSignedUrl({ ...what, url }) };
  } catch (error) {
    return { error: `${error}` };
  }
}
