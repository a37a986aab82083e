// @ts-check
// Every case of the corpus through the real bundle.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, mock, test } from "node:test";

import { bundled, parts, handlerOf } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { StateServer } from "../state-server.mjs";

/**
 * @typedef {object} Case tests/vectors/schema.json
 * @property {{ scheme: string, method: string, host: string, path: string, query: string | null,
 *   cookies: string[], address: string | null, origin?: string[], referer?: string[] }} request
 * @property {{ id: string | null, key: string, algorithms: string[] }[]} trust
 * @property {"native"} [mode]
 * @property {{ need: string, max_lifetime: number | null,
 *   keys: { id: string, algorithm: string, key?: string, secret?: string }[] }} [claims]
 * @property {{ head: string | null, root: string, max_stale: number, when_unknown: string }} [state]
 * @property {number} now
 * @property {{ decision: "allow" } | { decision: "deny", stage: string, code: string,
 *   mentions: string }} expect
 */

const vectors = new URL("../../vectors/", import.meta.url).pathname;
const names = readdirSync(vectors, { recursive: true })
  .map(String)
  .filter((name) => name.includes("/") && name.endsWith(".json"))
  .sort();

let clock = 0; // milliseconds
/** @type {string[]} */
let logged = [];

/** Bundles by their configuration. @type {Map<string, string>} */
const folders = new Map();
/** Handlers by their configuration. @type {Map<string, import("../bundle.mjs").Handler>} */
const handlers = new Map();
const verify = mock.method(crypto, "verify");
const from = parts();

after(() => mock.restoreAll());

/** The head of the case, a file of the corpus. @type {string | null} */
let head = null;
const server = await StateServer.of((path) => {
  const file = path === "head" ? head : path;
  const name = `${vectors}states/${file}`;
  return file !== null && existsSync(name) ? readFileSync(name) : undefined;
});

/** @param {Case} vector */
function tomlOf({ request: { scheme }, trust, mode, claims, state }) {
  const toml = [`claims = "${claims?.need ?? "off"}"`, `scheme = "${scheme}"`];
  toml.push(`mode = "${mode ?? "standalone"}"`);
  const limit = claims?.max_lifetime ?? null;
  if (limit !== null) toml.push(`max_lifetime_seconds = ${limit}`);
  for (const { id, key, algorithms } of trust) {
    toml.push("[[key]]", `pem_file = "${key}"`, `algorithms = ${JSON.stringify(algorithms)}`);
    if (id !== null) toml.push(`id = ${JSON.stringify(id)}`);
  }
  for (const { id, algorithm, key, secret } of claims?.keys ?? []) {
    toml.push("[[claims_key]]", `id = ${JSON.stringify(id)}`, `algorithm = "${algorithm}"`);
    toml.push(key === undefined ? `secret_file = "${secret}"` : `pem_file = "${key}"`);
  }
  if (state !== undefined) {
    toml.push("[revocation]", `url = "${server.url}"`, `root_pem_file = "${state.root}"`);
    toml.push(`max_stale_seconds = ${state.max_stale}`, `when_unknown = "${state.when_unknown}"`);
  }
  return toml.join("\n");
}

/** @param {Case} vector */
async function handlerFor(vector) {
  const text = tomlOf(vector);
  let folder = folders.get(text);
  if (folder === undefined) folders.set(text, (folder = bundled(text)));
  const others = {
    now: () => clock,
    log: (/** @type {string} */ line) => logged.push(line),
    from,
  };
  // A state in hand would be that of the case before.
  if (vector.state !== undefined) {
    head = vector.state.head;
    return handlerOf(folder, others);
  }
  const handler = handlers.get(text) ?? (await handlerOf(folder, others));
  handlers.set(text, handler);
  return handler;
}

/**
 * Why an event cannot say what the case says; nothing if it can.
 *
 * @param {Case} vector
 */
function inexpressible({ request, now }) {
  if (request.query === "") return "Lambda@Edge does not tell `/a?` from `/a`";
  if ((now * 1000) / 1000 !== now) return "the clock has no such millisecond";
  return undefined;
}

/**
 * @param {import("../bundle.mjs").Handler} handler
 * @param {Case} vector
 * @returns {Promise<string | undefined>} how the answer differs from the expected one
 */
async function difference(handler, { request, expect }) {
  const { method, host, path, query, cookies, address, origin, referer } = request;
  /** @type {Record<string, string[]>} */
  const headers = {};
  if (origin !== undefined) headers["Origin"] = origin;
  if (referer !== undefined) headers["Referer"] = referer;
  const event = viewerRequest({
    method,
    host,
    uri: path,
    querystring: query ?? "",
    cookies,
    clientIp: address ?? "",
    headers,
  });
  const answer = await handler(event);
  const log = logged.map((line) => JSON.parse(line)).filter(({ edgepass }) => edgepass !== "state");
  if (expect.decision === "allow") {
    const admitted = answer.status === undefined && answer.uri === path && log.length === 0;
    return admitted ? undefined : `refused: ${JSON.stringify(log)}`;
  }
  if (answer.status !== "403") return `let through, or answered ${answer.status}`;
  const [{ stage, code, enforced } = {}, ...more] = log;
  const agrees =
    more.length === 0 && enforced === true && stage === expect.stage && code === expect.code;
  return agrees ? undefined : `${JSON.stringify(log)} instead of ${JSON.stringify(expect)}`;
}

test("every case", async (t) => {
  assert.ok(names.length > 100, `only ${names.length} cases were found`);
  /** @type {string[]} */
  const differences = [];
  /** @type {Map<string, number>} */
  const left = new Map();
  let run = 0;
  for (const name of names) {
    /** @type {Case} */
    const vector = JSON.parse(readFileSync(vectors + name, "utf8"));
    const reason = inexpressible(vector);
    if (reason !== undefined) {
      left.set(reason, (left.get(reason) ?? 0) + 1);
      continue;
    }
    run += 1;
    clock = vector.now * 1000;
    logged = [];
    const differs = await difference(await handlerFor(vector), vector);
    if (differs !== undefined) differences.push(`${name}: ${differs}`);
  }
  t.diagnostic(`${run} cases in ${folders.size} configurations`);
  for (const [reason, count] of left) t.diagnostic(`${count} not run: ${reason}`);
  assert.deepEqual(differences, []);
  const count = verify.mock.callCount();
  assert.ok(count > 100, `node:crypto verified ${count} signatures`);
});
