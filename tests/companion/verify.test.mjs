// @ts-check
// `edgepass verify --config` says of a request what the function answers: the same verdict, the same code.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { configured, functionCode, functionToml, program } from "./bundled.mjs";
import { sources, variants } from "./corpus.mjs";
import { codeOf, trial } from "./engines.mjs";
import * as vm from "./engines/vm.mjs";
import { CLAIMS, NOW, secretOf, signed } from "./token.mjs";

const run = promisify(execFile);

/**
 * The code by `verify`; `let through` for none.
 *
 * @param {string} config
 * @param {import("./corpus.mjs").Case["request"]} request
 * @param {number} now
 * @param {string[]} [options]
 */
async function verified(config, request, now, options = []) {
  const {
    scheme,
    host,
    path,
    query,
    cookies,
    address,
    method,
    origin = [],
    referer = [],
  } = request;
  const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
  const words = ["verify", "--config", config, "--url", url, "--now", String(now), "--json"];
  words.push("--method", method, ...cookies.flatMap((line) => ["--cookie", line]));
  if (address !== null) words.push("--ip", address);
  for (const line of origin) words.push("--origin", line);
  for (const line of referer) words.push("--referer", line);
  const { stdout } = await run(program, [...words, ...options]).catch((failed) => {
    if (failed.code !== 1) throw failed;
    return failed;
  });
  const { decision, code } = JSON.parse(stdout);
  return decision === "allow" ? "let through" : code;
}

test("the corpus", async (t) => {
  const chosen = variants().filter(({ name, visible }) => {
    const words = [...visible.cookies, visible.method, visible.path, visible.query];
    // What no command line carries, or what `verify` has no option for.
    const isCarried = words.every((word) => !word?.match(/\0|-----BEGIN/));
    return name.endsWith("`res`") && isCarried;
  });
  /** @type {string[]} */
  const differences = [];
  /** @type {Map<string, { config: string, code: string }>} */
  const edges = new Map();
  let apart = 0;
  for (let start = 0; start < chosen.length; start += 4) {
    await Promise.all(
      chosen.slice(start, start + 4).map(async ({ name, visible, now, toml }) => {
        const edge = edges.get(toml) ?? {
          config: join(configured(toml), "edge.toml"),
          code: functionCode(toml),
        };
        edges.set(toml, edge);
        const { method, host, path, query, cookies, address } = visible;
        if (cookies.join("").length > 32_000 || (query ?? "").length > 8000) {
          apart += 1; // CloudFront refuses them.
          return;
        }
        const [result] = await vm.run(edge.code, [
          trial({
            method,
            host,
            uri: path,
            query,
            cookies,
            ip: address ?? "",
            headers: sources(visible),
            now,
          }),
        ]);
        const found = await verified(edge.config, visible, now);
        // Which of two reasons comes first where a number is beyond 2^53.
        if (name.startsWith("claims/iat-at-the-end-of-time")) {
          assert.deepEqual([found, codeOf(result)], ["claims-not-yet-valid", "claims-malformed"]);
          return;
        }
        if (found !== codeOf(result)) differences.push(`${name}: ${found}, not ${codeOf(result)}`);
      }),
    );
  }
  t.diagnostic(`${chosen.length} cases, ${apart} not run`);
  assert.deepEqual(differences, []);
  assert.ok(chosen.length > 500);
});

test("a store", async () => {
  const toml = functionToml({ lines: "max_lifetime_seconds = 7200", tables: "[key_value_store]" });
  const folder = configured(toml);
  const code = functionCode(toml);
  const meta = {
    v: 1,
    seq: 1,
    at: NOW,
    all: 0,
    life: 7200,
    keys: { "claims-hs256": Buffer.from(secretOf("claims")).toString("base64url") },
    gone: [],
  };
  const digest = (/** @type {string} */ text, /** @type {"hex" | "base64url"} */ encoding) =>
    createHash("sha256").update(text).digest(encoding);
  const names = {
    session: `s.${digest(CLAIMS.jti, "base64url").slice(0, 22)}`,
    subject: `u.${digest(CLAIMS.sub, "base64url").slice(0, 22)}`,
    thumbprint: digest(secretOf("claims"), "hex").slice(0, 16),
  };
  const stores = [
    { m: meta },
    { m: { ...meta, all: CLAIMS.iat } },
    { m: { ...meta, at: NOW - 901 } },
    { m: { ...meta, life: 60 } },
    { m: { ...meta, keys: {} } },
    { m: { ...meta, gone: [names.thumbprint] } },
    { m: meta, [names.session]: "1" },
    { m: meta, [names.subject]: String(CLAIMS.iat - 1) },
    { m: meta, [names.subject]: String(CLAIMS.iat) },
    { m: meta, [names.subject]: "x" },
    { m: "x" },
    {},
  ];
  for (const [index, store] of stores.entries()) {
    const pairs = Object.entries(store).map(([key, value]) => ({
      key,
      value: typeof value === "string" ? value : JSON.stringify(value),
    }));
    const file = join(folder, `kvs-${index}.json`);
    writeFileSync(file, JSON.stringify({ data: pairs }));
    const token = signed(CLAIMS);
    for (const cookies of [[`Edgepass-Claims=${token}`], [`Edgepass-Claims=${token}x`], []]) {
      const [result] = await vm.run(code, [trial({ cookies, store: { pairs } })]);
      const request = {
        scheme: "https",
        method: "GET",
        host: "media.example.com",
        path: "/video/a.mp4",
        query: null,
        cookies,
        address: null,
      };
      const found = await verified(join(folder, "edge.toml"), request, NOW, ["--state", file]);
      assert.equal(found, codeOf(result), JSON.stringify(store));
    }
  }
});
