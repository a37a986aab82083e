#!/usr/bin/env node
// @ts-check
// Runs a function that was created from `edgepass bundle cloudfront-function` in CloudFront, on events of its
// own, and compares what it answers:
//
//   node companion/test-function.mjs NAME --secret claims.secret --key-id claims-2026-11 [--stage LIVE]
//
// It needs the AWS CLI with the rights cloudfront:DescribeFunction and cloudfront:TestFunction. The tokens are
// for a host that there is not, and expire after an hour. With a KeyValueStore, that must be filled.

import { execFileSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const HOST = "edgepass-test.invalid";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    secret: { type: "string" },
    "key-id": { type: "string" },
    stage: { type: "string", default: "DEVELOPMENT" },
  },
});
const [name] = positionals;
const { secret: file, "key-id": kid, stage } = values;
if (name === undefined || file === undefined || kid === undefined) {
  console.error(
    "usage: test-function.mjs NAME --secret FILE --key-id ID [--stage DEVELOPMENT|LIVE]",
  );
  process.exit(2);
}
const secret = readFileSync(file, "utf8").trim();

/** @param {object} claims @param {string} [by] */
function token(claims, by = secret) {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    sub: "edgepass-test",
    jti: randomUUID(),
    iat: now,
    exp: now + 3600,
    res: [`https://${HOST}/*`, `http://${HOST}/*`],
    ...claims,
  };
  const part = (/** @type {object} */ value) =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256", kid, typ: "edgepass+jwt" })}.${part(all)}`;
  return `${text}.${createHmac("sha256", by).update(text).digest("base64url")}`;
}

/** @param {{ uri?: string, cookie?: string, query?: string, method?: string, ip?: string }} wanted */
function event({ uri = "/film/1.ts", cookie, query, method = "GET", ip = "203.0.113.178" }) {
  return {
    version: "1.0",
    context: { eventType: "viewer-request" },
    viewer: { ip },
    request: {
      method,
      uri,
      querystring: query === undefined ? {} : { "Edgepass-Claims": { value: query } },
      headers: { host: { value: HOST } },
      cookies: cookie === undefined ? {} : { "Edgepass-Claims": { value: cookie } },
    },
  };
}

/** What is sent, and the status; 0 for what is let through. @type {[string, number, object][]} */
const EVENTS = [
  ["a token in a cookie", 0, event({ cookie: token({}) })],
  ["a token in the query", 0, event({ query: token({}) })],
  [
    "a token with every claim",
    0,
    event({ cookie: token({ net: ["203.0.113.0/24"], mth: ["GET"], ctx: "x" }) }),
  ],
  ["IPv6", 0, event({ cookie: token({ net: ["2001:db8::/32"] }), ip: "2001:db8::1" })],
  ["no token", 403, event({})],
  ["a token signed by another key", 403, event({ cookie: token({}, "x".repeat(48)) })],
  ["a token that has expired", 403, event({ cookie: token({ iat: 1, exp: 2 }) })],
  ["a token for another path", 403, event({ cookie: token({ res: [`https://${HOST}/other/*`] }) })],
  ["a token for another network", 403, event({ cookie: token({ net: ["192.0.2.0/24"] }) })],
  ["a token for another method", 403, event({ cookie: token({ mth: ["GET"] }), method: "POST" })],
  ["an unknown claim", 403, event({ cookie: token({ admin: true }) })],
  ["a path with dot segments", 403, event({ cookie: token({}), uri: "/film/../1.ts" })],
];

/** @param {string[]} words */
const aws = (...words) =>
  JSON.parse(
    execFileSync("aws", ["cloudfront", ...words, "--output", "json"], { encoding: "utf8" }),
  );

const { ETag } = aws("describe-function", "--name", name, "--stage", stage);
const folder = mkdtempSync(join(tmpdir(), "edgepass-test-"));
let failed = 0;
try {
  for (const [what, expected, sent] of EVENTS) {
    const path = join(folder, "event.json");
    writeFileSync(path, JSON.stringify(sent));
    const words = ["--name", name, "--stage", stage, "--if-match", ETag];
    const { TestResult } = aws("test-function", ...words, "--event-object", `fileb://${path}`);
    const { FunctionOutput, FunctionErrorMessage, FunctionExecutionLogs, ComputeUtilization } =
      TestResult;
    const { request, response } = FunctionErrorMessage ? {} : JSON.parse(FunctionOutput);
    const status = request ? 0 : response?.statusCode;
    if (status !== expected) failed += 1;
    const verdict = status === expected ? "ok" : `FAILED: ${status ?? FunctionErrorMessage}`;
    console.log(
      `${verdict}: ${what}, ${ComputeUtilization} % of the time ${FunctionExecutionLogs?.join(" ") ?? ""}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(failed === 0 ? "all as expected" : `${failed} of ${EVENTS.length} failed`);
process.exit(failed === 0 ? 0 : 1);
