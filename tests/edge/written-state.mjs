// @ts-check
// States written by hand, byte by byte as the `policy` crate documents them, so that they can also
// say what no publisher would. They revoke by the cut-off of all passes; sessions are filler.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from "node:crypto";
import { readFileSync } from "node:fs";

import { keys as keyFolder } from "./bundle.mjs";

/** Baked into the edges, as `ROOT_PEM_FILE`. */
const root = createPrivateKey(readFileSync(`${keyFolder}p256-other.private.pem`));
export const ROOT_PEM_FILE = "p256-other.public.pem";
const stateKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
export const strangersKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

/** What a key is listed for: its use and its algorithms. @type {Record<string, [number, number]>} */
const LISTED = {
  K1RSAEXAMPLE: [1, 2],
  K1P256EXAMPLE: [1, 8],
  "claims-rs256": [2, 2],
};
/** @type {Record<string, string>} */
const FILES = { K1RSAEXAMPLE: "rsa", K1P256EXAMPLE: "p256", "claims-rs256": "rsa-other" };

/**
 * @typedef {object} Wanted
 * @property {number} generatedAt
 * @property {number} [sequence] of the date if there is none
 * @property {number} [upTo] everything issued up to this second is revoked
 * @property {string} [site]
 * @property {number} [serial]
 * @property {string[]} [keys] ids of those that are trusted
 * @property {Buffer} [body]
 * @property {import("node:crypto").KeyObject | null} [rootKey] null: nobody signs the delegation
 * @property {import("node:crypto").KeyObject | null} [signer] of the head, whoever was delegated to
 */

/**
 * Hashes as evenly spread as those of ids are.
 *
 * @param {number} sessions how many are revoked
 * @param {number} [first] their first hash; others make another body
 */
export function bodyOf(sessions, first = 1) {
  return Buffer.concat([bodyStart([sessions, 0, 0]), hashes(sessions, first)]);
}

/**
 * The same of subjects, of whom what they were given up to 1970 is revoked.
 *
 * @param {number} subjects
 * @param {number} [first]
 */
export function bodyOfSubjects(subjects, first = 1) {
  const cutOffs = Buffer.alloc(4 * subjects);
  return Buffer.concat([bodyStart([0, 0, subjects]), hashes(subjects, first), cutOffs]);
}

/** @param {number[]} counts of sessions, keys and subjects */
function bodyStart(counts) {
  return Buffer.concat([
    Buffer.from("edgepass-body-1\n"),
    Buffer.alloc(16, "salt"),
    ...counts.map(u32),
  ]);
}

/**
 * @param {number} count
 * @param {number} first
 */
function hashes(count, first) {
  const bytes = Buffer.alloc(8 * count);
  for (let index = 0; index < count; index += 1) {
    bytes.writeUInt32LE(first, 8 * index);
    bytes.writeUInt32LE(Math.floor((index / count) * 2 ** 32), 8 * index + 4);
  }
  return bytes;
}

/** @param {Buffer} body */
export function nameOf(body) {
  return createHash("sha256").update(body).digest("hex");
}

/** @param {Wanted} wanted */
export function headOf({
  generatedAt,
  sequence = generatedAt * 1000,
  upTo = 0,
  site = "https://media.example.com",
  serial = 1,
  keys = ["K1RSAEXAMPLE", "claims-rs256"],
  body = bodyOf(1),
  rootKey = root,
  signer = stateKey,
}) {
  const delegation = Buffer.concat([
    Buffer.from("edgepass-keys-1\n"),
    short(Buffer.from(site)),
    u64(serial),
    long(spki(stateKey)),
    Buffer.of(keys.length),
    ...keys.flatMap((id) => {
      const pem = createPublicKey(readFileSync(`${keyFolder}${FILES[id]}.public.pem`));
      return [Buffer.of(...(LISTED[id] ?? [])), short(Buffer.from(id)), long(spki(pem))];
    }),
  ]);
  const unsigned = Buffer.concat([
    Buffer.from("edgepass-head-1\n"),
    long(delegation),
    long(signature(delegation, rootKey)),
    u64(sequence),
    u64(generatedAt),
    u32(12 * 3600),
    u64(upTo),
    u32(body.length),
    createHash("sha256").update(body).digest(),
  ]);
  return Buffer.concat([unsigned, long(signature(unsigned, signer))]);
}

/** @param {Buffer} bytes @param {import("node:crypto").KeyObject | null} key */
function signature(bytes, key) {
  return key === null ? Buffer.of() : sign("SHA256", bytes, key);
}

/** @param {import("node:crypto").KeyObject} key */
function spki(key) {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ format: "der", type: "spki" });
}

/** @param {Buffer} bytes */
const short = (bytes) => Buffer.concat([Buffer.of(bytes.length), bytes]);

/** @param {Buffer} bytes */
function long(bytes) {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param {number} value */
function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
