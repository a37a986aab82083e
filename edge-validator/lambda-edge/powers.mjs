// @ts-check
// The powers of RSA signatures: the module encodes what a power has to be equal to, and asks whether
// it is. A key's first ones are computed in integers of JavaScript, which are there at once: Node
// takes as long to load its crypto as dozens of powers take so. The later ones are OpenSSL's.

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
/** DigestInfo with its SHA-256 (RFC 8017, 9.2, note 1): what `publicDecrypt` leaves of a message. */
const INFO_BYTES = 51;

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
 * Whether the power of the signature is the encoded message (RFC 8017, 8.2.2).
 *
 * @param {number} handle from importModulus
 * @param {Uint8Array} signature
 * @param {Uint8Array} expected EMSA-PKCS1-v1_5 of a SHA-256, in as many bytes as the modulus has
 * @returns {boolean}
 */
export function isPower(handle, signature, expected) {
  const key = keys[handle];
  if (key === undefined || signature.length !== key.modulus.length) return false;
  const there = theirs(key);
  if (!there) return power(key.number, number(signature)) === number(expected);
  try {
    // Cheaper than `verify`, which looks its digest up anew each time. The padding is checked by
    // OpenSSL, and what it holds is compared as a whole.
    const info = there.crypto.publicDecrypt(there.key, signature);
    return info.length === INFO_BYTES && isEnd(expected, info);
  } catch {
    return false;
  }
}

/** @type {(whole: Uint8Array, end: Uint8Array) => boolean} of few bytes, sooner than `Buffer` is asked */
function isEnd(whole, end) {
  const start = whole.length - end.length;
  for (let at = 0; at < end.length; at += 1) {
    if (whole[start + at] !== end[at]) return false;
  }
  return true;
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
function number({ buffer, byteOffset, length }) {
  return BigInt(`0x${Buffer.from(buffer, byteOffset, length).toString("hex")}`);
}
