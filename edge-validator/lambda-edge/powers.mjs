// @ts-check
// The powers of RSA signatures: the module tells what a power has to hold, and asks whether it does.
// A key's first ones are computed in integers of JavaScript, which are there at once: Node takes as
// long to load its crypto as dozens of powers take so. The later ones are OpenSSL's.

import { nodeKey } from "./node-key.mjs";

/**
 * @typedef {object} RsaKey of exponent 65537
 * @property {Uint8Array} modulus big-endian
 * @property {bigint} number the same
 * @property {number} hereFirst how many powers are still computed here
 * @property {import("./node-key.mjs").NodeKey | null} [there] null if it is not to be had
 */

/** To the power of 65537: so many squarings, and a product. */
const SQUARINGS = 16;
/** What else an encoded message has than its padding and DigestInfo (RFC 8017, 9.2): 00 01 … 00. */
const FRAME_BYTES = 3;

/** @type {RsaKey[]} */
const keys = [];

/** @type {number | undefined} */
let hereFirst;

/**
 * @param {number | undefined} first how many powers of each key are computed here; undefined: none are
 *   computed at all, and the module asks for its signatures to be verified
 */
export function begin(first) {
  hereFirst = first;
}

/**
 * @param {Uint8Array} modulus of an RSA key of exponent 65537, big-endian
 * @returns {number} a handle; negative if no powers are computed
 */
export function importModulus(modulus) {
  if (hereFirst === undefined) return -1;
  return keys.push({ modulus: modulus.slice(), number: number(modulus), hereFirst }) - 1;
}

/**
 * Whether the power of the signature is the encoded message (RFC 8017, 8.2.2) of this DigestInfo.
 *
 * @param {number} handle from importModulus
 * @param {Uint8Array} signature
 * @param {Uint8Array} info DigestInfo of a SHA-256, 51 bytes
 * @returns {boolean}
 */
export function isPower(handle, signature, info) {
  const key = keys[handle];
  if (key === undefined || signature.length !== key.modulus.length) return false;
  const there = theirs(key);
  if (!there) {
    return power(key.number, number(signature)) === encoded(info, key.modulus.length);
  }
  try {
    // Cheaper than `verify`, which looks its digest up anew each time. The padding is checked by
    // OpenSSL, and what it holds is compared as a whole.
    return areSame(there.crypto.publicDecrypt(there.key, signature), info);
  } catch {
    return false;
  }
}

/** @type {(one: Uint8Array, other: Uint8Array) => boolean} of few bytes, sooner than `Buffer` is asked */
function areSame(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) {
    if (one[at] !== other[at]) return false;
  }
  return true;
}

/**
 * EMSA-PKCS1-v1_5 (RFC 8017, 9.2) as a number.
 *
 * @param {Uint8Array} info
 * @param {number} bytes how many it has
 */
function encoded(info, bytes) {
  const padding = "ff".repeat(bytes - info.length - FRAME_BYTES);
  return BigInt(`0x0001${padding}00${hex(info)}`);
}

/** @type {(modulus: bigint, base: bigint) => bigint | undefined} nothing of what is no residue */
function power(modulus, base) {
  if (base >= modulus) return undefined;
  let power = base;
  for (let squared = 0; squared < SQUARINGS; squared += 1) power = (power * power) % modulus;
  return (power * base) % modulus;
}

/**
 * The key as Node has it, once its first powers were computed.
 *
 * @param {RsaKey} key
 */
function theirs(key) {
  if (key.hereFirst > 0) {
    key.hereFirst -= 1;
    return null;
  }
  if (key.there === undefined) {
    const n = Buffer.from(key.modulus).toString("base64url");
    key.there = nodeKey({ key: { kty: "RSA", n, e: "AQAB" }, format: "jwk" });
  }
  return key.there;
}

/** @type {(bytes: Uint8Array) => bigint} big-endian */
function number(bytes) {
  return BigInt(`0x${hex(bytes)}`);
}

/** @type {(bytes: Uint8Array) => string} */
function hex({ buffer, byteOffset, length }) {
  return Buffer.from(buffer, byteOffset, length).toString("hex");
}
