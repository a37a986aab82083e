// @ts-check
// Values of the wrong type. JavaScript would convert each of them, and some of what it makes of them
// would pass a check: `null` is 0 seconds, so that nothing has expired.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";

import { corpus } from "./cases.mjs";
import { project } from "./project.mjs";

const folder = project();
const installed = (/** @type {string} */ file) => join(folder, "node_modules/edgepass", file);
const entry = (/** @type {string} */ file) => import(pathToFileURL(installed(file)).href);
/** @type {typeof import("edgepass")} */
const { ConfigurationError, createVerifier, forwardRequest, inspect, verify } =
  await entry("index.default.js");
/** @type {typeof import("edgepass/explain")} */
const { explain } = await entry("explain.default.js");

const { cases } = corpus();

/** @param {string} name */
function found(name) {
  const one = cases.find((each) => each.name === `${name}.json`);
  assert.ok(one, name);
  return one;
}

/** @param {import("./corpus.mjs").Case} found */
function request({ request: { scheme, host, path, query, cookies, origin, referer } }) {
  const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
  return { url, headers: { cookie: cookies, origin, referer } };
}

const expired = found("conditions/end-was-a-second-ago");
const allowed = found("allow/rsa-sha256-custom-url");

/** Each with what the conversion would make of it. @type {[string, unknown][]} */
const NO_TIMES = [
  ["null, which is 0", null],
  ["an empty string, which is 0", ""],
  ["false, which is 0", false],
  ["true, which is 1", true],
  ["an empty list, which is 0", []],
  ["a list of a number", [0]],
  ["a string of digits", "0"],
  ["a date as a string", "1970-01-01"],
  ["a BigInt", 0n],
  ["an object with `valueOf`", { valueOf: () => 0 }],
  ["an object with `getTime`", { getTime: () => 0 }],
  ["an object that calls itself a date", { getTime: () => 0, [Symbol.toStringTag]: "Date" }],
  ["a boxed number", Object(0)],
  ["a function", () => 0],
  ["a symbol", Symbol("now")],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["a time before 1970", -1],
  ["an invalid date", new Date(NaN)],
];

/** @param {unknown} error */
function saysNow(error) {
  assert.ok(error instanceof TypeError, String(error));
  assert.match(error.message, /^`now` is not a time; give a `Date`, or seconds since 1970/);
  return true;
}

for (const [name, value] of NO_TIMES) {
  test(`\`now\` is ${name}`, async () => {
    const now = /** @type {any} */ (value);
    const { configuration } = expired;
    const verifier = await createVerifier(configuration);
    await assert.rejects(verifier.verify(request(expired), { now }), saysNow);
    await assert.rejects(verify(request(expired), { configuration, now }), saysNow);
    await assert.rejects(explain({ url: request(expired).url, now }), saysNow);
  });
}

test("`now` may be a number, a `Date` of any realm, or left out", async () => {
  const verifier = await createVerifier(allowed.configuration);
  const milliseconds = allowed.now * 1000;
  const dates = [new Date(milliseconds), runInNewContext(`new Date(${milliseconds})`)];
  for (const now of [allowed.now, allowed.now + 0.5, ...dates]) {
    assert.equal((await verifier.verify(request(allowed), { now })).decision, "allow");
  }
  for (const context of [undefined, {}, { now: undefined }]) {
    const verdict = await verifier.verify(request(allowed), /** @type {any} */ (context));
    assert.ok(verdict.decision === "deny" && verdict.code === "expired", "by this machine's clock");
  }
});

test("a context that is not an object, or an address that is not a string", async () => {
  const verifier = await createVerifier(allowed.configuration);
  for (const context of [null, 0, allowed.now, "192.0.2.7", true]) {
    const asked = verifier.verify(request(allowed), /** @type {any} */ (context));
    await assert.rejects(asked, TypeError);
  }
  for (const ip of [7, 0, false, ["192.0.2.7"], {}, Object("192.0.2.7"), 3221225991n]) {
    const asked = verifier.verify(request(allowed), /** @type {any} */ ({ now: allowed.now, ip }));
    await assert.rejects(asked, { name: "TypeError", message: /^`ip` is not a string/ });
  }
});

const [key] = allowed.configuration.keys;
const { pem, spki, ...other } = /** @type {any} */ (key);
const der = crypto.createPublicKey(pem).export({ format: "der", type: "spki" });

class Settings {
  keys = [key];
  get claims() {
    return "off";
  }
  get maxLifetimeSeconds() {
    return 60;
  }
}

/** @type {[string, (good: any) => unknown, RegExp][]} */
const WRONG = [
  ["a misspelt `claims`", (good) => ({ ...good, claims: "Off" }), /^`claims` is not/],
  ["`claims` is null", (good) => ({ ...good, claims: null }), /^`claims` is not a string/],
  ["`claims` is false", (good) => ({ ...good, claims: false }), /^`claims` is not a string/],
  ["`claims` is boxed", (good) => ({ ...good, claims: Object("off") }), /^`claims` is an object/],
  ["`claims` is a list", (good) => ({ ...good, claims: ["off"] }), /^`claims` is not a string/],
  ["`claims` is a function", (good) => ({ ...good, claims: () => "off" }), /^`claims` is a func/],
  [
    "`claims` calls itself `off`",
    (good) => ({ ...good, claims: { toJSON: () => "off" } }),
    /^`claims.toJSON` is a function/,
  ],
  [
    "it calls itself another",
    ({ keys }) => ({ keys, toJSON: () => ({ keys, claims: "off" }) }),
    /^`toJSON` is a function/,
  ],
  ["`claims` is left undefined", (good) => ({ ...good, claims: undefined }), /^`claimsKeys` is/],
  [
    "an instance, whose getters JSON leaves out",
    () => new Settings(),
    /^`configuration` is an obj/,
  ],
  ["nothing", () => null, /^`configuration` is not an object/],
  ["JSON", (good) => JSON.stringify(good), /^`configuration` is not an object/],
  ["a list", ({ keys }) => keys, /^`configuration` is not an object/],
  ["`mode` is null", (good) => ({ ...good, mode: null }), /^`mode` is not a string/],
  ["`scheme` is null", (good) => ({ ...good, scheme: null }), /^`scheme` is not a string/],
  ["`keys` is null", (good) => ({ ...good, keys: null }), /^`keys` is not an array/],
  ["`keys` is a string", (good) => ({ ...good, keys: pem }), /^`keys` is not an array/],
  ["`keys` is one key", (good) => ({ ...good, keys: key }), /^`keys` is not an array/],
  ["`keys` is a set", (good) => ({ ...good, keys: new Set([key]) }), /^`keys` is an object/],
  ["`claimsKeys` is one key", (good) => ({ ...good, claimsKeys: key }), /^`claimsKeys` is not an/],
  ["`keys` has a gap", (good) => ({ ...good, keys: [, key] }), /^`keys\[0\]` is undefined/],
];

for (const seconds of ["3600", "", null, true, [3600], 0, -1, 0.5, 2 ** 32, 2 ** 60, 1e300]) {
  const shown = JSON.stringify(seconds);
  WRONG.push([
    `\`maxLifetimeSeconds\` is ${shown}`,
    (good) => ({ ...good, maxLifetimeSeconds: seconds }),
    /^`maxLifetimeSeconds` is not a number of seconds|integer/,
  ]);
}
for (const seconds of [NaN, Infinity, 3600n, new Date(3600), Object(3600), { valueOf: () => 1 }]) {
  WRONG.push([
    `\`maxLifetimeSeconds\` is ${typeof seconds} ${String(seconds)}`,
    (good) => ({ ...good, maxLifetimeSeconds: seconds }),
    /^`maxLifetimeSeconds(\.valueOf)?` is/,
  ]);
}

/** @type {[string, Record<string, unknown>, RegExp][]} */
const WRONG_KEYS = [
  ["`algorithms` is a string", { pem, algorithms: "RSA-SHA256" }, /\.algorithms` is not an array/],
  ["`algorithms` is null", { pem, algorithms: null }, /\.algorithms` is not an array/],
  ["`algorithms` has null", { pem, algorithms: [null] }, /\.algorithms` has another/],
  ["`algorithms` has a list", { pem, algorithms: [["RSA-SHA256"]] }, /\.algorithms` has another/],
  ["`id` is null", { ...other, pem, id: null }, /\.id` is not a string/],
  ["`id` is a number", { ...other, pem, id: 7 }, /\.id` is not a string/],
  ["`id` is empty", { ...other, pem, id: "" }, / has an `id`/],
  ["`pem` is a list", { ...other, pem: [pem] }, /\.pem` is not a string/],
  ["`pem` is a buffer", { ...other, pem: Buffer.from(pem) }, /\.pem` is not a string/],
  ["`pem` is null", { ...other, pem: null }, /\.pem` is not a string/],
  ["`spki` is base64", { ...other, spki: der.toString("base64") }, /\.spki` is not a `Uint8Array`/],
  ["`spki` is a list", { ...other, spki: [...der] }, /\.spki` is not a `Uint8Array`/],
  ["both are there", { ...other, pem, spki: null }, / needs either/],
];
for (const [name, wrong, message] of WRONG_KEYS) {
  const member = new RegExp(/^`keys\[0\]`?/.source + message.source);
  WRONG.push([`of a key ${name}`, (good) => ({ ...good, keys: [wrong] }), member]);
}

for (const [name, make, message] of WRONG) {
  test(`a configuration: ${name}`, async () => {
    const wrong = /** @type {any} */ (make({ ...allowed.configuration }));
    const once = () => verify(request(allowed), { configuration: wrong });
    for (const made of [() => createVerifier(wrong), once]) {
      await assert.rejects(made, (error) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });
}

const good = request(allowed);
const byCookies = found("allow/rsa-sha256-custom-cookies");
const byReferer = found("allow/org-by-referer");

test("a request whose members have the wrong types is denied", async () => {
  const headers = new Map([["Origin", "https://elsewhere.example.com"]]);
  for (const [name, value] of Object.entries(request(byReferer).headers)) {
    if (name !== "origin") headers.set(name, String(value));
  }
  /** @type {[import("./corpus.mjs").Case, unknown][]} */
  const requests = [
    [allowed, { ...good, url: [good.url] }],
    [allowed, { ...good, url: Object(good.url) }],
    [allowed, { ...good, url: { toString: () => good.url } }],
    [allowed, { ...good, url: new URL(good.url) }],
    [allowed, { ...good, method: null }],
    [allowed, { ...good, method: ["GET"] }],
    [allowed, { ...good, headers: null }],
    [allowed, { ...good, headers: "Origin: https://elsewhere.example.com" }],
    [allowed, { ...good, headers: [["Origin", "https://elsewhere.example.com"]] }],
    [allowed, { ...good, headers: { origin: 7 } }],
    [allowed, { ...good, headers: { origin: [["https://www.example.com"]] } }],
    [allowed, { ...good, headers: { referer: new URL(good.url) } }],
    [byCookies, { ...request(byCookies), headers: {}, cookies: [byCookies.request.cookies] }],
    [byCookies, { ...request(byCookies), cookies: null }],
    [byCookies, { ...request(byCookies), cookies: { a: "b" } }],
    // The `Origin` of a `Map` would be overlooked, and the `Referer` decide.
    [byReferer, { ...request(byReferer), headers }],
  ];
  for (const [{ configuration, now }, wrong] of requests) {
    const asked = /** @type {any} */ (wrong);
    const verdict = await verify(asked, { configuration, now });
    assert.ok(verdict.decision === "deny", JSON.stringify(wrong));
    assert.equal(verdict.code, "request-malformed");
  }
  for (const { configuration, now, ...right } of [allowed, byCookies, byReferer]) {
    const asked = request(/** @type {any} */ (right));
    assert.equal((await verify(asked, { configuration, now })).decision, "allow");
  }
});

test("what node:crypto answers is believed if it is a boolean", async (t) => {
  const { configuration, now } = allowed;
  const url = good.url.replace(/Signature=../, "Signature=AA");
  for (const answer of [1, "1", [1], {}, "yes", Promise.resolve(true)]) {
    const verifier = await createVerifier(configuration);
    const verify = t.mock.method(crypto, "verify", () => answer);
    const forged = await verifier.verify({ url }, { now });
    assert.ok(forged.decision === "deny" && forged.code === "signature-invalid", String(answer));
    assert.equal(verify.mock.callCount(), 1);
    verify.mock.restore();
    assert.equal((await verifier.verify(good, { now })).decision, "allow");
  }
});

test("only an admitted request is forwarded", async () => {
  const fetched = new Request("https://media.example.com/a.mp4");
  const denied = await verify(fetched, { configuration: allowed.configuration });
  const forward = { url: fetched.url, cookie: null, context: null };
  for (const verdict of [
    denied,
    { ...denied, forward },
    {},
    { forward },
    Promise.resolve(denied),
  ]) {
    assert.throws(() => forwardRequest(fetched, /** @type {any} */ (verdict)), TypeError);
  }
});

test("a credential to inspect that is neither text nor an object of text", async () => {
  for (const wrong of [undefined, null, 7, new URL(good.url), { url: 7 }, { cookies: [7] }]) {
    await assert.rejects(inspect(/** @type {any} */ (wrong)), TypeError);
  }
});
