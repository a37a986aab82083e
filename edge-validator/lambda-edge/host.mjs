// @ts-check
// The crypto that the module imports for all but powers. It is needed at once, and Node takes as
// long to load its own as ours takes for dozens of signatures: so a key begins with ours, and goes on
// with Node's.

import { __wbg_reset_state, initSync, Key } from "./crypto.js";
import { nodeKey } from "./node-key.mjs";

/**
 * @typedef {object} HostKey
 * @property {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @property {number} hereFirst how many signatures it still verifies by our own crypto
 * @property {Key | null} [here] null if it is refused
 * @property {import("./node-key.mjs").NodeKey | null} [there] null if it is not to be had
 */

/** @type {HostKey[]} */
const keys = [];

/** @type {{ open: () => WebAssembly.Module, hereFirst: number } | undefined} */
let own;
/** @type {WebAssembly.Module | undefined} */
let module;
let isReady = false;

/**
 * @param {() => WebAssembly.Module} open our own crypto, which is asked for once it is needed
 * @param {number} hereFirst how many signatures each key verifies by it before `node:crypto` is asked
 */
export function begin(open, hereFirst) {
  own = { open, hereFirst };
}

/**
 * @param {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @returns {number} a handle
 */
export function importKey(spki) {
  return keys.push({ spki: spki.slice(), hereFirst: own?.hereFirst ?? 0 }) - 1;
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
  if (key === undefined) return false;
  if (key.hereFirst > 0) {
    key.hereFirst -= 1;
    return verifiedHere(key, sha1, message, signature);
  }
  if (key.there === undefined) {
    key.there = nodeKey({ key: Buffer.from(key.spki), format: "der", type: "spki" });
  }
  const { there } = key;
  if (!there) return verifiedHere(key, sha1, message, signature);
  try {
    return there.crypto.verify(sha1 ? "SHA1" : "SHA256", message, there.key, signature);
  } catch {
    return false;
  }
}

/** @type {(key: HostKey, sha1: boolean, message: Uint8Array, signature: Uint8Array) => boolean} */
function verifiedHere(key, sha1, message, signature) {
  if (!own) return false;
  try {
    module ??= own.open();
    if (!isReady) initSync({ module });
    isReady = true;
    if (key.here === undefined) key.here = Key.read(key.spki) ?? null;
    return key.here?.verifies(sha1, message, signature) ?? false;
  } catch {
    // A trap leaves its memory as it was in mid-work: the next signature gets a new one.
    for (const each of keys) delete each.here;
    if (isReady) __wbg_reset_state();
    return false;
  }
}
