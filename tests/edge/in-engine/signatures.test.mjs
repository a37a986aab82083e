// @ts-check
// Our own crypto as it ships, after everything that was done to make it small: Wycheproof's
// signatures, and those of node:crypto.

import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes, randomInt, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { imported, parts } from "../bundle.mjs";

const folder = parts();
const { initSync, Key } = await imported(folder, "crypto.js");
initSync({ module: new WebAssembly.Module(readFileSync(join(folder, "crypto_bg.wasm"))) });

/** What `wasm/tests/wycheproof.rs` counts too. */
const WYCHEPROOF = {
  "rsa_signature_2048_sha256_test.json": { valid: 9, invalid: 249, acceptable: 1 },
  "ecdsa_secp256r1_sha256_test.json": { valid: 174, invalid: 310, acceptable: 0 },
};

for (const [name, expected] of Object.entries(WYCHEPROOF)) {
  test(name, () => {
    const file = new URL(`../../../wasm/tests/wycheproof/${name}`, import.meta.url);
    const { testGroups } = JSON.parse(readFileSync(file, "utf8"));
    /** @type {Record<string, number>} */
    const counts = { valid: 0, invalid: 0, acceptable: 0 };
    for (const { publicKeyDer, sha, tests } of testGroups) {
      assert.equal(sha, "SHA-256");
      const key = Key.read(Buffer.from(publicKeyDer, "hex"));
      for (const { tcId, comment, msg, sig, result } of tests) {
        const [message, signature] = [Buffer.from(msg, "hex"), Buffer.from(sig, "hex")];
        counts[result] = (counts[result] ?? 0) + 1;
        // Nothing but the exact form passes, whatever is tolerated for the sake of old signers.
        const verified = key.verifies(false, message, signature);
        assert.equal(verified, result === "valid", `case ${tcId}: ${comment}`);
      }
    }
    assert.deepEqual(counts, expected);
  });
}

/** Makes a key pair. */
const KINDS = {
  "RSA-2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
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
      const key = Key.read(spki);
      for (let made = 0; made < BY_ONE_KEY; made += 1) {
        const sha1 = made % 2 === 1;
        const message = randomBytes(randomInt(1, 2000));
        const signature = sign(sha1 ? "SHA1" : "SHA256", message, privateKey);
        const what = [spki, message, signature].map((bytes) => bytes.toString("hex")).join();
        const verifies = () => key.verifies(sha1, message, signature);
        assert.ok(verifies(), what);
        assert.ok(!key.verifies(!sha1, message, signature), what);
        for (const bytes of [message, signature]) {
          const [at, bit] = [randomInt(bytes.length), 1 << randomInt(8)];
          bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at);
          assert.ok(!verifies(), `bit ${bit} of byte ${at}: ${what}`);
          bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at);
        }
      }
    }
  });
}
