// @ts-check
// Whatever comes in, the function answers: a refusal, or the request where nothing was wrong with it. It
// never throws, it lets nothing through, and no token gets into the log.

import assert from "node:assert/strict";
import { test } from "node:test";

import { functionCode, functionToml } from "./bundled.mjs";
import { answered, codeOf, everywhere, trial } from "./engines.mjs";
import { responseFaults } from "./rules.mjs";
import { CLAIMS, HEADER, NOW, signed } from "./token.mjs";

/** @typedef {import("./engines.mjs").Trial} Trial */

const code = functionCode(functionToml());
const token = signed(CLAIMS);
const good = () => trial({ cookies: [`Edgepass-Claims=${token}`] });

/**
 * Runs trials of which none may be let through.
 *
 * @param {Trial[]} trials
 * @returns {Promise<string[]>} their codes
 */
async function refusals(trials) {
  const results = await everywhere(code, trials);
  return results.map((result, index) => {
    const answer = answered(result);
    assert.equal(answer.statusCode, 403, trials[index]?.event);
    assert.deepEqual(responseFaults(answer), []);
    assert.equal(result.lines.length, 1);
    assert.ok(!String(result.lines).includes(token.slice(-20)), String(result.lines));
    return codeOf(result);
  });
}

/**
 * The good event with something else at a path such as `request.headers.host`.
 *
 * @param {string} path
 * @param {unknown} value undefined: it is taken out
 */
function withValue(path, value) {
  const came = good();
  const event = JSON.parse(came.event);
  const names = path.split(".");
  const last = names.pop() ?? "";
  let place = event;
  for (const name of names) place = place[name];
  if (value === undefined) delete place[last];
  else place[last] = value;
  return { ...came, event: JSON.stringify(event) };
}

/** @param {object | string} claims @param {Partial<import("./event.mjs").Wanted>} [others] */
const claiming = (claims, others) =>
  trial({ cookies: [`Edgepass-Claims=${signed(claims)}`], ...others });

test("the good event is let through", async () => {
  assert.deepEqual((await everywhere(code, [good()])).map(codeOf), ["let through"]);
});

test("what is no event", async () => {
  const wrong = [
    "null",
    "true",
    "0",
    '""',
    '"event"',
    "[]",
    "{}",
    '{"request":null}',
    '{"request":7}',
  ];
  await refusals(wrong.map((event) => ({ ...good(), event })));
  // Without the method that gives the raw query, nobody knows what to strip.
  const { query, ...without } = good();
  await refusals([without]);
});

test("missing and mistyped pieces", async () => {
  const wrong = [undefined, null, false, 0, 7, [], {}, { value: "x" }];
  const required = ["request.uri", "request.headers", "request.headers.host"];
  await refusals(required.flatMap((path) => wrong.map((value) => withValue(path, value))));
  const none = [undefined, null, false, 0, 7, [], {}];
  await refusals(none.map((value) => withValue("request.cookies", value)));
  await refusals(none.map((value) => withValue("request.cookies.Edgepass-Claims", value)));
  for (const value of [7, null, {}, [], true, [token], { value: token }]) {
    await refusals([withValue("request.cookies.Edgepass-Claims", { value })]);
  }
});

test("what nobody asked about may be anything", async () => {
  const wrong = [undefined, null, 0, 7, [], "x"];
  const paths = ["context", "viewer", "version", "request.querystring", "request.method"];
  const trials = paths.flatMap((path) => wrong.map((value) => withValue(path, value)));
  for (const result of await everywhere(code, trials)) assert.equal(codeOf(result), "let through");
});

test("a claim about what the event does not tell refuses", async () => {
  const bound = { net: ["203.0.113.0/24"], mth: ["GET"] };
  const event = claiming({ ...CLAIMS, ...bound });
  const wrong = [
    undefined,
    null,
    0,
    7,
    [],
    {},
    "",
    "x",
    "203.0.113",
    "::ffff:1.2.3.4.5",
    "::1%eth0",
  ];
  const without = (/** @type {string} */ path, /** @type {unknown} */ value) => {
    const parsed = JSON.parse(event.event);
    if (path === "viewer") parsed.viewer = value;
    else if (path === "ip") parsed.viewer.ip = value;
    else parsed.request.method = value;
    return { ...event, event: JSON.stringify(parsed) };
  };
  await refusals(
    ["viewer", "ip", "method"].flatMap((path) => wrong.map((value) => without(path, value))),
  );
});

test("values and multi-values of cookies and headers", async () => {
  const one = { value: token };
  const cookie = (/** @type {unknown} */ value) =>
    withValue("request.cookies.Edgepass-Claims", value);
  const codes = await refusals([
    cookie({ ...one, multiValue: [one, one] }),
    cookie({ ...one, multiValue: [one, { value: "x" }] }),
    cookie({ value: "x", multiValue: [one, { value: "x" }, one] }),
    cookie({ value: `${token} ` }),
    cookie({ value: "" }),
  ]);
  const malformed = "claims-malformed";
  assert.deepEqual(codes, [malformed, malformed, malformed, "claims-signature-invalid", malformed]);
  const single = [cookie({ ...one, multiValue: [one] }), cookie({ ...one, multiValue: [] })];
  for (const result of await everywhere(code, single)) assert.equal(codeOf(result), "let through");
  const host = { value: "media.example.com" };
  const hosts = [{ ...host, multiValue: [host, host] }, { value: "" }, { value: "a b" }, {}];
  for (const code of await refusals(
    hosts.map((value) => withValue("request.headers.host", value)),
  )) {
    assert.equal(code, "request-malformed");
  }
});

test("more than anybody sends", async () => {
  const filler = `filler=${"x".repeat(20_000)}`;
  const [kept] = await everywhere(code, [
    trial({ cookies: [`${filler}; Edgepass-Claims=${token}`] }),
  ]);
  assert.equal(answered(kept).cookies.filler.value.length, 20_000);
  const mega = "A".repeat(30_000);
  const codes = await refusals([
    trial({ cookies: [filler] }),
    trial({ cookies: [`Edgepass-Claims=${mega}`] }),
    trial({ cookies: [`Edgepass-Claims=${token}.${mega}`] }),
    trial({ query: `Edgepass-Claims=${".".repeat(30_000)}` }),
    trial({ cookies: [`Edgepass-Claims=${signed({ ...CLAIMS, ctx: "x".repeat(4000) })}`] }),
  ]);
  const malformed = "claims-malformed";
  assert.deepEqual(codes, ["claims-missing", malformed, malformed, malformed, malformed]);
});

test("a token of a megabyte", async () => {
  // More than the memory of a function holds twice over, so in the engines that have it.
  const vm = await import("./engines/vm.mjs");
  const njs = await import("./engines/njs.mjs");
  const mega = `${token.slice(0, -3)}${"A".repeat(1_000_000)}`;
  const trials = [
    trial({ cookies: [`Edgepass-Claims=${mega}`] }),
    trial({ query: `Edgepass-Claims=${mega}` }),
  ];
  for (const { run } of [vm, njs]) {
    for (const result of await run(code, trials)) assert.equal(codeOf(result), "claims-malformed");
  }
});

test("numbers", async () => {
  const text = JSON.stringify(CLAIMS);
  const iat = (/** @type {string} */ number) =>
    claiming(text.replace(`"iat":${CLAIMS.iat}`, `"iat":${number}`));
  const exp = (/** @type {string} */ number) =>
    claiming(text.replace(`"exp":${CLAIMS.exp}`, `"exp":${number}`));
  const numbers =
    `${CLAIMS.exp}.0 ${CLAIMS.exp}.5 1e10 1E+10 0x7fffffff 9007199254740993 99999999999999999999
    1e400 -1 -0 +1 01 NaN Infinity null true "1" [1] {}`.split(/\s+/);
  for (const code of await refusals([...numbers.map(iat), ...numbers.map(exp)])) {
    assert.equal(code, "claims-malformed");
  }
  const largest = exp(String(Number.MAX_SAFE_INTEGER));
  assert.deepEqual((await everywhere(code, [largest])).map(codeOf), ["let through"]);
});

test("members that are there twice, or written so that readers disagree", async () => {
  const text = JSON.stringify(CLAIMS);
  const with_ = (/** @type {string} */ more) => claiming(`${text.slice(0, -1)},${more}}`);
  const codes = await refusals([
    with_('"sub":"subject-1"'),
    with_('"\\u0073ub":"subject-2"'),
    with_('"nbf":1,"nbf":2'),
    claiming(`${text} x`),
    claiming(`${text},`),
    claiming(`[${text}]`),
    claiming(`\ufeff${text}`),
    claiming(text.replace('"sub"', "'sub'")),
    claiming(text.replace("{", "{/**/")),
    claiming(text.replace("{", "{\u00a0")),
    claiming(text.replace('"subject-1"', '"subject\\x31"')),
    claiming("null"),
    claiming("7"),
    claiming('"x"'),
    claiming("[]"),
    claiming("{}"),
  ]);
  for (const code of codes) assert.equal(code, "claims-malformed");
  const spaced = [
    claiming(` ${text.replaceAll(",", " ,\n\t")}\r\n`),
    claiming(text.replace("subject-1", "\\u0073ubject-1").replaceAll("/", "\\/")),
    claiming(JSON.stringify(CLAIMS, null, 2)),
    claiming({ ...CLAIMS, sub: 'a"\\b' }),
  ];
  for (const result of await everywhere(code, spaced)) assert.equal(codeOf(result), "let through");
});

test("every claim at once", async () => {
  // njs forgets the order of more than ten members.
  const every = {
    ...CLAIMS,
    nbf: NOW - 60,
    pol: "A".repeat(43),
    net: ["203.0.113.0/24", "2001:db8::/32"],
    mth: ["GET", "HEAD"],
    org: ["https://www.example.com"],
    ctx: "premium",
  };
  const from = { headers: /** @type {[string, string][]} */ ([["Origin", every.org[0] ?? ""]]) };
  const text = JSON.stringify(every);
  const backwards = Object.fromEntries(Object.entries(every).reverse());
  const fine = [every, backwards, JSON.stringify(every, null, 1), text.replaceAll("/", "\\/")];
  const results = await everywhere(
    code,
    fine.map((claims) => claiming(claims, from)),
  );
  for (const result of results) assert.equal(codeOf(result), "let through");
  const wrong = [
    text.replace("{", '{"ctx":"premium",'),
    text.replace("}", ',"nbf":1}'),
    text.replace('"nbf":', '"nbf":1,"nbf":'),
    text.replace(String(NOW - 60), `${NOW - 60}.0`),
    text.replace("}", ',"__proto__":1}'),
    text.replace(/"mth":\["GET","HEAD"\]/, '"mth":["GET","HEAD"],"mth":["GET"]'),
  ];
  for (const code of await refusals(wrong.map((claims) => claiming(claims, from)))) {
    assert.equal(code, "claims-malformed");
  }
});

test("names that mean something to JavaScript", async () => {
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "test",
  ];
  const text = JSON.stringify(CLAIMS);
  const claims = names.flatMap((name) =>
    ["{}", "1", "null", JSON.stringify(CLAIMS), '["https://*"]'].map((value) =>
      claiming(`${text.slice(0, -1)},"${name}":${value}}`),
    ),
  );
  for (const code of await refusals(claims)) assert.equal(code, "claims-malformed");
  const inherited = names.map((name) => claiming(`{"${name}":${text}}`));
  for (const code of await refusals(inherited)) assert.equal(code, "claims-malformed");
  const kids = names.map((kid) =>
    trial({ cookies: [`Edgepass-Claims=${signed(CLAIMS, { ...HEADER, kid })}`] }),
  );
  for (const code of await refusals(kids)) assert.equal(code, "claims-signature-invalid");
  const holders = names.flatMap((name) => [
    trial({ query: `${name}=${token}` }),
    trial({ query: `${name}=1&${name}` }),
    trial({ cookies: [`${name}=${token}; ${name}`] }),
    trial({ headers: [[name, token]] }),
  ]);
  for (const code of await refusals(holders)) assert.equal(code, "claims-missing");
  const harmless = names.map((name) =>
    trial({
      cookies: [`${name}=1; Edgepass-Claims=${token}`],
      query: `${name}=2`,
      headers: [[name.toLowerCase(), "3"]],
    }),
  );
  const results = await everywhere(code, harmless);
  results.forEach((result, index) => {
    const { headers, cookies } = answered(result);
    const name = names[index] ?? "";
    const own = (/** @type {object} */ of, /** @type {string} */ name) =>
      Object.getOwnPropertyDescriptor(of, name)?.value;
    assert.deepEqual(own(cookies, name), { value: "1" }, name);
    assert.deepEqual(own(headers, name.toLowerCase()), { value: "3" }, name);
  });
});

test("values of another type than a claim has", async () => {
  const values = [
    null,
    true,
    7,
    "x",
    "",
    {},
    [],
    [[]],
    [{}],
    [null],
    [7],
    [""],
    { length: 1, 0: "x" },
  ];
  const nested = {
    res: [CLAIMS.res],
    net: [["10.0.0.0/8"]],
    mth: [["GET"]],
    org: [["https://a.example"]],
  };
  const texts = { sub: [CLAIMS.sub], jti: [CLAIMS.jti], ctx: ["x"], pol: ["A".repeat(43)] };
  const lists = Object.entries(nested).flatMap(([name, list]) => [
    claiming({ ...CLAIMS, [name]: list }),
    claiming({ ...CLAIMS, [name]: list[0]?.[0] }),
    claiming({ ...CLAIMS, [name]: Array(33).fill(list[0]?.[0]) }),
  ]);
  const others = Object.keys({ ...nested, iat: 0, exp: 0, nbf: 0 }).flatMap((name) =>
    values
      .filter((value) => value !== 7 || !["iat", "nbf"].includes(name)) // a time, and long ago
      .map((value) => claiming({ ...CLAIMS, [name]: value })),
  );
  const wrong = Object.entries(texts).map(([name, value]) =>
    claiming({ ...CLAIMS, [name]: value }),
  );
  const missing = ["sub", "jti", "iat", "exp"].map((name) =>
    claiming({ ...CLAIMS, [name]: undefined }),
  );
  const codes = await refusals([...lists, ...others, ...wrong, ...missing]);
  for (const code of codes) assert.ok(["claims-malformed"].includes(code), code);
});

test("Unicode", async () => {
  // `K` and `s` match the Kelvin sign and the long s where case is ignored; `$` comes before a line feed.
  const texts = [
    "é",
    "\u212a",
    "\u017f",
    "\u0000",
    "\n",
    "a\n",
    "\u2028",
    "\ud800",
    "\ud83d\ude00",
    "a b",
    "\u007f",
  ];
  const codes = await refusals(
    texts.flatMap((text) => [
      claiming({ ...CLAIMS, sub: text }),
      claiming({ ...CLAIMS, jti: text }),
      claiming({ ...CLAIMS, ctx: text }),
      claiming({ ...CLAIMS, res: [`https://*${text}`] }),
      claiming({ ...CLAIMS, mth: [`GET${text}`] }),
      claiming({ ...CLAIMS, org: [`https://a.example${text}`] }),
      claiming({ ...CLAIMS, net: [`10.0.0.0/8${text}`] }),
      claiming({ ...CLAIMS, net: [`2001:db8::${text}/32`] }),
      claiming({ ...CLAIMS, [text]: 1 }),
    ]),
  );
  for (const code of codes) assert.equal(code, "claims-malformed");
  const targets = texts.filter((text) => text !== "a b" && text !== "\ud800");
  const paths = targets.flatMap((text) => [
    trial({ uri: `/${text}` }),
    trial({ uri: `/a${text}` }),
  ]);
  const queries = targets.map((text) => trial({ query: `a=${text}` }));
  const hosts = targets.map((text) => trial({ host: `media.example.com${text}` }));
  for (const code of await refusals([...paths, ...queries, ...hosts])) {
    assert.equal(code, "request-malformed");
  }
});

test("targets that readers disagree about", async () => {
  const paths =
    `/video/../a /video/./a /.. /. //video /video//a /%2e%2e/a /%2E/a /a%2fb /a%2Fb /a%5cb
    /a\\b /a%00 /a% /a%4 /a%zz /a%u0041 /é /a#b /a"b /<a> video a/b * https://other.example/ /a?b
    /a/..;/b /a/..;x=1/b /a/..%3b/b /a/.;/b /a/;x/b /a/%3B/b /a/..; /..%3Bx`.split(/\s+/);
  const codes = await refusals(
    [...paths, ""].map((uri) => trial({ uri, cookies: [`Edgepass-Claims=${token}`] })),
  );
  assert.deepEqual(new Set(codes), new Set(["request-malformed"]));
  const queries = ["%", "a=%4", "a=%00", "a=%u0041", "a b", "a#b", 'a="', "a\r\nb", "a\\", "<"];
  for (const code of await refusals(queries.map((query) => trial({ query })))) {
    assert.equal(code, "request-malformed");
  }
  const fine = [
    "/a;x=1",
    "/a/b;c/d",
    "/a/;x",
    "/a/",
    "/",
    "/...",
    "/a/..b/c",
    "/%C3%A9",
    "/a%3bb/c",
  ];
  const trials = fine.map((uri) => trial({ uri, cookies: [`Edgepass-Claims=${token}`] }));
  (await everywhere(code, trials)).forEach((result, index) => {
    assert.equal(codeOf(result), "let through", fine[index]);
  });
});

test("escapes that spell a name of ours", async () => {
  const codes = await refusals([
    trial({ query: `Edgepass%2DClaims=${token}` }),
    trial({ query: `%45dgepass-Claims=${token}&Edgepass-Claims=${token}` }),
    trial({ query: `%45xpires=1`, cookies: [`Edgepass-Claims=${token}`] }),
    trial({ query: `Edgepass%2DClaims=x&Key%2dPair-Id=1` }),
  ]);
  const malformed = "claims-malformed";
  assert.deepEqual(codes, [malformed, malformed, "credential-malformed", "credential-malformed"]);
  const fine = trial({
    query: "%ff=1&a%=2".replace("a%", "a%25"),
    cookies: [`Edgepass-Claims=${token}`],
  });
  assert.deepEqual((await everywhere(code, [fine])).map(codeOf), ["let through"]);
});

test("envelopes", async () => {
  const [header = "", payload = "", mac = ""] = token.split(".");
  const text = '{"alg":"HS256","kid":"claims-hs256","typ":"edgepass+jwt"}';
  const headers = [
    text.replace("HS256", "none"),
    text.replace("HS256", "HS384"),
    text.replace("HS256", "hs256"),
    text.replace("{", '{"crit":[],'),
    text.replace("}", ',"typ":"edgepass+jwt"}'),
    text.replace(',"typ":"edgepass+jwt"', ""),
    text.replace("edgepass+jwt", "JWT"),
    text.replace("{", "{ "),
    text.replace("{", "["),
    `${text} `,
    `x${text}`,
    text.replace('"kid":"claims-hs256"', '"kid":"\\u0063laims-hs256"'),
  ];
  const invalid = headers.map((one) =>
    trial({ cookies: [`Edgepass-Claims=${signed(CLAIMS, one)}`] }),
  );
  for (const code of await refusals(invalid)) assert.equal(code, "claims-signature-invalid");
  const tokens = [
    `${header}.${payload}.${mac.slice(0, -1)}`,
    `${header}.${payload}.${mac}A`,
    `${header}.${payload}.${mac}=`,
    `${header}=.${payload}.${mac}`,
    `${header}.${payload}.AAAA`,
  ];
  for (const code of await refusals(
    tokens.map((one) => trial({ query: `Edgepass-Claims=${one}` })),
  )) {
    assert.equal(code, "claims-signature-invalid");
  }
  const parts = [
    "x",
    "..",
    `${header}.${payload}`,
    `${token}.x`,
    `.${payload}.${mac}`,
    `${header}..${mac}`,
  ];
  for (const code of await refusals(
    parts.map((one) => trial({ query: `Edgepass-Claims=${one}` })),
  )) {
    assert.equal(code, "claims-malformed");
  }
  const orders = ['{"typ":"edgepass+jwt","kid":"claims-hs256","alg":"HS256"}', text];
  const fine = orders.map((one) => trial({ query: `Edgepass-Claims=${signed(CLAIMS, one)}` }));
  for (const result of await everywhere(code, fine)) assert.equal(codeOf(result), "let through");
  assert.equal(NOW > CLAIMS.iat, true);
});
