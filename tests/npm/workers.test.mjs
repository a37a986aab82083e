// @ts-check
// The corpus where modules are compiled at deployment: workerd, and Vercel's edge runtime.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";

import { EdgeVM } from "@edge-runtime/vm";
import { Miniflare } from "miniflare";

import { corpus } from "./cases.mjs";
import { project } from "./project.mjs";

/** @type {typeof import("esbuild")} */
const esbuild = createRequire(new URL("../../wasm/package.json", import.meta.url))("esbuild");

const folder = project();
const { cases } = corpus();
const modules = ["verifier", "inspector"];

/** @param {string} name */
const bytes = (name) => readFileSync(join(folder, "node_modules/edgepass", `${name}.wasm`));

/**
 * A program with its dependencies in one file, as `wrangler` and Next.js make it.
 *
 * @param {string} source
 * @param {string[]} conditions
 * @param {import("esbuild").BuildOptions} options
 */
async function bundled(source, conditions, options) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions,
    ...options,
  });
  const [file] = outputFiles ?? [];
  assert.ok(file);
  return file.text;
}

/** @type {Miniflare[]} */
const workers = [];
after(() => Promise.all(workers.map((worker) => worker.dispose())));

/**
 * @param {string} source
 * @param {string[]} compatibilityFlags
 */
async function worker(source, compatibilityFlags) {
  const contents = await bundled(source, ["workerd", "worker", "browser"], {
    external: ["*.wasm", "node:*"],
  });
  const worker = new Miniflare({
    compatibilityDate: "2026-01-01",
    compatibilityFlags,
    cf: false,
    modules: [
      { type: "ESModule", path: "worker.js", contents },
      ...modules.map((name) => ({
        type: /** @type {const} */ ("CompiledWasm"),
        path: `${name}.wasm`,
        contents: bytes(name),
      })),
    ],
    outboundService: async (/** @type {Request} */ request) =>
      Response.json({
        url: request.url,
        cookie: request.headers.get("cookie"),
        context: request.headers.get("x-edgepass-context"),
      }),
  });
  workers.push(worker);
  return worker;
}

const CORPUS = `
  import { runCorpus } from "./corpus.mjs";
  import { createVerifier } from "edgepass";
`;
const ANSWER = `
  export default {
    async fetch(request) {
      const report = await runCorpus(createVerifier, await request.json());
      return Response.json({ ...report, asked: globalThis.asked ?? 0 });
    },
  };
`;
/** Counts what `node:crypto` is asked. */
const COUNTED = `
  const crypto = process.getBuiltinModule("node:crypto");
  const { verify } = crypto;
  crypto.verify = (...words) => {
    globalThis.asked = (globalThis.asked ?? 0) + 1;
    return verify(...words);
  };
`;
/** Fails what asks WebCrypto. */
const NO_WEB_CRYPTO = `
  SubtleCrypto.prototype.verify = () => {
    throw new Error("WebCrypto was asked");
  };
`;

for (const { name, source, flags, counted } of [
  { name: "node:crypto", source: COUNTED, flags: ["nodejs_compat"], counted: true },
  { name: "our own crypto", source: "", flags: ["no_nodejs_compat"], counted: false },
]) {
  test(`workerd: every case, ${name}`, async () => {
    const program = CORPUS + source + NO_WEB_CRYPTO + ANSWER;
    const { dispatchFetch } = bindings(await worker(program, flags));
    const body = JSON.stringify(cases);
    const response = await dispatchFetch("http://localhost/", { method: "POST", body });
    const { run, differences, asked } = /** @type {any} */ (await response.json());
    assert.deepEqual(differences, []);
    assert.equal(run, cases.length);
    assert.equal(asked > 100, counted, `node:crypto was asked ${asked} times`);
  });
}

/** @param {Miniflare} worker */
function bindings(worker) {
  return { dispatchFetch: worker.dispatchFetch.bind(worker) };
}

test("workerd: the README's worker lets a pass through and hides it from the origin", async () => {
  const readme = readFileSync(new URL("../../wasm/npm/README.md", import.meta.url), "utf8");
  const [, section = ""] = readme.split("### Cloudflare Workers");
  const [, source = ""] = /```js\n(.*?)```/s.exec(section) ?? [];
  const found = cases.find(
    ({ request, expect, configuration }) =>
      expect.decision === "allow" &&
      request.cookies.length === 1 &&
      request.address === null &&
      configuration.claims === "off",
  );
  assert.ok(found);
  const { request, configuration, now } = found;
  const clock = `Date.now = () => ${now * 1000};\n`;
  const instance = await worker(
    `${source.replace("JSON.parse(env.EDGEPASS)", JSON.stringify(configuration))}\n${clock}`,
    [],
  );
  const { dispatchFetch } = bindings(instance);
  const { scheme, host, path, query, cookies } = request;
  const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
  const cookie = `${cookies.join("; ")}; other=1`;
  const headers = { cookie, "x-edgepass-context": "forged" };
  const admitted = await dispatchFetch(url, { headers });
  assert.equal(admitted.status, 200);
  assert.deepEqual(await admitted.json(), { url, cookie: "other=1", context: null });
  assert.equal((await dispatchFetch(url)).status, 403);
});

test("edge-runtime: every case, our own crypto", async () => {
  const handedIn = /** @type {import("esbuild").Plugin} */ ({
    name: "modules that are handed in",
    setup(build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "wasm" }));
      build.onLoad({ filter: /./, namespace: "wasm" }, ({ path }) => ({
        contents: `export default MODULES[${JSON.stringify(path)}];`,
      }));
    },
  });
  const source = `${CORPUS} globalThis.report = runCorpus(createVerifier, JSON.parse(CASES));`;
  const text = await bundled(source, ["edge-light"], { plugins: [handedIn], format: "iife" });
  const compiled = Object.fromEntries(
    modules.map((name) => [`./${name}.wasm?module`, new WebAssembly.Module(bytes(name))]),
  );
  const vm = new EdgeVM({
    extend: (context) =>
      Object.assign(context, { MODULES: compiled, CASES: JSON.stringify(cases) }),
  });
  vm.evaluate(text);
  const { run, differences } = await vm.evaluate("globalThis.report");
  assert.deepEqual([...differences], []);
  assert.equal(run, cases.length);
});
