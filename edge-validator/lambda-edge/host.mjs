// @ts-check
// The crypto that the module imports. It is needed at once, and Node takes as long to load its own
// as ours takes for dozens of signatures: so a key begins with ours, and goes on with Node's.

import { __wbg_reset_state, initSync, Key } from "./crypto.js";

/**
 * @typedef {object} Parts
 * @property {() => WebAssembly.Module} own our own crypto; asked for once it is needed
 * @property {number} hereFirst how many signatures each key verifies here before `node:crypto` is
 *   asked
 * @property {boolean} byPower whether an RSA key verifies those by a power, without our own crypto
 *
 * @typedef {object} HostKey
 * @property {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @property {number} bytes of an RSA signature; 0 if the key is of another kind
 * @property {bigint} [modulus] of an RSA key with the usual exponent
 * @property {number} hereFirst how many signatures it still verifies here
 * @property {Key | null} [here] null if it is refused
 * @property {import("node:crypto").KeyObject | null} [there] null if there is none, or it is refused
 */

/** 65537, as the number of squarings before the last product. */
const SQUARINGS = 16;

/** DigestInfo up to the digest, in hex (RFC 8017, 9.2, note 1). */
const SHA1_INFO = "3021300906052b0e03021a05000414";
const SHA256_INFO = "3031300d060960864801650304020105000420";

/** @type {typeof import("node:crypto") | undefined} */
let crypto;

/** @type {HostKey[]} */
const keys = [];

/** @type {Parts | undefined} */
let parts;
/** @type {WebAssembly.Module | undefined} */
let own;
let ownIsReady = false;

/** @param {Parts} given */
export function begin(given) {
  parts = given;
}

/**
 * @param {Uint8Array} spki SubjectPublicKeyInfo, DER
 * @param {number} bytes of an RSA signature; 0 if the key is of another kind
 * @param {Uint8Array} modulus big-endian; empty unless it is an RSA key of exponent 65537
 * @returns {number} a handle
 */
export function importKey(spki, bytes, modulus) {
  /** @type {HostKey} */
  const key = { spki: spki.slice(), bytes, hereFirst: parts?.hereFirst ?? 0 };
  if (parts?.byPower && modulus.length > 0) key.modulus = number(modulus);
  return keys.push(key) - 1;
}

/**
 * Whether the next signature by SHA-256 is to be given to `isPower`.
 *
 * @param {number} handle from importKey
 * @returns {boolean}
 */
export function takesPower(handle) {
  const key = keys[handle];
  return key?.modulus !== undefined && key.hereFirst > 0;
}

/**
 * Whether the signature's power by an RSA key is what it should be (RFC 8017, 8.2.2).
 *
 * @param {number} handle from importKey
 * @param {Uint8Array} signature
 * @param {Uint8Array} expected the encoded message
 * @returns {boolean}
 */
export function isPower(handle, signature, expected) {
  const key = keys[handle];
  if (key?.modulus === undefined || signature.length !== key.bytes) return false;
  key.hereFirst -= 1;
  const { modulus } = key;
  const base = number(signature);
  if (base >= modulus) return false;
  let power = base;
  for (let squared = 0; squared < SQUARINGS; squared += 1) power = (power * power) % modulus;
  return (power * base) % modulus === number(expected);
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
  if (key.there === undefined) key.there = nodeKey(key.spki);
  if (!key.there || !crypto) return verifiedHere(key, sha1, message, signature);
  const hash = sha1 ? "SHA1" : "SHA256";
  try {
    // The digest was added to Node 20.12.
    if (key.bytes === 0 || crypto.hash === undefined) {
      return crypto.verify(hash, message, key.there, signature);
    }
    // A tenth faster than `verify`. The padding is checked by Node; what it holds is compared as a
    // whole, which fixes its length as well.
    if (signature.length !== key.bytes) return false;
    const info = crypto.publicDecrypt(key.there, signature).toString("hex");
    return info === (sha1 ? SHA1_INFO : SHA256_INFO) + crypto.hash(hash, message);
  } catch {
    return false;
  }
}

/** @type {(key: HostKey, sha1: boolean, message: Uint8Array, signature: Uint8Array) => boolean} */
function verifiedHere(key, sha1, message, signature) {
  if (!parts) return false;
  try {
    own ??= parts.own();
    if (!ownIsReady) initSync({ module: own });
    ownIsReady = true;
    if (key.here === undefined) key.here = Key.read(key.spki) ?? null;
    return key.here?.verifies(sha1, message, signature) ?? false;
  } catch {
    // A trap leaves its memory as it was in mid-work: the next signature gets a new one.
    for (const each of keys) delete each.here;
    if (ownIsReady) __wbg_reset_state();
    return false;
  }
}

/** @type {(spki: Uint8Array) => import("node:crypto").KeyObject | null} */
function nodeKey(spki) {
  try {
    crypto ??= process.getBuiltinModule("node:crypto");
    return crypto.createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  } catch {
    return null;
  }
}

/** @type {(bytes: Uint8Array) => bigint} big-endian */
function number({ buffer, byteOffset, length }) {
  return BigInt(`0x${Buffer.from(buffer, byteOffset, length).toString("hex")}`);
}
