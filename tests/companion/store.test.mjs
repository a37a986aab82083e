// @ts-check
// Who is revoked, by the store's fixed layout; and whatever the store does, nobody is let in by it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { bundled, configured, edgepass, functionToml } from "./bundled.mjs";
import { codeOf, everywhere, trial } from "./engines.mjs";
import { KeyValueStore } from "./key-value-store.mjs";
import { CLAIMS, HEADER, NOW, secretOf, signed } from "./token.mjs";

const LIFE = 7200;
const STALE = 900;
const toml = functionToml({
  lines: `max_lifetime_seconds = ${LIFE}`,
  tables: `[key_value_store]\nmax_stale_seconds = ${STALE}`,
});
const code = readFileSync(join(bundled(toml), "function.js"), "utf8");

/** @param {string} kind @param {string} identifier */
const named = (kind, identifier) =>
  `${kind}.${createHash("sha256").update(identifier).digest("base64url").slice(0, 22)}`;

/** @param {string} secret */
const encoded = (secret) => Buffer.from(secret).toString("base64url");

const secret = secretOf("claims");
const other = secretOf("claims-other");

/** The `m` of a store where nothing is revoked. @param {object} [changes] */
const meta = (changes = {}) => ({
  v: 1,
  seq: 7,
  at: NOW - 10,
  all: 0,
  life: LIFE,
  keys: { "claims-hs256": encoded(secret) },
  gone: [],
  ...changes,
});

/**
 * @param {object | string | null} m null: there is none
 * @param {Record<string, string>} [entries]
 * @param {Partial<import("./engines/trials.mjs").Store>} [fault]
 */
function store(m, entries = {}, fault = {}) {
  const value = typeof m === "string" ? m : JSON.stringify(m);
  const all = m === null ? entries : { m: value, ...entries };
  return { pairs: Object.entries(all).map(([key, value]) => ({ key, value })), ...fault };
}

/** @param {ReturnType<typeof store> | null} held @param {object} [claims] @param {number} [now] */
const asked = (held, claims = CLAIMS, now = NOW) =>
  trial({ cookies: [`Edgepass-Claims=${signed(claims)}`], store: held, now });

/** @param {import("./engines.mjs").Trial[]} trials */
const codes = async (trials) => (await everywhere(code, trials)).map(codeOf);

test("what stands, and what is revoked", async () => {
  const { iat } = CLAIMS;
  const session = named("s", CLAIMS.jti);
  const subject = named("u", CLAIMS.sub);
  const thumbprint = (/** @type {string} */ text) =>
    createHash("sha256").update(text).digest("hex").slice(0, 16);
  assert.deepEqual(
    await codes([
      asked(store(meta())),
      asked(store(meta(), { [named("s", "other")]: "1", [named("u", "other")]: "9999999999" })),
      asked(store(meta(), { [session]: String(NOW) })),
      asked(store(meta(), { [subject]: String(iat - 1) })),
      asked(store(meta(), { [subject]: String(iat) })),
      asked(store(meta(), { [session]: "0", [subject]: String(iat - 1) })),
      asked(store(meta({ all: iat - 1 }))),
      asked(store(meta({ all: iat }))),
      asked(store(meta({ gone: [thumbprint(other)] }))),
      asked(store(meta({ gone: [thumbprint(other), thumbprint(secret)] }))),
    ]),
    [
      "let through",
      "let through",
      "revoked",
      "let through",
      "revoked",
      "revoked",
      "let through",
      "revoked",
      "let through",
      "revoked",
    ],
  );
});

test("a store that is too old, from the future, or not there", async () => {
  const dated = (/** @type {number} */ at) => asked(store(meta({ at })));
  assert.deepEqual(
    await codes([
      dated(NOW - STALE),
      dated(NOW - STALE - 1),
      dated(NOW + 60),
      dated(NOW + 61),
      dated(0),
      asked(store(null)),
      asked(store(null, { [named("s", "other")]: "1" })),
      asked(null),
    ]),
    [
      "let through",
      "revocation-stale",
      "let through",
      "revocation-stale",
      "revocation-stale",
      "revocation-unknown",
      "revocation-unknown",
      "revocation-unknown",
    ],
  );
});

test("a token that lives longer than the store remembers", async () => {
  const claims = { ...CLAIMS, iat: NOW - 60, exp: NOW + 1000 };
  const life = (/** @type {number} */ life) => asked(store(meta({ life })), claims);
  assert.deepEqual(await codes([life(1060), life(1059)]), ["let through", "claims-malformed"]);
});

test("a store that fails, wherever it does", async () => {
  const { iat } = CLAIMS;
  const entries = { [named("u", CLAIMS.sub)]: String(iat - 1) };
  const failing = (/** @type {"get" | "exists"} */ fails, /** @type {string} */ at) =>
    asked(store(meta(), entries, { fails, at }));
  const found = await codes([
    failing("get", "m"),
    failing("exists", "s."),
    failing("exists", "u."),
    failing("get", "u."),
    asked(store(meta(), entries)),
  ]);
  const unknown = "revocation-unknown";
  assert.deepEqual(found, [unknown, unknown, unknown, unknown, "let through"]);
});

test("garbage lets nobody in", async () => {
  const subject = named("u", CLAIMS.sub);
  const texts = ["", " ", "x", "null", "7", "[]", "{}", '"m"', '{"v":1}', "{", "\ufeff{}"];
  const { keys, gone, ...numbers } = meta();
  const wrong = [null, true, "", "1", "x", -1, 0.5, [], {}, [1]];
  const members = Object.keys(numbers)
    .filter((name) => name !== "seq")
    .flatMap((name) => wrong.map((value) => meta({ [name]: value })));
  const secrets = [null, 7, "", "x", "*", [], {}, `${encoded(secret)}=`];
  const metas = [
    ...members,
    ...[2, "1", null].map((v) => meta({ v })),
    ...[null, 7, "", [], {}, "claims-hs256", [encoded(secret)]].map((keys) => meta({ keys })),
    ...secrets.map((one) => meta({ keys: { "claims-hs256": one } })),
    ...[null, 7, {}, "gone"].map((gone) => meta({ gone })),
    ...["at", "all", "life", "keys", "gone", "v"].map((name) => meta({ [name]: undefined })),
  ];
  const cutOffs = [
    "",
    "x",
    "-1",
    "1e3",
    "0x1",
    " 1",
    "1.5",
    "Infinity",
    "null",
    `${"9".repeat(400)}`,
  ];
  const trials = [
    ...texts.map((text) => asked(store(text))),
    ...metas.map((one) => asked(store(one))),
    ...cutOffs.map((value) => asked(store(meta(), { [subject]: value }))),
  ];
  const found = await codes(trials);
  found.forEach((code, index) =>
    assert.notEqual(code, "let through", JSON.stringify(trials[index]?.store)),
  );
  // An entry of a session means what it means by being there.
  assert.deepEqual(await codes([asked(store(meta(), { [named("s", CLAIMS.jti)]: "x" }))]), [
    "revoked",
  ]);
});

test("a request without a token reads nothing, and one with a token little", async () => {
  const results = await everywhere(code, [
    trial({ store: store(meta()) }),
    trial({ store: store(meta()), uri: "/a//b" }),
    trial({ store: store(meta()), cookies: ["Edgepass-Claims=x"] }),
    trial({ store: store(meta()), cookies: [`Edgepass-Claims=${signed(CLAIMS, HEADER, "x")}`] }),
    asked(store(meta()), { ...CLAIMS, exp: NOW }),
    asked(store(meta())),
    asked(store(meta(), { [named("u", CLAIMS.sub)]: "1" })),
  ]);
  assert.deepEqual(
    results.map(({ reads }) => reads),
    [0, 0, 0, 1, 1, 3, 4],
  );
});

test("the claims secret rolls over, and nobody is refused who should not be", async () => {
  const next = { ...HEADER, kid: "claims-2" };
  const both = meta({ keys: { "claims-hs256": encoded(secret), "claims-2": encoded(other) } });
  const only = meta({ keys: { "claims-2": encoded(other) } });
  const by = (/** @type {object} */ m, /** @type {object} */ header, /** @type {string} */ key) =>
    trial({ cookies: [`Edgepass-Claims=${signed(CLAIMS, header, key)}`], store: store(m) });
  assert.deepEqual(
    await codes([
      by(meta(), next, other), // signed too early
      by(both, HEADER, secret),
      by(both, next, other),
      by(only, next, other),
      by(only, HEADER, secret), // removed too early, or taken away
    ]),
    [
      "claims-signature-invalid",
      "let through",
      "let through",
      "let through",
      "claims-signature-invalid",
    ],
  );
});

test("the first fill, from a store of revocations", async () => {
  const folder = configured(toml);
  const file = `file:${join(folder, "revocations.json")}`;
  const now = Math.floor(Date.now() / 1000);
  const claims = { ...CLAIMS, iat: now - 60, exp: now + 600 };
  const filled = () => {
    const words = ["bundle", "cloudfront-function", "--config", join(folder, "edge.toml")];
    edgepass([...words, "--store", file, "--out", join(folder, "bundle")]);
    return KeyValueStore.imported(readFileSync(join(folder, "bundle/kvs.json"), "utf8"));
  };
  const first = filled();
  const [only, ...others] = first.pairs;
  assert.deepEqual([only?.key, others], ["m", []]);
  const m = JSON.parse(only?.value ?? "");
  assert.ok(Math.abs(m.at - now) < 60);
  assert.deepEqual(m, { ...meta(), seq: m.seq, at: m.at });
  edgepass(["revoke", "session", "revoked-session", "--store", file]);
  edgepass(["revoke", "subject", "revoked-subject", "--store", file]);
  const second = filled();
  assert.deepEqual(
    second.pairs.map(({ key }) => key).sort(),
    ["m", named("s", "revoked-session"), named("u", "revoked-subject")].sort(),
  );
  const asking = (/** @type {KeyValueStore} */ { pairs }, /** @type {object} */ changes) =>
    asked({ pairs }, { ...claims, ...changes }, now);
  assert.deepEqual(
    await codes([
      asking(first, {}),
      asking(first, { jti: "revoked-session" }),
      asking(second, {}),
      asking(second, { jti: "revoked-session" }),
      asking(second, { sub: "revoked-subject" }),
    ]),
    ["let through", "let through", "let through", "revoked", "revoked"],
  );
  edgepass(["revoke", "all", "--store", file]);
  assert.deepEqual(await codes([asking(filled(), {})]), ["revoked"]);
});

test("the stand-in has AWS's limits", () => {
  const stand = KeyValueStore.imported('{"data":[{"key":"m","value":"1"}]}');
  const { etag } = stand;
  const put = (/** @type {{ key: string, value: string }[]} */ puts, ifMatch = stand.etag) =>
    stand.updateKeys({ ifMatch, puts });
  const pairs = (/** @type {number} */ count, size = 1) =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: "x".repeat(size) }));
  put(pairs(50));
  assert.throws(() => put(pairs(1), etag), { name: "ConflictException" });
  assert.throws(() => put(pairs(51)), { name: "ValidationException" });
  assert.throws(() => put([{ key: "k".repeat(513), value: "1" }]), { name: "ValidationException" });
  assert.throws(() => put([{ key: "k", value: "é".repeat(513) }]), { name: "ValidationException" });
  assert.equal(stand.listKeys().items.length, 10);
  const { items, nextToken } = stand.listKeys({ maxResults: 50 });
  assert.deepEqual(
    stand.listKeys({ nextToken: String(nextToken) }).items.length,
    51 - items.length,
  );
  assert.throws(
    () => {
      for (let count = 0; count < 200; count += 1) {
        put(pairs(50, 1000).map(({ key, value }) => ({ key: `${count}${key}`, value })));
      }
    },
    { name: "ServiceQuotaExceededException" },
  );
});
