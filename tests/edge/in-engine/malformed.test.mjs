// @ts-check
// Whatever comes in, the answer is a refusal: never an exception, never a forwarded request, and
// no credential in the log.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mock, test } from "node:test";

import { bundled, deployed, edgeToml } from "../bundle.mjs";
import { HOST, requestOf, viewerRequest } from "../event.mjs";
import { Pass } from "../pass.mjs";
import { responseFaults } from "../rules.mjs";

/** @type {string[]} */
let logged = [];
mock.method(console, "log", (/** @type {string} */ line) => logged.push(line));

const handler = await deployed(bundled(edgeToml()));
// For every URL, so that only what is malformed can be the reason.
const pass = Pass.signed({ resource: "https://*" });
/** An event with a pass that is let in. */
const good = () => viewerRequest({ cookies: [pass.cookie] });

/**
 * @param {unknown} event
 * @param {string} what
 */
async function assertRefused(event, what) {
  logged = [];
  const answer = await handler(event);
  assert.equal(answer.status, "403", what);
  assert.deepEqual(responseFaults(answer), [], what);
  assert.equal(logged.length, 1, `${what}: ${logged}`);
  const [line = ""] = logged;
  const { edgepass, enforced } = JSON.parse(line);
  assert.ok(["refused", "failed"].includes(edgepass), what);
  assert.equal(enforced, true, what);
  for (const secret of pass.secrets) assert.ok(!line.includes(secret), `${what}: ${line}`);
  return JSON.parse(line);
}

/**
 * The good event with something else at a path such as `headers.host.0.value`.
 *
 * @param {string} path
 * @param {unknown} value nothing: it is taken out
 */
function withValue(path, value) {
  const event = good();
  const names = path.split(".");
  const last = names.pop() ?? "";
  let place = /** @type {any} */ (event.Records[0]?.cf);
  for (const name of names) place = place[name];
  if (value === undefined) delete place[last];
  else place[last] = value;
  return event;
}

test("the good event is let through, again and again", async () => {
  for (let count = 0; count < 3; count += 1) {
    assert.equal((await handler(good())).status, undefined, logged.at(-1));
  }
});

test("what is no event", async () => {
  const wrong = [undefined, null, true, 0, NaN, "", "event", [], {}, () => {}, 1n, Symbol("event")];
  for (const value of wrong) {
    await assertRefused(value, typeof value);
    await assertRefused({ Records: value }, `Records: ${typeof value}`);
    await assertRefused({ Records: [value] }, `Records: [${typeof value}]`);
    await assertRefused({ Records: [{ cf: value }] }, `cf: ${typeof value}`);
    await assertRefused({ Records: [{ cf: { request: value } }] }, `request: ${typeof value}`);
  }
  await assertRefused({ Records: [{ s3: {} }] }, "an event of another service");
});

test("missing and mistyped pieces", async () => {
  const wrong = [undefined, null, false, 0, 7, [], ["GET"], {}, { value: "x" }];
  const fields = ["request.method", "request.uri", "request.querystring", "request.clientIp"];
  for (const path of ["request.headers", "config.requestId", ...fields]) {
    for (const value of wrong) {
      await assertRefused(withValue(path, value), `${path}: ${JSON.stringify(value)}`);
    }
  }
});

test("mistyped headers", async () => {
  const line = { key: "Cookie", value: pass.cookie };
  const lines = [null, false, 0, 7, "x", pass.cookie, {}, line, { length: 1, 0: line }];
  const wrong = [...lines, [null], [7], [[]], [{}], [pass.cookie], [{ value: null }]];
  for (const value of [...wrong, [{ value: 7 }], [line, null], [line, {}]]) {
    for (const name of ["cookie", "host"]) {
      const what = `${name}: ${JSON.stringify(value)}`;
      await assertRefused(withValue(`request.headers.${name}`, value), what);
    }
  }
  for (const name of ["origin", "access-control-request-method", "sec-fetch-mode"]) {
    for (const value of [null, 7, [null], [{ value: 7 }], [{}]]) {
      const what = `${name}: ${JSON.stringify(value)}`;
      await assertRefused(withValue(`request.headers.${name}`, value), what);
    }
  }
});

test("no host, or several", async () => {
  for (const value of [
    undefined,
    [],
    [{ key: "Host", value: "" }],
    [
      { key: "Host", value: HOST },
      { key: "Host", value: HOST },
    ],
    [
      { key: "Host", value: HOST },
      { key: "Host", value: "other.example.com" },
    ],
    [{ key: "Host", value: `${HOST}/video` }],
    [{ key: "Host", value: `user@${HOST}` }],
    [{ key: "Host", value: "médias.example" }],
    [{ key: "Host", value: `${HOST}\r\nx: y` }],
  ]) {
    const event = withValue("request.headers.host", value);
    const { code } = await assertRefused(event, JSON.stringify(value) ?? "no host");
    assert.equal(code, "request-malformed");
  }
});

test("no cookie lines", async () => {
  const { code } = await assertRefused(withValue("request.headers.cookie", []), "[]");
  assert.equal(code, "credential-missing");
});

test("keys that mean something to JavaScript", async () => {
  const host = [{ key: "Host", value: HOST }];
  const cookie = [{ key: "Cookie", value: pass.cookie }];
  for (const name of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
    const inner = JSON.parse(`{"${name}":${JSON.stringify({ host, cookie })}}`);
    await assertRefused(withValue("request.headers", inner), `headers.${name}`);
    const event = JSON.parse(`{"Records":[{"cf":{"${name}":${JSON.stringify(good())}}}]}`);
    await assertRefused(event, `cf.${name}`);
    // A header that happens to be called so harms nobody.
    const harmless = good();
    const lines = [{ key: name, value: "x" }];
    Object.defineProperty(requestOf(harmless).headers, name, { value: lines, enumerable: true });
    const answer = await handler(harmless);
    assert.equal(answer.status, undefined, name);
    assert.deepEqual(Object.getOwnPropertyDescriptor(answer.headers, name)?.value, lines);
  }
  assert.equal(Reflect.get({}, "host"), undefined);
});

test("targets that readers disagree about", async () => {
  const paths = `/video/../a /video/./a /.. //video /video//a /%2e%2e/a /%2E/a /a%2fb /a%2Fb /a%5cb
    /a\\b /a%00 /a% /a%4 /a%zz /a%u0041 /é /a%C3é /a#b /a"b /<a> video a/b * https://other.example/`;
  for (const uri of [...paths.split(/\s+/), "", "/a b", "/a\tb", "/a\0", "/a\nb", "/\ud800"]) {
    const event = withValue("request.uri", uri);
    const { code } = await assertRefused(event, JSON.stringify(uri));
    assert.equal(code, "request-malformed", JSON.stringify(uri));
  }
  for (const querystring of [
    "%",
    "a=%4",
    "a=%00",
    "a=%u0041",
    "é",
    "a b",
    "a#b",
    'a="',
    "a\r\nb",
  ]) {
    const event = withValue("request.querystring", querystring);
    const { code } = await assertRefused(event, JSON.stringify(querystring));
    assert.equal(code, "request-malformed", JSON.stringify(querystring));
  }
});

test("a line feed makes no field of another", async () => {
  const stolen = `${pass.cookie}\n/video/a.mp4`;
  for (const event of [
    withValue("request.method", "GET\n"),
    withValue("request.clientIp", `\n\n\n\n\n${stolen}`),
    withValue("request.querystring", `\n${stolen}`),
    withValue("request.uri", `/public\n${stolen}`),
    viewerRequest({ host: `media.example.com\n\n\n\n\n\n${stolen}` }),
    viewerRequest({ cookies: [stolen], uri: "/other.mp4" }),
    viewerRequest({ cookies: ["a=1\n", pass.cookie] }),
    viewerRequest({ headers: { Origin: `\n\n\n${stolen}` } }),
  ]) {
    const { code } = await assertRefused(event, JSON.stringify(event));
    assert.equal(code, "request-malformed");
  }
});

test("names of parameters in disguise", async () => {
  for (const name of ["%45xpires", "Polic%79", "%53ignature", "Key%2DPair%2DId"]) {
    const event = withValue("request.querystring", `${name}=1`);
    await assertRefused(event, name);
  }
});

test("cookies that contradict each other", async () => {
  const [policy = "", signature = "", ...rest] = pass.cookies;
  for (const cookies of [
    [policy, signature],
    [pass.cookie, policy],
    [pass.cookie, pass.cookie],
    [pass.cookie, "CloudFront-Expires=1"],
    [`${policy}é`, signature, ...rest],
    [policy, `${signature.slice(0, -8)}`, ...rest],
    [policy, signature.replace("=", "=\0"), ...rest],
    [policy, encodeURIComponent(signature), ...rest],
    [policy, signature.toLowerCase(), ...rest],
  ]) {
    await assertRefused(viewerRequest({ cookies }), cookies.join(" / "));
  }
});

test("other people's cookies may hold anything", async () => {
  const cookies = ["a=é; b=\u4e2d\u6587; \ud83d\ude00=1; c; =d; ;;", pass.cookie];
  const answer = await handler(viewerRequest({ cookies }));
  assert.equal(answer.status, undefined, logged.at(-1));
  const forwarded = answer.headers["cookie"]?.[0]?.value;
  assert.equal(forwarded, "a=é; b=\u4e2d\u6587; \ud83d\ude00=1; c; =d");
});

test("more than anybody sends", async () => {
  const filled = (/** @type {number} */ kilobytes, /** @type {string} */ cookie) =>
    viewerRequest({ cookies: [`filler=${"x".repeat(kilobytes * 1024)}; ${cookie}`] });
  const twenty = await handler(filled(20, pass.cookie));
  assert.equal(twenty.status, undefined, "what CloudFront lets through is read");
  assert.equal((await assertRefused(filled(20, "a=1"), "no pass")).code, "credential-missing");
  for (const kilobytes of [40, 1000]) {
    const { code } = await assertRefused(filled(kilobytes, pass.cookie), `${kilobytes} KB`);
    assert.equal(code, "credential-too-large", `${kilobytes} KB`);
  }
  for (const name of ["Policy", "Signature", "Key-Pair-Id", "Expires"]) {
    const long = `${name}=${"A".repeat(20 * 1024)}`;
    const cookies = [
      pass.cookie.replace(new RegExp(`CloudFront-${name}=[^;]+; `), ""),
      `CloudFront-${long}`,
    ];
    await assertRefused(viewerRequest({ cookies }), `20 KB of ${name}`);
    await assertRefused(withValue("request.querystring", long), `20 KB of ${name} in the URL`);
  }
  const lines = Array.from({ length: 40 }, () => "x".repeat(1024));
  const many = await assertRefused(viewerRequest({ cookies: [...lines, pass.cookie] }), "lines");
  assert.equal(many.code, "credential-too-large");
  for (const length of [8192, 100_000, 10_000_000]) {
    const event = withValue("request.querystring", "q".repeat(length));
    const { code } = await assertRefused(event, `a query of ${length}`);
    assert.equal(code, "request-malformed");
  }
  const uri = `/${"a/".repeat(50_000)}`;
  assert.equal(
    (await assertRefused(withValue("request.uri", uri), "uri")).code,
    "request-malformed",
  );
});

test("a forged signature", async () => {
  const cookies = [pass.cookie.replace(/Signature=..../, "Signature=AAAA")];
  const { code, keyId } = await assertRefused(viewerRequest({ cookies }), "forged");
  assert.deepEqual([code, keyId], ["signature-invalid", "K1RSAEXAMPLE"]);
});

/**
 * @param {string} spki of an RSA key, in base64
 * @param {string} e in base64url
 */
function withExponent(spki, e) {
  const key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
  const jwk = { ...key.export({ format: "jwk" }), e };
  const changed = createPublicKey({ key: jwk, format: "jwk" });
  return changed.export({ format: "der", type: "spki" }).toString("base64");
}

/** The y of another point. @param {string} spki of a P-256 key, in base64 */
function withLastBitTurned(spki) {
  const bytes = Buffer.from(spki, "base64");
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes.toString("base64");
}

test("settings that this version did not write", async () => {
  for (const [name, change] of /** @type {[string, (settings: any) => unknown][]} */ ([
    ["an unknown member", (settings) => (settings.when_late = "deny")],
    ["one of a key", ({ keys }) => (keys[0].expires = 1)],
    ["a key of exponent 1", ({ keys }) => (keys[0].spki = withExponent(keys[0].spki, "AQ"))],
    ["a key of exponent 2", ({ keys }) => (keys[0].spki = withExponent(keys[0].spki, "Ag"))],
    ["a point off the curve", ({ keys }) => (keys[1].spki = withLastBitTurned(keys[1].spki))],
    ["one that is gone", (settings) => delete settings.enforcement],
    ["nothing", (settings) => Object.keys(settings).forEach((key) => delete settings[key])],
  ])) {
    const folder = bundled(edgeToml());
    const file = join(folder, "settings.json");
    const settings = JSON.parse(readFileSync(file, "utf8"));
    change(settings);
    writeFileSync(file, JSON.stringify(settings));
    const refusing = await deployed(folder);
    for (let count = 0; count < 2; count += 1) {
      logged = [];
      const answer = await refusing(good());
      assert.equal(answer.status, "403", name);
      assert.deepEqual(responseFaults(answer), [], name);
      const { edgepass, enforced, fact } = JSON.parse(logged.join());
      assert.deepEqual([edgepass, enforced], ["failed", true], name);
      assert.match(fact, /bundle again$/, name);
    }
  }
});

test("after all that the good event is still let through", async () => {
  assert.equal((await handler(good())).status, undefined, logged.at(-1));
});
