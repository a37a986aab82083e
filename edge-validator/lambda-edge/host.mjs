// @ts-check
// The crypto that the module imports: OpenSSL, through Node, at once.

/** @type {typeof import("node:crypto") | undefined} */
let crypto;

/** @type {import("node:crypto").KeyObject[]} */
const keys = [];

/**
 * @param {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @returns {number} a handle, or -1 if the key is refused
 */
export function importKey(spki) {
  try {
    // Not imported above: it would take most of the time to the first verdict.
    crypto ??= process.getBuiltinModule("node:crypto");
    const key = crypto.createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return keys.push(key) - 1;
  } catch {
    return -1;
  }
}

/**
 * RSA is PKCS#1 v1.5 and ECDSA is DER: Node's defaults for these keys.
 *
 * @param {number} handle from importKey
 * @param {boolean} sha1 by SHA-1, else by SHA-256
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {boolean}
 */
export function verifySignature(handle, sha1, message, signature) {
  const key = keys[handle];
  if (key === undefined || crypto === undefined) return false;
  try {
    return crypto.verify(sha1 ? "SHA1" : "SHA256", message, key, signature);
  } catch {
    return false;
  }
}
