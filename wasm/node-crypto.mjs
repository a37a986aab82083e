// @ts-check
// Verifies signatures by `node:crypto`, for the modules that import these functions. Node, Deno, Bun
// and Workers with `nodejs_compat` have it; elsewhere no key is taken.

const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");

/** @type {import("node:crypto").KeyObject[]} */
const keys = [];

/**
 * Where each key is in `keys`, by its bytes: a module that is started anew imports the same keys again.
 *
 * @type {Map<string, number>}
 */
const handles = new Map();

/**
 * @param {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @returns {number} a handle from 0 on; negative if `node:crypto` does not take the key
 */
export function importKey(spki) {
  const bytes = String.fromCharCode(...spki);
  let handle = handles.get(bytes);
  if (handle !== undefined) return handle;
  try {
    const input = { key: /** @type {any} */ (spki), format: "der", type: "spki" };
    const key = crypto?.createPublicKey(/** @type {any} */ (input));
    if (key === undefined) return -1;
    handle = keys.push(key) - 1;
  } catch {
    return -1;
  }
  handles.set(bytes, handle);
  return handle;
}

/**
 * @param {number} handle from importKey
 * @param {boolean} sha1 by SHA-1, else by SHA-256
 * @param {Uint8Array} message
 * @param {Uint8Array} signature RSA: PKCS#1 v1.5; ECDSA: DER
 * @returns {boolean}
 */
export function verifySignature(handle, sha1, message, signature) {
  const key = keys[handle];
  if (crypto === undefined || key === undefined) return false;
  try {
    // Only `true` counts, where somebody has replaced the function by one of another kind.
    return crypto.verify(sha1 ? "SHA1" : "SHA256", message, key, signature) === true;
  } catch {
    return false;
  }
}
