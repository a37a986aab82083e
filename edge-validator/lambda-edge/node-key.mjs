// @ts-check
// Public keys of `node:crypto`, which is loaded with the first of them.

/**
 * @typedef {object} NodeKey
 * @property {typeof import("node:crypto")} crypto
 * @property {import("node:crypto").KeyObject} key
 */

/**
 * @param {import("node:crypto").PublicKeyInput | import("node:crypto").JsonWebKeyInput} input
 * @returns {NodeKey | null} null if there is no `node:crypto`, or it refuses the key
 */
export function nodeKey(input) {
  try {
    const crypto = process.getBuiltinModule("node:crypto");
    return { crypto, key: crypto.createPublicKey(input) };
  } catch {
    return null;
  }
}
