// @ts-check
// The crypto that the module imports: OpenSSL, through Node, at once.

import { createPublicKey, verify } from "node:crypto";

/** @type {import("node:crypto").KeyObject[]} */
const keys = [];

/**
 * @param {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @returns {number} a handle, or -1 if the key is refused
 */
export function importKey(spki) {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return keys.push(key) - 1;
  } catch {
    return -1;
  }
}

/**
 * RSA is PKCS#1 v1.5 and ECDSA is DER: Node's defaults for these keys.
 *
 * @param {number} handle from importKey
 * @param {string} hash `SHA1` or `SHA256`
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {boolean}
 */
export function verifySignature(handle, hash, message, signature) {
  const key = keys[handle];
  if (key === undefined) return false;
  try {
    return verify(hash, message, key, signature);
  } catch {
    return false;
  }
}
