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

/** How many signatures a key verifies before `node:crypto` is asked. */
const HERE_FIRST = 50;

/** Nothing of `node:crypto` verifies but this. */
const METHODS = /** @type {const} */ ({ rsa: "publicDecrypt", p256: "verify" });

for (const key of /** @type {const} */ (["rsa", "p256"])) {
  test(`${key}: here first, then node:crypto, with the same verdicts`, async (t) => {
    const handler = await deployed(bundled(edgeToml()));
    const load = t.mock.method(process, "getBuiltinModule");
    const verify = t.mock.method(crypto, METHODS[key]);
    const instances = t.mock.method(WebAssembly, "Instance");
    for (let viewer = 0; viewer < 2 * HERE_FIRST; viewer += 1) {
      const pass = Pass.signed({ key, expires: now + 3600 + viewer });
      const forged = event(pass);
      const [line] = forged.Records[0]?.cf.request.headers["cookie"] ?? [];
      if (line) line.value = line.value.replace(/Signature=(.{40})..../, "Signature=$1AAAA");
      assert.equal((await handler(forged)).status, "403", `${viewer}, forged`);
      assert.equal((await handler(event(pass))).status, undefined, `${viewer}`);
      assert.equal((await handler(event(pass))).status, undefined, `${viewer}, seen`);
      const byHost = Math.max(0, 2 * (viewer + 1) - HERE_FIRST);
      assert.equal(verify.mock.callCount(), byHost);
      assert.equal(load.mock.callCount(), Math.min(1, byHost));
    }
    const own = key === "rsa" ? 0 : 1;
    assert.equal(instances.mock.callCount(), own, "our own crypto is loaded for what needs it");
  });
}

for (const key of /** @type {const} */ (["rsa", "p256"])) {
  test(`${key}: without process.getBuiltinModule it goes on so`, async (t) => {
    const handler = await deployed(bundled(edgeToml()));
    t.mock.method(process, "getBuiltinModule", () => undefined);
    const verify = t.mock.method(crypto, METHODS[key]);
    for (let viewer = 0; viewer < 2 * HERE_FIRST; viewer += 1) {
      const pass = Pass.signed({ key, expires: now + 3600 + viewer });
      assert.equal((await handler(event(pass))).status, undefined);
    }
    assert.equal(verify.mock.callCount(), 0);
  });
}
