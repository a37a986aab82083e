// @ts-check
// Each check of the function taken out once. A function without it must answer something otherwise.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle } from "../../companion/bundle.mjs";
import { functionCode, functionToml } from "./bundled.mjs";
import { variants } from "./corpus.mjs";
import { trial } from "./engines.mjs";
import * as vm from "./engines/vm.mjs";
import { CLAIMS, HEADER, NOW, secretOf, signed, signedParts } from "./token.mjs";

const PLAYER = "https://www.example.com";
const encoded = (/** @type {string} */ text) => Buffer.from(text).toString("base64url");
const keys = { "claims-hs256": encoded(secretOf("claims")) };

/** @param {string} template @param {Record<string, unknown>} [changes] */
function filled(template, changes = {}) {
  const settings = {
    SCHEME: "https",
    ENFORCEMENT: "enforce",
    OPTIONAL: false,
    MAX_LIFETIME: null,
    MAX_STALE: null,
    KEYS: keys,
    PUBLIC_PATHS: [],
    REDIRECT_TO: null,
    CORS_ORIGINS: [],
    EXPOSES_REASON: false,
    ...changes,
  };
  return Object.entries(settings).reduce(
    (code, [name, value]) => code.replace(`__EDGEPASS_${name}__`, JSON.stringify(value)),
    template,
  );
}

const cookie = (
  /** @type {object | string} */ claims,
  header = HEADER,
  secret = secretOf("claims"),
) => [`Edgepass-Claims=${signed(claims, header, secret)}`];
const token = signed(CLAIMS);
const meta = { v: 1, seq: 1, at: NOW, all: 0, life: 7200, keys, gone: [] };
const held = (/** @type {object | string} */ m, more = {}) => ({
  pairs: [{ key: "m", value: typeof m === "string" ? m : JSON.stringify(m) }],
  ...more,
});

/** Trials for the settings of each name. @type {Record<string, import("./engines.mjs").Trial[]>} */
const TRIALS = {
  plain: [
    trial({ cookies: cookie(CLAIMS) }),
    trial({ cookies: ["Edgepass-Claims="] }),
    trial({ cookies: [`Edgepass-Claims=${token}; Edgepass-Claims=${token}`] }),
    trial({ query: `Edgepass-Claims=${token}&Edgepass-Claims=${token}` }),
    trial({ query: `a=1&Edgepass%2DClaims=${token}`, cookies: cookie(CLAIMS) }),
    trial({ query: "%45xpires=1", cookies: cookie(CLAIMS) }),
    trial({ query: `Policy=x&b&Edgepass-Claims=${token}` }),
    trial({ cookies: [...cookie(CLAIMS), "CloudFront-Policy=x; Policy=y; not-CloudF-Policy=z"] }),
    trial({ cookies: cookie({ ...CLAIMS, ctx: "x" }), headers: [["x_edgepass-context", "admin"]] }),
    trial({
      cookies: cookie(CLAIMS),
      headers: [
        ["X-Original-URL", "/"],
        ["X-HTTP_Method-Override", "x"],
      ],
    }),
    trial({ cookies: cookie(CLAIMS), headers: [["Referer", `https://a.example/?Policy=x&b`]] }),
    trial({ cookies: cookie(CLAIMS), headers: [["Referer", "https://a.example/#x"]] }),
    trial({ cookies: [`Edgepass-Claims=${token.slice(0, -1)}`] }),
    trial({ cookies: [`Edgepass-Claims=${token}AAAA`] }),
    trial({ cookies: cookie(CLAIMS, HEADER, "") }),
    ...["", ".", "x.y", `.${token}`, `${token}.x`].map((one) =>
      trial({ query: `Edgepass-Claims=${one}` }),
    ),
    ...[".y.z", "x..z", "x.y."].map((one) => trial({ query: `Edgepass-Claims=${one}` })),
    ...["{}", "[", "x"].map((one) => trial({ cookies: cookie(CLAIMS, /** @type {any} */ (one)) })),
    ...[{ alg: "none" }, { kid: "x" }, { typ: "JWT" }, { crit: [] }].map((more) =>
      trial({ cookies: cookie(CLAIMS, { ...HEADER, ...more }) }),
    ),
    trial({
      cookies: cookie(
        CLAIMS,
        /** @type {any} */ ('x"alg":"HS256","kid":"claims-hs256","typ":"edgepass+jwt"}'),
      ),
    }),
    trial({
      cookies: cookie(
        CLAIMS,
        /** @type {any} */ ('{"alg":"HS256","kid":"claims-hs256","typ":"edgepass+jwt"x'),
      ),
    }),
    trial({
      cookies: [
        `Edgepass-Claims=${signedParts(`${encoded(JSON.stringify(HEADER))}`, `${encoded(JSON.stringify(CLAIMS))}=`, secretOf("claims"))}`,
      ],
    }),
    trial({
      cookies: cookie({
        ...CLAIMS,
        ctx: "x".repeat(1000),
        org: Array(20).fill(PLAYER + "x".repeat(120)),
      }),
    }),
    ...["sub", "jti", "iat", "exp", "res"].map((name) =>
      trial({ cookies: cookie({ ...CLAIMS, [name]: undefined }) }),
    ),
    ...[
      { exp: CLAIMS.iat },
      { exp: 1.5e10 + 0.5 },
      { nbf: NOW + 1 },
      { nbf: -1 },
      { nbf: "1" },
      { x: 1 },
    ].map((more) => trial({ cookies: cookie({ ...CLAIMS, ...more }) })),
    ...[
      { exp: NOW },
      { iat: NOW + 61 },
      { nbf: 2 ** 53 },
      { sub: "" },
      { sub: "é" },
      { sub: "a\n" },
      { sub: [CLAIMS.sub] },
    ].map((more) => trial({ cookies: cookie({ ...CLAIMS, ...more }) })),
    ...[
      { res: [] },
      { res: ["ftp://x/"] },
      { res: "https://*" },
      { res: [[CLAIMS.res[0]]] },
      { res: ["https://*é"] },
    ].map((more) => trial({ cookies: cookie({ ...CLAIMS, ...more }) })),
    ...[
      ["https://*a?b*c/*"],
      ["https://*/*?*a?b*"],
      ["https://other.example/*"],
      ["http://*"],
      ["*"],
    ].map((res) => trial({ cookies: cookie({ ...CLAIMS, res }) })),
    ...[
      ["https://*/video/a"],
      ["https://*/*a.mp3"],
      ["https://*/*deo/*a.mp4*.mp4"],
      ["https://*/video/*?"],
    ].map((res) => trial({ cookies: cookie({ ...CLAIMS, res }) })),
    ...[
      ["https://*/video/a.mp4?a=1"],
      ["https://*/*?a=?"],
      ["https://*/video/a.mp4?a=??"],
      ["https://*/video/*eo*"],
    ].map((res) => trial({ cookies: cookie({ ...CLAIMS, res }), query: "a=2" })),
    trial({ cookies: cookie({ ...CLAIMS, res: Array(33).fill("https://*") }) }),
    ...["GET", "POST"].map((method) =>
      trial({ method, cookies: cookie({ ...CLAIMS, mth: ["GET"] }) }),
    ),
    trial({ cookies: cookie({ ...CLAIMS, mth: ["GET "] }) }),
    ...["https://a.example:443", "http://a.example:80", "https://A.example", "null", "*"].map(
      (origin) => trial({ cookies: cookie({ ...CLAIMS, org: [origin] }) }),
    ),
    ...[PLAYER, "https://evil.example", ""].map((origin) =>
      trial({
        cookies: cookie({ ...CLAIMS, org: [PLAYER] }),
        headers: [
          ["Origin", origin],
          ["Referer", `${PLAYER}/`],
        ],
      }),
    ),
    trial({
      cookies: cookie({ ...CLAIMS, org: [PLAYER] }),
      headers: [
        ["Origin", PLAYER],
        ["Origin", PLAYER],
      ],
    }),
    ...[
      "203.0.113.0/24",
      "203.0.112.0/24",
      "203.0.113.178",
      "203.0.113.0/33",
      "203.0.113.256/24",
      "203.0.0113.0/24",
      "203.0.113.0/",
      "203.0.113.0/08",
    ].map((net) => trial({ cookies: cookie({ ...CLAIMS, net: [net] }) })),
    ...[
      "::ffff:203.0.113.0/120",
      "::/0",
      "2001:db8::/129",
      "1::2::/1",
      ":1::/1",
      "1:2:3:4:5:6:7:8::/9",
      "12345::/9",
      "::12345/9",
    ].map((net) => trial({ cookies: cookie({ ...CLAIMS, net: [net] }) })),
    ...[
      "2001:db8::1",
      "::ffff:203.0.113.1",
      "2001:db9::1",
      "",
      "1:2:3:4:5:6:7:12345",
      "1:2:3:4:5:6:7",
    ].map((ip) =>
      trial({ ip, cookies: cookie({ ...CLAIMS, net: ["2001:db8::/32", "203.0.113.0/24"] }) }),
    ),
    trial({ cookies: cookie({ ...CLAIMS, net: ["10.0.0.0/8/8"] }) }),
    trial({ cookies: cookie({ ...CLAIMS, pol: "x" }) }),
    trial({ cookies: cookie(JSON.stringify(CLAIMS).replace("{", '{"sub":"x",')) }),
    trial({ cookies: cookie(`[${JSON.stringify(CLAIMS)}]`) }),
    trial({ cookies: cookie(`${JSON.stringify(CLAIMS)} `) }),
    trial({ uri: "a" }),
    ...[
      "/a//b",
      "/a/../b",
      "/a/..",
      "/a/..;/b",
      "/;/b",
      "/%2e",
      "/a%",
      "/é",
      "/a?b",
      "/a/..%3b/b",
    ].map((uri) => trial({ uri })),
    ...["a=%00", "a b", "a=%z"].map((query) => trial({ query })),
    ...["", "a b", "a:b"].map((host) => trial({ host })),
    trial({ host: null }),
  ],
  full: [
    trial({ uri: "/public/a" }),
    trial({ uri: "/public//a" }),
    trial({ headers: [["Sec-Fetch-Mode", "navigate"]] }),
    trial({ headers: [["Sec-Fetch-Mode", "navigate"]], method: "POST" }),
    trial({ headers: [["Sec-Fetch-Mode", "cors"]] }),
    ...[PLAYER, "https://evil.example"].map((origin) => trial({ headers: [["Origin", origin]] })),
    trial({
      headers: [
        ["Origin", PLAYER],
        ["Origin", PLAYER],
      ],
    }),
    ...["OPTIONS", "GET"].map((method) =>
      trial({
        method,
        headers: [
          ["Origin", PLAYER],
          ["Access-Control-Request-Method", "GET"],
        ],
      }),
    ),
    trial({ method: "OPTIONS", headers: [["Origin", PLAYER]] }),
    trial({ cookies: cookie({ ...CLAIMS, exp: CLAIMS.iat + 7201 }) }),
    trial(),
  ],
  optional: [trial(), trial({ cookies: ["Edgepass-Claims=x"] })],
  log: [
    trial(),
    trial({ uri: "/public//a" }),
    trial({
      method: "OPTIONS",
      headers: [
        ["Origin", PLAYER],
        ["Access-Control-Request-Method", "GET"],
      ],
    }),
  ],
  off: [trial()],
  store: [
    ...[
      {},
      { at: NOW - 901 },
      { at: NOW + 61 },
      { at: null },
      { v: 2 },
      { all: CLAIMS.iat },
      { all: "x" },
      { life: 60 },
      { life: "x" },
    ].map((more) => trial({ cookies: cookie(CLAIMS), store: held({ ...meta, ...more }) })),
    trial({ cookies: cookie(CLAIMS), store: held("x") }),
    trial({ cookies: cookie(CLAIMS), store: { pairs: [] } }),
    trial({ cookies: cookie(CLAIMS), store: held({ ...meta, keys: {} }) }),
  ],
};

const SETTINGS = {
  plain: {},
  full: {
    PUBLIC_PATHS: ["/public/*"],
    REDIRECT_TO: "https://www.example.com/login",
    CORS_ORIGINS: [PLAYER],
    EXPOSES_REASON: true,
    MAX_LIFETIME: 7200,
  },
  optional: { OPTIONAL: true },
  log: { ENFORCEMENT: "log", CORS_ORIGINS: [PLAYER] },
  off: { ENFORCEMENT: "off" },
  store: { MAX_STALE: 900, KEYS: {} },
};

/** The rest of the store's trials, which name digests. */
async function withDigests() {
  const { createHash } = await import("node:crypto");
  const digest = (/** @type {string} */ text, /** @type {"hex" | "base64url"} */ encoding) =>
    createHash("sha256").update(text).digest(encoding);
  const session = `s.${digest(CLAIMS.jti, "base64url").slice(0, 22)}`;
  const subject = `u.${digest(CLAIMS.sub, "base64url").slice(0, 22)}`;
  const gone = [digest(secretOf("claims"), "hex").slice(0, 16)];
  const pairs = (/** @type {[string, string][]} */ ...more) =>
    trial({
      cookies: cookie(CLAIMS),
      store: { pairs: [...held(meta).pairs, ...more.map(([key, value]) => ({ key, value }))] },
    });
  TRIALS["store"]?.push(
    trial({ cookies: cookie(CLAIMS), store: held({ ...meta, gone }) }),
    pairs([session, "1"]),
    pairs([subject, String(CLAIMS.iat)]),
    pairs([subject, String(CLAIMS.iat - 1)]),
    pairs([subject, "-5"]),
    trial({ cookies: cookie(CLAIMS), store: held(meta, { fails: "exists", at: "s." }) }),
  );
}

/** @param {string} template */
async function outcomes(template) {
  const all = [];
  for (const [name, trials] of Object.entries(TRIALS)) {
    const settings = SETTINGS[/** @type {keyof typeof SETTINGS} */ (name)];
    all.push(...(await vm.run(filled(template, settings), trials)));
  }
  return JSON.stringify(all);
}

/** The check, as `[file, its text, without it]`. @type {[string, string, string][]} */
const MUTANTS = [
  ["handler.js", 'if (!isUrl(request, query.text)) refuse("request-malformed");', ""],
  ["handler.js", 'enforcement !== "off"', "true"],
  ["handler.js", 'enforcement === "enforce"', "true"],
  ["handler.js", "!publicPaths.some((pattern) => matches(pattern, request.uri))", "true"],
  ["handler.js", "else if (isEnforced) return answer;", ""],
  ["handler.js", "logRefusal(code, isEnforced);", ""],
  ["url.js", 'HOST.test(one(request, "host") || "") &&', ""],
  ["url.js", 'path[0] === "/" &&', ""],
  ["url.js", "!NO_PATH.test(path) &&", ""],
  ["url.js", "!NO_QUERY.test(query)", "true"],
  ["url.js", "|2[eEfF]", ""],
  ["url.js", "|(?!.))|\\/|", "|(?!.))|"],
  ["url.js", "[/;]|%3[bB]|(?!.)", "[/;]|(?!.)"],
  ["url.js", "|(?:;|%3[bB])[^/]*\\/", ""],
  ["admission.js", 'refuse("claims-missing");', "return;"],
  ["admission.js", "if (isOptional) return;", ""],
  ["admission.js", "if (!claims) malformed();", "if (!claims) return;"],
  ["admission.js", 'if (!claims.res) refuse("claims-not-bound");', "if (!claims.res) return;"],
  ["admission.js", "checkLifetime(claims, maxLifetime);", ""],
  ["admission.js", "checkConditions(claims, event, query.rest, now);", ""],
  ["admission.js", "if (store) await checkStanding(claims, store, secret, now);", ""],
  ["admission.js", 'if (query.escaped === "signing") refuse("credential-malformed");', ""],
  ["admission.js", "query.escaped || query.tokens", "query.tokens"],
  ["admission.js", "query.tokens.length > 1 ||", ""],
  ["admission.js", "|| token === null", ""],
  ["admission.js", "return claims.ctx;", ""],
  ["jose.js", "token.length > MAX_TOKEN_BYTES ? [] : ", ""],
  ["jose.js", "parts.length !== 3 ||", ""],
  ["jose.js", '|| parts.indexOf("") >= 0', ""],
  ["jose.js", '|| !isSame(mac(secret, parts[0] + "." + parts[1]), parts[2])', ""],
  ["jose.js", "expected.length ^ found.length", "0"],
  ["jose.js", '&& header === "{" + inside + "}"', ""],
  ["base64url.js", 'if (Buffer.from(text).toString("base64url") === digits) return', "return"],
  ["json.js", "members(spelt) === members(JSON.stringify(value))", "true"],
  ["claims.js", "CLAIMS.hasOwnProperty(name) && CLAIMS[name](claims[name])", "true"],
  ["claims.js", "CLAIMS.hasOwnProperty(name) && CLAIMS", "!CLAIMS.hasOwnProperty(name) || CLAIMS"],
  ["claims.js", "claims.sub &&", ""],
  ["claims.js", "claims.jti &&", ""],
  ["claims.js", "claims.exp > claims.iat", "true"],
  ["claims.js", "Number.isSafeInteger(value) &&", ""],
  ["claims.js", "&& value >= 0", ""],
  ["claims.js", 'typeof value === "string" && ', ""],
  ["claims.js", "Array.isArray(value) &&", ""],
  ["claims.js", "value[0] &&", ""],
  ["claims.js", "value.length <= MAX_LIST_ENTRIES &&", ""],
  ["claims.js", 'typeof entry === "string" && ', ""],
  ["claims.js", " && isEntry(entry)", ""],
  ["claims.js", "(?!.*:443(?!.))", ""],
  ["claims.js", "(?!.*:80(?!.))", ""],
  ["claims.js", "IDENTIFIER = /^[!-~]{1,128}(?!\\n)$/", "IDENTIFIER = /^[!-~]{1,128}$/m"],
  ["conditions.js", "most !== null &&", ""],
  ["conditions.js", "claims.iat > now + MAX_CLOCK_SKEW ||", ""],
  ["conditions.js", "|| claims.nbf > now", ""],
  ["conditions.js", 'if (now >= claims.exp) refuse("claims-expired");', ""],
  [
    "conditions.js",
    "!claims.res.some((pattern) => covers(pattern, scheme, host, request.uri, query)) ||",
    "",
  ],
  ["conditions.js", "(claims.net && !(address && claims.net.some(isAround))) ||", ""],
  ["conditions.js", "isOther(claims.mth, request.method) ||", ""],
  ["conditions.js", "isOther(claims.org, source(request))", "false"],
  ["resource.js", "!NO_PATTERN.test(pattern) &&", ""],
  ["resource.js", "isQuick(sections[2]) &&", ""],
  ["resource.js", ' && isQuick((sections[4] || "").slice(1))', ""],
  ["resource.js", 'matches(sections[1] || "*", scheme) &&', ""],
  ["resource.js", "matches(sections[2], host) &&", ""],
  ["resource.js", 'matches(sections[3] || (isOpen ? "/*" : "/"), path) &&', ""],
  ["resource.js", 'matches(sections[4] ? sections[4].slice(1) : isOpen ? "*" : "", query)', "true"],
  ["wildcards.js", "fits(first, text.slice(0, at)) &&", ""],
  ["wildcards.js", "fits(last, text.slice(end)) &&", ""],
  ["wildcards.js", "return found >= 0;", "return true;"],
  ["wildcards.js", "&&\n    at <= end\n", "\n"],
  ["wildcards.js", "|| run.length !== text.length", ""],
  ["network.js", '(/^0{80}1{16}/.test(bits) ? "4" + bits.slice(96) : "6" + bits)', '"6" + bits'],
  ["network.js", "!parts[2] &&", ""],
  ["network.js", "NUMBER.test(parts[1]) &&", ""],
  ["network.js", "&& length <= (isSix ? 128 : 32)", ""],
  ["network.js", "halves.length < 3 &&", ""],
  ["network.js", "(halves.length < 2 ? !missing : missing > 0)", "missing >= 0"],
  ["network.js", "&& high < 256 && low < 256", ""],
  ["network.js", "NUMBER.test(high) && NUMBER.test(low) &&", ""],
  ["network.js", "{7}[\\da-fA-F]{1,4}(?!\\n)$/", "{7}[\\da-fA-F]+(?!\\n)$/"],
  ["headers.js", "entry.multiValue && entry.multiValue[1] ? null : ", ""],
  [
    "headers.js",
    'if (request.headers.origin) return one(request, "origin");',
    'if (one(request, "origin")) return one(request, "origin");',
  ],
  ["store.js", "store.v === 1 &&", ""],
  ["store.js", "isTime(store.at) &&", ""],
  ["store.js", "isTime(store.all) &&", ""],
  ["store.js", "&& isTime(store.life)", ""],
  ["store.js", "checkLifetime(claims, store.life);", ""],
  ["store.js", "now > store.at + maxStale ||", ""],
  ["store.js", "|| store.at > now + MAX_CLOCK_SKEW", ""],
  ["store.js", "(!store.all || claims.iat > store.all) &&", ""],
  ["store.js", "&& !store.gone.some((gone) => gone === thumbprint)", ""],
  ["store.js", "&& !isSessionRevoked", ""],
  ["store.js", "&& claims.iat > cutOff", ""],
  ["store.js", "/^\\d+(?!\\n)$/.test(cutOff) &&", ""],
  ["store.js", '} catch (problem) {\n      refuse("revocation-unknown");', "} catch (problem) {"],
  [
    "query.js",
    'if (plain !== name) query.escaped = isSigning ? "signing" : query.escaped || "claims";\n      else',
    "",
  ],
  ["query.js", "query.rest = others", "others"],
  ["query.js", "const plain = unescaped(name);", "const plain = name;"],
  ["query.js", "!isSigning && plain !== CLAIMS_NAME", "plain !== CLAIMS_NAME"],
  [
    "forwarding.js",
    'remove(headers, (name) => REMOVED.test(name.toLowerCase().replace(/[^a-z\\d]/g, "-")));',
    "",
  ],
  ["forwarding.js", "name === CLAIMS_NAME ||", ""],
  ["forwarding.js", '|| (name.startsWith("CloudFront-") && SIGNING_NAME.test(name.slice(11)))', ""],
  ["forwarding.js", 'name.startsWith("CloudFront-") &&', ""],
  ["forwarding.js", "if (query.rest !== query.text) request.querystring = query.rest || {};", ""],
  ["forwarding.js", '.replace(/[^a-z\\d]/g, "-")', ""],
  ["forwarding.js", "!referer || /[^!-~]|#/.test(referer)", "!referer"],
  ["forwarding.js", "if (query.rest !== query.text) {", "if (false) {"],
  ["forwarding.js", "(?:original|rewrite)-url|", ""],
  ["forwarding.js", "|(?:http-)?method-override", ""],
  ["answers.js", 'request.method === "GET" &&', ""],
  ["answers.js", '&& one(request, "sec-fetch-mode") === "navigate"', ""],
  ["answers.js", "corsOrigins.find((allowed) => allowed === origin)", "origin"],
  ["answers.js", 'request.method === "OPTIONS" &&', ""],
  ["answers.js", '&& one(request, "access-control-request-method")', ""],
  ["answers.js", 'headers["cache-control"] = "no-store";', ""],
  ["answers.js", 'if (corsOrigins[0]) headers.vary = "Origin";', ""],
];

test("every mutant is found", async (t) => {
  await withDigests();
  const template = await bundle();
  assert.equal(filled(template), functionCode(functionToml()), "the program bakes in otherwise");
  const right = await outcomes(template);
  assert.ok(variants().length > 0);
  /** @type {string[]} */
  const survivors = [];
  for (const [file, check, without] of MUTANTS) {
    let found = 0;
    const mutant = await bundle((name, source) => {
      if (name !== file) return source;
      found = source.split(check).length - 1;
      return source.replace(check, without);
    });
    assert.equal(found, 1, `${file} has \`${check}\` ${found} times`);
    if ((await outcomes(mutant)) === right) survivors.push(`${file}: ${check} -> ${without}`);
  }
  t.diagnostic(`${MUTANTS.length} mutants`);
  assert.deepEqual(survivors, []);
});
