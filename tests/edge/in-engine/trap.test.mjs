// @ts-check
// A request in which the module traps is refused, and the next one finds fresh memory.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { mock, test } from "node:test";

import { bundled, edgeToml, handlerOf, imported, parts } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { misbehave, misbehavingParts, trap } from "../misbehaving.mjs";
import { Pass } from "../pass.mjs";
import { responseFaults } from "../rules.mjs";

/** @type {string[]} */
let logged = [];
const log = (/** @type {string} */ line) => void logged.push(line);
mock.method(console, "log", log);

const folder = bundled(edgeToml());
const pass = Pass.signed();
const event = () => viewerRequest({ cookies: [pass.cookie] });

/** @param {any} answer */
function assertFailedClosed(answer) {
  assert.equal(answer.status, "403");
  assert.deepEqual(responseFaults(answer), []);
  const { edgepass, enforced } = JSON.parse(logged.at(-1) ?? "");
  assert.deepEqual([edgepass, enforced], ["failed", true]);
}

test("a validator that trapped is not asked again", async () => {
  const { createHandler } = await imported(parts(), "handler.mjs");
  let started = 0;
  const start = () => {
    started += 1;
    return { decide: started === 1 ? trap : () => ({ forward: { cookie: null } }) };
  };
  const handler = createHandler({ start, now: Date.now, log });
  assertFailedClosed(await handler(event()));
  assert.equal((await handler(event())).status, undefined);
  assert.equal((await handler(event())).status, undefined);
  assert.equal(started, 2);
});

test("nor is one that answers what is no answer", async () => {
  const { createHandler } = await imported(parts(), "handler.mjs");
  for (const answer of ["", "{", {}, [], undefined, null, 7]) {
    let started = 0;
    const start = () => ((started += 1), { decide: () => answer });
    const handler = createHandler({ start, now: Date.now, log });
    assertFailedClosed(await handler(event()));
    assertFailedClosed(await handler(event()));
    assert.equal(started, 2, String(answer));
  }
});

test("a validator that cannot be started is tried again", async () => {
  const { createHandler } = await imported(parts(), "handler.mjs");
  let started = 0;
  const start = () => {
    started += 1;
    throw new Error("out of memory");
  };
  const handler = createHandler({ start, now: Date.now, log });
  for (const count of [2, 3]) {
    assertFailedClosed(await handler(event()));
    assert.equal(started, count);
  }
});

test("a malformed event does not cost the memory", async () => {
  const handler = await handlerOf(folder);
  const verify = mock.method(crypto, "verify");
  try {
    assert.equal((await handler(event())).status, undefined, logged.at(-1));
    assert.equal(verify.mock.callCount(), 1);
    const malformed = event();
    Reflect.set(malformed.Records[0]?.cf.request.headers ?? {}, "host", null);
    assertFailedClosed(await handler(malformed));
    assert.equal((await handler(event())).status, undefined, logged.at(-1));
    assert.equal(verify.mock.callCount(), 1, "the pass was forgotten");
  } finally {
    verify.mock.restore();
  }
});

test("what node:crypto throws is a signature that does not hold", async (t) => {
  const handler = await handlerOf(folder);
  const other = viewerRequest({ cookies: [Pass.signed({ expires: 4_000_000_000 }).cookie] });
  t.mock.method(crypto, "verify", () => {
    throw "no error";
  });
  assert.equal((await handler(structuredClone(other))).status, "403");
  assert.equal(JSON.parse(logged.at(-1) ?? "").code, "signature-invalid");
  t.mock.restoreAll();
  assert.equal((await handler(other)).status, undefined, logged.at(-1));
});

/** The real module, whose imported crypto does what `misbehave` says. */
const misbehaving = () => handlerOf(folder, { from: misbehavingParts() });

test("the real module gets fresh memory after a trap", async () => {
  const handler = await misbehaving();
  let verified = 0;
  const count = () => void (verified += 1);

  misbehave(count);
  assert.equal((await handler(event())).status, undefined, logged.at(-1));
  assert.equal((await handler(event())).status, undefined, logged.at(-1));
  assert.equal(verified, 1, "the second time it is remembered");

  const faults = {
    "a trap": trap,
    "an error": () => {
      throw new Error("deep inside");
    },
    "no error": () => {
      throw "deep inside";
    },
    undefined: () => {
      throw undefined;
    },
    "too deep": function deeper() {
      deeper();
    },
  };
  for (const [name, fault] of Object.entries(faults)) {
    misbehave(fault);
    const unseen = Pass.signed({ key: "p256" });
    assertFailedClosed(await handler(viewerRequest({ cookies: [unseen.cookie] })));
    for (const secret of [...pass.secrets, ...unseen.secrets]) {
      assert.ok(!logged.at(-1)?.includes(secret), name);
    }
    verified = 0;
    misbehave(count);
    assert.equal((await handler(event())).status, undefined, `${name}: ${logged.at(-1)}`);
    assert.equal(verified, 1, `after ${name} nothing is remembered`);
  }
  misbehave(undefined);
});

test("a thousand traps leave nothing behind", async () => {
  const handler = await misbehaving();
  const forged = pass.cookie.replace("CloudFront-Signature=", "CloudFront-Signature=AAAA");
  for (let count = 0; count < 1000; count += 1) {
    misbehave(trap);
    const answer = await handler(viewerRequest({ cookies: [forged] }));
    assert.equal(answer.status, "403");
  }
  misbehave(undefined);
  assert.equal((await handler(event())).status, undefined, logged.at(-1));
});
