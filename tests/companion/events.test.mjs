// @ts-check
// AWS's events in, answers by AWS's rules out.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { functionCode, functionToml } from "./bundled.mjs";
import { answered, codeOf, everywhere, trial } from "./engines.mjs";
import { responseFaults } from "./rules.mjs";
import { CLAIMS, HEADER, NOW, secretOf, signed } from "./token.mjs";

const PLAYER = "https://www.example.com";
const LOGIN = "https://www.example.com/login";

const plain = functionCode(functionToml());
const talkative = functionCode(
  functionToml({
    lines: "expose_reason = true",
    tables: `
      [public]
      paths = ["/login*", "*.css"]
      [refusal]
      redirect_to = "${LOGIN}"
      cors_origins = ["${PLAYER}", "https://other.example.com"]`,
  }),
);

const token = signed(CLAIMS);
const cookie = `Edgepass-Claims=${token}`;

/** @param {string} code @param {import("./engines.mjs").Trial[]} trials */
async function answers(code, trials) {
  return (await everywhere(code, trials)).map(answered);
}

/** @param {any} answer @param {string} name */
const header = (answer, name) => answer.headers[name]?.value;

test("what is let through loses its pass and keeps all else", async () => {
  const cookies = [
    `a=1; ${cookie}; CloudFront-Policy=x; CloudFront-Signature=y; Policy=kept; CloudFront-Other=kept`,
    "b=2; b=3; toString=4; __proto__=5",
  ];
  const came = trial({ cookies, headers: [["Range", "bytes=0-1"]], query: "x=1" });
  const [answer] = await answers(plain, [came]);
  const expected = JSON.parse(came.event).request;
  for (const name of ["Edgepass-Claims", "CloudFront-Policy", "CloudFront-Signature"]) {
    delete expected.cookies[name];
  }
  assert.deepEqual(answer, expected);
});

test("the query keeps every component that is not ours, byte for byte", async () => {
  const own = `Edgepass-Claims=${token}`;
  const queries = {
    [own]: {},
    [`${own}&`]: "",
    [`&${own}`]: "",
    [`a=1&${own}&a=2&a=1`]: "a=1&a=2&a=1",
    [`${own}&&b`]: "&b",
    [`Expires=1&${own}&Policy=2&Signature&Key-Pair-Id=&Hash-Algorithm=SHA256&c=%2F=&d`]: "c=%2F=&d",
    [`expires=1&Expiress=2&XExpires=3&Policy-=4&${own}`]:
      "expires=1&Expiress=2&XExpires=3&Policy-=4",
    [`%41=%20&=&==&${own}&toString=1&__proto__=2`]: "%41=%20&=&==&toString=1&__proto__=2",
  };
  const asked = Object.keys(queries);
  const result = await answers(
    plain,
    asked.map((query) => trial({ query })),
  );
  asked.forEach((query, index) => {
    const expected = queries[query] === "" ? {} : queries[query];
    assert.deepEqual(result[index].querystring, expected, query);
  });
});

test("headers that an origin could take for ours are removed", async () => {
  /** @type {[string, string][]} */
  const headers = [
    ["X-Edgepass-Context", "admin"],
    ["x_edgepass_context", "admin"],
    ["X-Edgepass_Context", "admin"],
    ["X-Original-URL", "/admin"],
    ["X_Rewrite-Url", "/admin"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-Edgepas", "kept"],
    ["X-Original", "kept"],
    ["Constructor", "kept"],
  ];
  const context = `Edgepass-Claims=${signed({ ...CLAIMS, ctx: "premium" })}`;
  const [without, withContext] = await answers(plain, [
    trial({ cookies: [cookie], headers }),
    trial({ cookies: [context], headers }),
  ]);
  const kept = ["constructor", "host", "x-edgepas", "x-original"];
  assert.deepEqual(Object.keys(without.headers).sort(), kept);
  assert.deepEqual(Object.keys(withContext.headers).sort(), [...kept, "x-edgepass-context"].sort());
  assert.deepEqual(withContext.headers["x-edgepass-context"], { value: "premium" });
});

test("headers of the corpus", async () => {
  const file = new URL("../vectors/forwarding.json", import.meta.url);
  const { headers, referers } = JSON.parse(readFileSync(file, "utf8"));
  const all = [...headers.removed, ...headers.kept];
  const trials = all.map((name) => trial({ cookies: [cookie], headers: [[name, "x"]] }));
  (await answers(plain, trials)).forEach((answer, index) => {
    const name = all[index];
    assert.equal(header(answer, name.toLowerCase()), headers.kept.includes(name) ? "x" : undefined);
  });
  const sent = referers.map((/** @type {any} */ { sent }) =>
    trial({
      cookies: [cookie],
      headers: sent.map((/** @type {string} */ one) => ["Referer", one]),
    }),
  );
  (await answers(plain, sent)).forEach((answer, index) => {
    const { forwarded } = referers[index];
    assert.equal(
      header(answer, "referer"),
      forwarded ?? undefined,
      JSON.stringify(referers[index]),
    );
  });
});

test("a Referer loses the pass in its query", async () => {
  const referers = {
    "https://a.example/page": "https://a.example/page",
    "https://a.example/?x=1?y": "https://a.example/?x=1?y",
    [`https://a.example/p?Edgepass-Claims=${token}`]: "https://a.example/p",
    [`https://a.example/p?a=1&Policy=x&Edgepass%2DClaims=y&b`]: "https://a.example/p?a=1&b",
  };
  const asked = Object.keys(referers);
  const trials = asked.map((value) => trial({ cookies: [cookie], headers: [["Referer", value]] }));
  const result = await answers(plain, trials);
  asked.forEach((value, index) => {
    assert.equal(header(result[index], "referer"), referers[value], value);
  });
});

test("a refusal is a 403 with one line in the log, and nothing of the token in it", async () => {
  const results = await everywhere(plain, [trial(), trial({ cookies: [`${cookie}x`] })]);
  const expected = ["claims-missing", "claims-signature-invalid"];
  results.forEach((result, index) => {
    const answer = answered(result);
    assert.deepEqual(responseFaults(answer), []);
    assert.equal(answer.statusCode, 403);
    assert.equal(answer.body, "403 Forbidden\n");
    assert.deepEqual(Object.keys(answer.headers).sort(), ["cache-control", "content-type"]);
    assert.equal(header(answer, "cache-control"), "no-store");
    assert.deepEqual(
      result.lines.map((line) => JSON.parse(line)),
      [{ edgepass: "refused", code: expected[index], enforced: true }],
    );
    assert.deepEqual(result.customData, [expected[index]]);
    assert.equal(result.reads, 0, "a store was read where there is none");
  });
});

test("refusals can be read by the configured origins alone", async () => {
  const origins = [PLAYER, "https://other.example.com", "https://evil.example", "null", "*", ""];
  const trials = origins.map((origin) => trial({ headers: [["Origin", origin]] }));
  const twice = trial({
    headers: [
      ["Origin", PLAYER],
      ["Origin", PLAYER],
    ],
  });
  const result = await answers(talkative, [...trials, twice, trial()]);
  result.forEach((answer, index) => {
    const allowed = index < 2 ? origins[index] : undefined;
    assert.deepEqual(responseFaults(answer), []);
    assert.equal(header(answer, "access-control-allow-origin"), allowed);
    assert.equal(header(answer, "access-control-allow-credentials"), allowed && "true");
    assert.equal(header(answer, "access-control-expose-headers"), allowed && "x-edgepass-reason");
    assert.equal(header(answer, "vary"), "Origin");
    assert.equal(header(answer, "x-edgepass-reason"), "claims-missing");
  });
});

test("pages are redirected, and public ones are not", async () => {
  /** @type {[string, string][]} */
  const headers = [["Sec-Fetch-Mode", "navigate"]];
  const [page, post, media, login, style, ambiguous, encoded] = await answers(talkative, [
    trial({ headers }),
    trial({ headers, method: "POST" }),
    trial({ headers: [["Sec-Fetch-Mode", "cors"]] }),
    trial({ headers, uri: "/login/form" }),
    trial({ uri: "/video/a.css" }),
    trial({ uri: "/login/../video/a.mp4" }),
    trial({ uri: "/video/..;/a.css" }),
  ]);
  assert.deepEqual(responseFaults(page), []);
  assert.deepEqual([page.statusCode, header(page, "location")], [302, LOGIN]);
  assert.equal(page.body, undefined);
  assert.deepEqual([post.statusCode, media.statusCode], [403, 403]);
  assert.deepEqual([login.uri, style.uri], ["/login/form", "/video/a.css"]);
  assert.deepEqual([ambiguous.statusCode, encoded.statusCode], [403, 403]);
});

test("preflights of the configured origins are answered", async () => {
  const method = "OPTIONS";
  /** @type {[string, string][]} */
  const headers = [
    ["Origin", PLAYER],
    ["Access-Control-Request-Method", "GET"],
  ];
  const [yes, ambiguous, ...no] = await answers(talkative, [
    trial({ method, headers }),
    trial({ method, headers, uri: "/a//b" }),
    trial({ headers }),
    trial({ method, headers: headers.slice(0, 1) }),
    trial({ method, headers: headers.slice(1) }),
    trial({ method, headers: [["Origin", "https://evil.example"], ...headers.slice(1)] }),
    trial({ method, headers: [...headers, ["Origin", PLAYER]] }),
  ]);
  assert.deepEqual(responseFaults(yes), []);
  assert.deepEqual([yes.statusCode, yes.body], [204, undefined]);
  assert.equal(header(yes, "access-control-allow-origin"), PLAYER);
  assert.equal(header(yes, "access-control-allow-methods"), "GET, HEAD");
  assert.equal(header(yes, "access-control-allow-headers"), "range, if-none-match, if-range");
  for (const answer of [ambiguous, ...no]) assert.equal(answer.statusCode, 403);
});

test("`log` lets through and says why it would not, `off` lets through", async () => {
  const cases = [
    trial({ query: "a=1&Expires=2", cookies: ["CloudFront-Policy=x"] }),
    trial({ uri: "/a/../b", query: "Policy=1" }),
  ];
  for (const [mode, codes] of /** @type {const} */ ([
    ["log", ["claims-missing", "request-malformed"]],
    ["off", []],
  ])) {
    const code = functionCode(functionToml({ lines: `enforcement = "${mode}"` }));
    const results = await everywhere(code, cases);
    const lines = results.flatMap(({ lines }) => lines.map((line) => JSON.parse(line)));
    const expected = codes.map((code) => ({ edgepass: "refused", code, enforced: false }));
    assert.deepEqual(lines, expected);
    const [first, second] = results.map(answered);
    assert.deepEqual([first.querystring, first.cookies], ["a=1", {}]);
    assert.deepEqual([second.uri, second.querystring], ["/a/../b", {}]);
  }
});

test("two keys are trusted during a roll-over", async () => {
  const code = functionCode(
    functionToml({
      tables: `[[claims_key]]
        id = "claims-2"
        algorithm = "HS256"
        secret_file = "claims-other.secret"`,
    }),
  );
  const other = secretOf("claims-other");
  const by = (/** @type {string} */ kid, /** @type {string} */ secret) =>
    trial({ query: `Edgepass-Claims=${signed(CLAIMS, { ...HEADER, kid }, secret)}` });
  const results = await everywhere(code, [
    by("claims-hs256", secretOf("claims")),
    by("claims-2", other),
    by("claims-2", secretOf("claims")),
    by("claims-3", other),
    by("constructor", other),
  ]);
  const invalid = "claims-signature-invalid";
  assert.deepEqual(results.map(codeOf), ["let through", "let through", invalid, invalid, invalid]);
});

test("an Origin that is empty or there twice is not allowed, and no Referer stands in for it", async () => {
  const bound = `Edgepass-Claims=${signed({ ...CLAIMS, org: [PLAYER] })}`;
  const from = (/** @type {[string, string][]} */ ...headers) =>
    trial({ cookies: [bound], headers });
  const results = await everywhere(plain, [
    from(["Origin", PLAYER]),
    from(["Referer", `${PLAYER}/page`]),
    from(),
    from(["Origin", ""], ["Referer", `${PLAYER}/page`]),
    from(["Origin", PLAYER], ["Origin", PLAYER]),
    from(["Referer", `${PLAYER}/`], ["Referer", `${PLAYER}/`]),
    from(["Referer", `${PLAYER}.evil.example/`]),
  ]);
  const no = "claims-mismatch";
  const yes = "let through";
  assert.deepEqual(results.map(codeOf), [yes, yes, no, no, no, no, no]);
});

test("a token holds to the second", async () => {
  const trials = [NOW + 3599, NOW + 3600, NOW - 120, NOW - 121].map((now) =>
    trial({ cookies: [cookie], now }),
  );
  const codes = (await everywhere(plain, trials)).map(codeOf);
  assert.deepEqual(codes, ["let through", "claims-expired", "let through", "claims-not-yet-valid"]);
});
