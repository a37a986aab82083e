// @ts-check
// What verifies signatures, as it ships: node:crypto as the function asks it, and our own crypto in the
// npm package's module, after everything that was done to make it small. By Wycheproof's signatures,
// and by some of node:crypto.

import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, randomBytes, randomInt, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { imported, parts } from "../bundle.mjs";

/**
 * @typedef {(sha1: boolean, message: Uint8Array, signature: Uint8Array) => boolean} Verify
 * @typedef {(spki: Buffer) => Verify} Importing
 */

/** @type {{ importKey: (spki: Buffer) => number, verifySignature: (handle: number, ...rest: Parameters<Verify>) => boolean }} */
const host = await imported(parts(), "node-crypto.mjs");

/** The module of the npm package in a process without `node:crypto`. */
const { PassVerifier } = await (async () => {
  const { getBuiltinModule } = process;
  Reflect.set(process, "getBuiltinModule", undefined);
  const folder = parts();
  const glue = await imported(folder, "verifier.js");
  Reflect.set(process, "getBuiltinModule", getBuiltinModule);
  const module = new WebAssembly.Module(readFileSync(join(folder, "verifier_bg.wasm")));
  glue.initSync({ module });
  return glue;
})();

/** How many signatures were refused before they were verified. */
let refusedEarlier = 0;

/** CloudFront's alphabet. @param {Uint8Array} bytes */
const base64 = (bytes) =>
  Buffer.from(bytes)
    .toString("base64")
    .replace(/[+=/]/g, (c) => ({ "+": "-", "=": "_", "/": "~" })[c] ?? "");

/**
 * Whether the module finds a signature valid, by the refusal of a pass whose policy is the message: a
 * text that is no policy is refused as such, but only where its signature holds.
 *
 * @type {Importing}
 */
const inWasm = (spki) => {
  const { asymmetricKeyType } = createPublicKey({ key: spki, format: "der", type: "spki" });
  const kind = asymmetricKeyType === "rsa" ? "RSA" : "ECDSA";
  const algorithms = [`${kind}-SHA1`, `${kind}-SHA256`];
  const key = { id: "K1", spki: spki.toString("base64"), algorithms };
  const verifier = new PassVerifier(JSON.stringify({ keys: [key], claims: "off" }));
  return (sha1, message, signature) => {
    const values = [
      `CloudFront-Policy=${base64(message)}`,
      `CloudFront-Signature=${base64(signature)}`,
      "CloudFront-Key-Pair-Id=K1",
      ...(sha1 ? [] : ["CloudFront-Hash-Algorithm=SHA256"]),
    ];
    const url = "https://media.example.com/a.mp4";
    const verdict = verifier.decide(url, "GET", values.join("; "), "", undefined, undefined, 0);
    const { code } = JSON.parse(verdict);
    if (code === "policy-malformed") return true;
    if (code !== "signature-invalid") {
      // Refused for its length or its form, before any signature is verified.
      assert.match(code, /^credential-(incomplete|malformed|too-large)$/);
      refusedEarlier += 1;
    }
    return false;
  };
};

/** @type {Record<string, Importing>} */
const PATHS = {
  "our own crypto": inWasm,
  "node:crypto": (spki) => {
    const key = host.importKey(spki);
    assert.ok(key >= 0);
    return (...signed) => host.verifySignature(key, ...signed);
  },
};

/** An empty text is no policy at all, whatever its signature: such a pass is refused before. */
const canBeAsked = (/** @type {string} */ path, /** @type {Buffer} */ message) =>
  path === "node:crypto" || message.length > 0;

/** What `wasm/tests/wycheproof.rs` counts too. */
const WYCHEPROOF = {
  "rsa_signature_2048_sha256_test.json": { valid: 9, invalid: 249, acceptable: 1 },
  "ecdsa_secp256r1_sha256_test.json": { valid: 174, invalid: 310, acceptable: 0 },
};

const RUNS = Object.entries(WYCHEPROOF).flatMap(([name, expected]) =>
  Object.entries(PATHS).map(([path, importing]) => ({ name, expected, path, importing })),
);

for (const { name, expected, path, importing } of RUNS) {
  test(`${name}, by ${path}`, (t) => {
    refusedEarlier = 0;
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
        if (!canBeAsked(path, message)) {
          t.diagnostic(`case ${tcId} is not asked: its message is empty`);
          continue;
        }
        // Nothing but the exact form passes, whatever is tolerated for the sake of old signers.
        const verified = verifies(false, message, signature);
        assert.equal(verified, result === "valid", `case ${tcId}: ${comment}`);
      }
    }
    assert.deepEqual(counts, expected);
    if (refusedEarlier > 0)
      t.diagnostic(`${refusedEarlier} were refused before they were verified`);
    assert.ok(refusedEarlier < 20, `${refusedEarlier} were`);
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
    if (isRead) inWasm(spki);
    else assert.throws(() => inWasm(spki), /has numbers that are those of no public key/, e);
  }
});

/** @param {bigint} number @param {number} bytes */
const bigEndian = (number, bytes) =>
  Buffer.from(number.toString(16).padStart(2 * bytes, "0"), "hex");

test("an RSA signature is a number below the modulus, in as many bytes", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const { n = "" } = publicKey.export({ format: "jwk" });
  const modulus = BigInt(`0x${Buffer.from(n, "base64url").toString("hex")}`);
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
