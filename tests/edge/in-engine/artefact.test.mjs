// @ts-check
// What is uploaded: the same bytes every time, and small.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { bundled, edgeToml } from "../bundle.mjs";

const KILOBYTE = 1024;

test("the same input gives the same bytes", () => {
  const [one, other, changed] = [
    edgeToml(),
    edgeToml(),
    edgeToml({ lines: 'scheme = "http"' }),
  ].map((toml) => {
    const folder = bundled(toml);
    const files = readdirSync(folder).sort();
    return new Map(files.map((name) => [name, readFileSync(join(folder, name), "base64")]));
  });
  assert.deepEqual(one, other);
  const differing = [...(one ?? [])].filter(([name, bytes]) => changed?.get(name) !== bytes);
  assert.deepEqual(
    differing.map(([name]) => name),
    ["function.zip", "settings.json"],
  );
});

test("the module and the whole are small", (t) => {
  const folder = bundled(edgeToml());
  const module = readFileSync(join(folder, "edgepass_bg.wasm"));
  const gzip = gzipSync(module, { level: 9 }).length;
  t.diagnostic(`edgepass_bg.wasm ${module.length} bytes, gzip ${gzip}`);
  assert.ok(module.length <= 150 * KILOBYTE, `the module has ${module.length} bytes`);
  assert.ok(gzip <= 64 * KILOBYTE, `the module has ${gzip} bytes compressed`);
  const zip = readFileSync(join(folder, "function.zip")).length;
  t.diagnostic(`function.zip ${zip}`);
  assert.ok(zip <= 200 * KILOBYTE, `function.zip has ${zip} bytes; Lambda@Edge took 1 MB once`);
});

test("the function is one file with its module and its settings", () => {
  const folder = bundled(edgeToml());
  const files = ["edgepass_bg.wasm", "function.zip", "index.mjs", "settings.json"];
  assert.deepEqual(readdirSync(folder).sort(), files);
  const function_ = readFileSync(join(folder, "index.mjs"), "utf8");
  const imports = [...function_.matchAll(/\bfrom ?"([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(imports, ["node:fs"]);
  const settings = readFileSync(join(folder, "settings.json"), "utf8");
  assert.ok(!/PRIVATE/.test(settings));
});
