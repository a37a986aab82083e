// @ts-check
// What verifies signatures, as it ships: our own crypto, after everything that was done to make it
// small; powers; and node:crypto as it is asked. By Wycheproof's signatures, and by some of
// node:crypto.

import assert from "node:assert/strict";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomInt,
  sign,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { imported, parts } from "../bundle.mjs";

/**
 * @typedef {(sha1: boolean, message: Uint8Array, signature: Uint8Array) => boolean} Verify
 * @typedef {(spki: Buffer) => Verify} Importing
 */

const folder = parts();
const { initSync, Key } = await imported(folder, "crypto.js");
const module = new WebAssembly.Module(readFileSync(join(folder, "crypto_bg.wasm")));
initSync({ module });

/**
 * The shim's crypto: what is left to it, and powers.
 *
 * @param {number} hereFirst
 */
async function shim(hereFirst) {
  const from = parts();
  const [host, powers] = await Promise.all([
    imported(from, "host.mjs"),
    imported(from, "powers.mjs"),
  ]);
  host.begin(() => module, hereFirst);
  powers.begin(hereFirst);
  return { host, powers };
}
const [early, late] = [await shim(Infinity), await shim(0)];

/** DigestInfo up to the digest (RFC 8017, 9.2, note 1). */
const SHA256_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");

/** DigestInfo (RFC 8017, 9.2). @param {Uint8Array} message */
function infoOf(message) {
  return Buffer.concat([SHA256_INFO, createHash("sha256").update(message).digest()]);
}

/** The modulus of an RSA key. @param {Buffer} spki */
function modulusOf(spki) {
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  return Buffer.from(key.export({ format: "jwk" }).n ?? "", "base64url");
}

/** How many signatures were verified by a power. */
let powers = 0;

/**
 * A key as the module imports it: RSA signatures by SHA-256 are verified by their powers if the
 * exponent is 65537, all others as they are.
 *
 * @param {Awaited<ReturnType<typeof shim>>} by
 * @returns {Importing}
 */
function imports(by) {
  return (spki) => {
    const { n = "", e } = createPublicKey({ key: spki, format: "der", type: "spki" }).export({
      format: "jwk",
    });
    const modulus = Buffer.from(n, "base64url");
    const key = by.host.importKey(spki);
    const powered = e === "AQAB" ? by.powers.importModulus(modulus) : -1;
    return (sha1, message, signature) => {
      if (sha1 || powered < 0) return by.host.verifySignature(key, sha1, message, signature);
      powers += 1;
      return by.powers.isPower(powered, signature, infoOf(message));
    };
  };
}

/** @type {Record<string, Importing>} */
const PATHS = {
  WASM: (spki) => {
    const key = Key.read(spki);
    return (sha1, message, signature) => key.verifies(sha1, message, signature);
  },
  "what is there at once": imports(early),
  "node:crypto": imports(late),
};

/** What `wasm/tests/wycheproof.rs` counts too. */
const WYCHEPROOF = {
  "rsa_signature_2048_sha256_test.json": { valid: 9, invalid: 249, acceptable: 1 },
  "ecdsa_secp256r1_sha256_test.json": { valid: 174, invalid: 310, acceptable: 0 },
};

const RUNS = Object.entries(WYCHEPROOF).flatMap(([name, expected]) =>
  Object.entries(PATHS).map(([path, importing]) => ({ name, expected, path, importing })),
);

for (const { name, expected, path, importing } of RUNS) {
  test(`${name}, by ${path}`, () => {
    powers = 0;
    const file = new URL(`../../../wasm/tests/wycheproof/${name}`, import.meta.url);
    const { testGroups } = JSON.parse(readFileSync(file, "utf8"));
    /** @type {Record<string, number>} */
    const counts = { valid: 0, invalid: 0, acceptable: 0 };
    for (const { publicKeyDer, sha, tests } of testGroups) {
      assert.equal(sha, "SHA-256");
      const verifies = importing(Buffer.from(publicKeyDer, "hex"));
      for (const { tcId, comment, msg, sig, result } of tests) {
        const [message, signature] = [Buffer.from(msg, "hex"), Buffer.from(sig, "hex")];
        counts[result] = (counts[result] ?? 0) + 1;
        // Nothing but the exact form passes, whatever is tolerated for the sake of old signers.
        const verified = verifies(false, message, signature);
        assert.equal(verified, result === "valid", `case ${tcId}: ${comment}`);
      }
    }
    assert.deepEqual(counts, expected);
    const byPowers = path !== "WASM" && name.startsWith("rsa");
    assert.ok(byPowers ? powers > 100 : powers === 0, `${powers} powers`);
  });
}

/** Makes a key pair. */
const KINDS = {
  "RSA-2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "RSA-2048 and exponent 3": () =>
    generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }),
  "RSA-3072": () => generateKeyPairSync("rsa", { modulusLength: 3072 }),
  "RSA-4096": () => generateKeyPairSync("rsa", { modulusLength: 4096 }),
  "P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
/** Of each kind. */
const SIGNATURES = 128;
/** How many are made by each key, since RSA keys take long to make. */
const BY_ONE_KEY = 64;

for (const [kind, pair] of Object.entries(KINDS)) {
  test(`signatures of ${kind} hold, and not with one bit turned round`, () => {
    for (let count = 0; count < SIGNATURES / BY_ONE_KEY; count += 1) {
      const { privateKey, publicKey } = pair();
      const spki = publicKey.export({ type: "spki", format: "der" });
      for (const [path, importing] of Object.entries(PATHS)) {
        const verifies = importing(spki);
        for (let made = 0; made < BY_ONE_KEY; made += 1) {
          const sha1 = made % 2 === 1;
          const message = randomBytes(randomInt(1, 2000));
          const signature = sign(sha1 ? "SHA1" : "SHA256", message, privateKey);
          const bytes = [spki, message, signature].map((bytes) => bytes.toString("hex"));
          const what = `${path}: ${bytes.join()}`;
          const holds = () => verifies(sha1, message, signature);
          assert.ok(holds(), what);
          assert.ok(!verifies(!sha1, message, signature), what);
          for (const bytes of [message, signature]) {
            const [at, bit] = [randomInt(bytes.length), 1 << randomInt(8)];
            bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at);
            assert.ok(!holds(), `bit ${bit} of byte ${at}: ${what}`);
            bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at);
          }
        }
      }
    }
  });
}

test("a key of exponent 1 or 2 is not read", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  for (const [e, isRead] of /** @type {const} */ ([
    ["AQAB", true],
    ["Aw", true],
    ["AQ", false],
    ["Ag", false],
  ])) {
    const jwk = { ...publicKey.export({ format: "jwk" }), e };
    const spki = createPublicKey({ key: jwk, format: "jwk" }).export({
      type: "spki",
      format: "der",
    });
    assert.equal(Key.read(spki) !== undefined, isRead, e);
  }
});

/** @param {bigint} number @param {number} bytes */
const bigEndian = (number, bytes) =>
  Buffer.from(number.toString(16).padStart(2 * bytes, "0"), "hex");

test("an RSA signature is a number below the modulus, in as many bytes", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const modulus = BigInt(`0x${modulusOf(spki).toString("hex")}`);
  const message = Buffer.from("message");
  const signatures = new Map();
  // Of many one is so small that the sum has no more bytes, and one begins with a zero.
  for (let made = 0; signatures.size < 2; made += 1) {
    const counted = Buffer.from(`${message} ${made}`);
    const signature = sign("SHA256", counted, privateKey);
    const number = BigInt(`0x${signature.toString("hex")}`);
    const sum = number + modulus;
    if (sum < 1n << 2048n) signatures.set("plus the modulus", [counted, bigEndian(sum, 256)]);
    if (signature[0] === 0) signatures.set("without its zero", [counted, signature.subarray(1)]);
  }
  for (const [path, importing] of Object.entries(PATHS)) {
    const verifies = importing(spki);
    for (const [what, [counted, signature]] of signatures) {
      assert.ok(!verifies(false, counted, signature), `${path}: ${what}`);
    }
    const signature = sign("SHA256", message, privateKey);
    assert.ok(!verifies(false, message, Buffer.concat([Buffer.of(0), signature])), path);
    assert.ok(verifies(false, message, signature), path);
  }
});
