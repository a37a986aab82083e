// @ts-check
// AWS's events in, answers by AWS's rules out.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { bundled, deployed, edgeToml } from "../bundle.mjs";
import { FILE, requestOf, viewerRequest } from "../event.mjs";
import { Pass } from "../pass.mjs";
import { requestFaults, responseFaults } from "../rules.mjs";

const PLAYER = "https://www.example.com";
const LOGIN = "https://www.example.com/login";

/** @type {string[]} */
let logged = [];
mock.method(console, "log", (/** @type {string} */ line) => logged.push(line));

const enforcing = await deployed(bundled(edgeToml()));
const talkative = await deployed(
  bundled(
    edgeToml({
      lines: "expose_reason = true",
      tables: `
        [public]
        paths = ["/login*"]
        [refusal]
        redirect_to = "${LOGIN}"
        cors_origins = ["${PLAYER}"]`,
    }),
  ),
);
const logging = await deployed(bundled(edgeToml({ lines: 'enforcement = "log"' })));
const off = await deployed(bundled(edgeToml({ lines: 'enforcement = "off"' })));

/**
 * Lets an event through, and checks that nothing but `changes` is another.
 *
 * @param {import("../bundle.mjs").Handler} handler
 * @param {ReturnType<typeof viewerRequest>} event
 * @param {{ querystring?: string, cookie?: string }} changes
 */
async function assertForwarded(handler, event, { querystring, cookie }) {
  const viewers = structuredClone(requestOf(event));
  const answer = await handler(event);
  assert.equal(answer.status, undefined, `refused: ${logged.at(-1)}`);
  assert.deepEqual(requestFaults(answer, viewers), []);
  const expected = structuredClone(viewers);
  expected.querystring = querystring ?? "";
  delete expected.headers["cookie"];
  if (cookie !== undefined) expected.headers["cookie"] = [{ key: "Cookie", value: cookie }];
  assert.deepEqual(answer, expected);
}

/**
 * @param {import("../bundle.mjs").Handler} handler
 * @param {ReturnType<typeof viewerRequest>} event
 * @param {string} status
 */
async function answered(handler, event, status) {
  const answer = await handler(event);
  assert.equal(answer.status, status);
  assert.deepEqual(responseFaults(answer), []);
  const header = (/** @type {string} */ name) => answer.headers?.[name]?.[0]?.value;
  assert.equal(header("cache-control"), "no-store");
  return { answer, header };
}

test("a pass in cookies is forwarded without them", async () => {
  const { cookie } = Pass.signed();
  await assertForwarded(enforcing, viewerRequest({ cookies: [cookie] }), {});
  const cookies = [`theme="dark"; ${cookie}`, "a=1;b=2; Edgepass-Claims=x"];
  await assertForwarded(enforcing, viewerRequest({ cookies, querystring: "v=%2F&&w" }), {
    querystring: "v=%2F&&w",
    cookie: 'theme="dark"; a=1; b=2',
  });
});

test("a pass may be split over several lines", async () => {
  const { cookies } = Pass.signed({ key: "p256" });
  await assertForwarded(enforcing, viewerRequest({ cookies }), {});
  await assertForwarded(enforcing, viewerRequest({ cookies: cookies.reverse() }), {});
});

test("a pass in the URL is forwarded without it", async () => {
  const { query } = Pass.signed();
  await assertForwarded(enforcing, viewerRequest({ querystring: query }), {});
  const querystring = `a=1&${query}&b=%3D&Edgepass-Claims=x`;
  const event = viewerRequest({ querystring, cookies: ["CloudFront-Policy=x; a=1"] });
  await assertForwarded(enforcing, event, { querystring: "a=1&b=%3D", cookie: "a=1" });
});

test("the viewer's copies of our headers are removed, all else is kept", async () => {
  const headers = {
    "X-Edgepass-Reason": "none",
    "x-edgepass-": "a",
    "x-edgepas": "kept",
    Range: "bytes=0-1",
    Origin: "https://evil.example",
  };
  const event = viewerRequest({ cookies: [Pass.signed().cookie], headers });
  const request = /** @type {any} */ (requestOf(event));
  request.headers["x-several"] = [{ value: "1" }, { key: "X-Several", value: "2" }];
  request.body = { inputTruncated: false, action: "read-only", encoding: "base64", data: "YQ==" };
  const expected = structuredClone(request);
  for (const name of ["cookie", "x-edgepass-reason", "x-edgepass-"]) delete expected.headers[name];
  assert.deepEqual(await enforcing(event), expected);
});

test("what only logs lets through, without what is ours", async () => {
  const event = () =>
    viewerRequest({ querystring: "a=1&Expires=1&Signature=x", cookies: ["CloudFront-Policy=y"] });
  logged = [];
  await assertForwarded(off, event(), { querystring: "a=1" });
  assert.deepEqual(logged, []);
  await assertForwarded(logging, event(), { querystring: "a=1" });
  assert.equal(logged.length, 1);
  const { edgepass, code, enforced } = JSON.parse(String(logged[0]));
  assert.deepEqual([edgepass, code, enforced], ["refused", "credential-incomplete", false]);
});

test("a refusal is a 403 with one line in the log", async () => {
  logged = [];
  const event = viewerRequest();
  const { answer, header } = await answered(enforcing, event, "403");
  assert.equal(answer.body, "403 Forbidden\n");
  assert.equal(header("x-edgepass-reason"), undefined);
  assert.equal(header("access-control-allow-origin"), undefined);
  assert.deepEqual(
    logged.map((line) => JSON.parse(line)),
    [
      {
        edgepass: "refused",
        code: "credential-missing",
        stage: "find",
        keyId: null,
        requestId: event.Records[0]?.cf.config.requestId,
        enforced: true,
      },
    ],
  );
});

test("refusals can be read by the configured origin alone", async () => {
  for (const [origin, allowed] of [
    [PLAYER, PLAYER],
    ["https://evil.example", undefined],
    ["null", undefined],
    ["*", undefined],
  ]) {
    const event = viewerRequest({ headers: { Origin: String(origin) } });
    const { header } = await answered(talkative, event, "403");
    assert.equal(header("access-control-allow-origin"), allowed);
    assert.equal(header("access-control-allow-credentials"), allowed && "true");
    assert.equal(header("vary"), "Origin");
    assert.equal(header("x-edgepass-reason"), "credential-missing");
  }
});

test("two Origin headers are not a configured origin", async () => {
  const event = viewerRequest({ headers: { Origin: PLAYER } });
  requestOf(event).headers["origin"]?.push({ key: "Origin", value: "https://evil.example" });
  const { header } = await answered(talkative, event, "403");
  assert.equal(header("access-control-allow-origin"), undefined);
});

test("pages are redirected, and public ones are not", async () => {
  const headers = { "Sec-Fetch-Mode": "navigate" };
  const { answer, header } = await answered(talkative, viewerRequest({ headers }), "302");
  assert.equal(header("location"), LOGIN);
  assert.equal(answer.body, undefined);
  await answered(talkative, viewerRequest({ headers, method: "POST" }), "403");
  await answered(enforcing, viewerRequest({ headers }), "403");
  await assertForwarded(talkative, viewerRequest({ headers, uri: "/login/form" }), {});
  await answered(talkative, viewerRequest({ headers, uri: "/login/../video/a.mp4" }), "302");
});

test("preflights of the configured origin are answered", async () => {
  const method = "OPTIONS";
  const headers = { Origin: PLAYER, "Access-Control-Request-Method": "GET" };
  const { answer, header } = await answered(talkative, viewerRequest({ method, headers }), "204");
  assert.equal("body" in answer, false);
  assert.equal(header("access-control-allow-origin"), PLAYER);
  assert.equal(header("access-control-allow-credentials"), "true");
  await answered(enforcing, viewerRequest({ method, headers }), "403");
  await answered(talkative, viewerRequest({ headers }), "403");
  const { Origin, ...without } = headers;
  await answered(talkative, viewerRequest({ method, headers: without }), "403");
  await answered(talkative, viewerRequest({ method, headers: { Origin } }), "403");
});

test("one pass serves many requests, and not after its end", async (t) => {
  const now = Date.now();
  const { cookie } = Pass.signed({ expires: Math.floor(now / 1000) + 60 });
  let clock = now;
  t.mock.method(Date, "now", () => clock);
  const folder = bundled(edgeToml());
  const handler = await deployed(folder);
  for (const uri of [FILE, "/video/b.ts", "/video/c.ts"]) {
    await assertForwarded(handler, viewerRequest({ uri, cookies: [cookie] }), {});
  }
  clock = now + 61_000;
  await answered(handler, viewerRequest({ cookies: [cookie] }), "403");
  assert.equal(JSON.parse(logged.at(-1) ?? "").code, "expired");
});
