// @ts-check
// Who verifies signatures in the function as it is deployed.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { mock, test } from "node:test";

import { bundled, deployed, edgeToml } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { Pass } from "../pass.mjs";

mock.method(console, "log", () => {});

const now = Math.floor(Date.now() / 1000);
const event = (/** @type {Pass} */ { cookie }) => viewerRequest({ cookies: [cookie] });

const VIEWERS = 100;

for (const key of /** @type {const} */ (["rsa", "p256"])) {
  test(`${key}: node:crypto verifies every signature, and none that was verified before`, async (t) => {
    const instances = t.mock.method(WebAssembly, "Instance");
    const handler = await deployed(bundled(edgeToml()));
    const verify = t.mock.method(crypto, "verify");
    const decrypt = t.mock.method(crypto, "publicDecrypt");
    for (let viewer = 0; viewer < VIEWERS; viewer += 1) {
      const pass = Pass.signed({ key, expires: now + 3600 + viewer });
      const forged = event(pass);
      const [line] = forged.Records[0]?.cf.request.headers["cookie"] ?? [];
      if (line) line.value = line.value.replace(/Signature=(.{40})..../, "Signature=$1AAAA");
      assert.equal((await handler(forged)).status, "403", `${viewer}, forged`);
      assert.equal((await handler(event(pass))).status, undefined, `${viewer}`);
      assert.equal((await handler(event(pass))).status, undefined, `${viewer}, seen`);
      assert.equal(verify.mock.callCount(), 2 * (viewer + 1));
    }
    assert.equal(decrypt.mock.callCount(), 0);
    assert.equal(instances.mock.callCount(), 1, "one module decides");
  });
}
