// @ts-check
// The corpus in Node, Deno and Bun: as ES module and as CommonJS, by every crypto that there is.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { corpus } from "./cases.mjs";
import { command, here, project, run } from "./project.mjs";

const folder = project();
const { cases, left } = corpus();

const RUN = "const report = await runCorpus(createVerifier, cases);\n";
const CORPUS = `
  import { readFileSync } from "node:fs";
  import { runCorpus } from "./corpus.mjs";
  const cases = JSON.parse(readFileSync("corpus.json", "utf8"));
`;
const PRINT = "console.log(JSON.stringify(report));\n";

/** Counts what `node:crypto` is asked, and fails what asks WebCrypto. */
const COUNTED = `
  import crypto from "node:crypto";
  const { verify } = crypto;
  let asked = 0;
  crypto.verify = (...words) => ((asked += 1), verify(...words));
  crypto.subtle.verify = () => { throw new Error("WebCrypto was asked"); };
`;
const asked = (/** @type {string} */ condition) => `
  if (!(asked ${condition})) report.differences.push(\`node:crypto verified \${asked} signatures\`);
`;

/** @type {Record<string, string>} how the package is loaded, and the source of the program */
const programs = {
  "an ES module, node:crypto": `${CORPUS}${COUNTED}
    const { createVerifier } = await import("edgepass");
    ${RUN}${asked("> 100")}${PRINT}`,
  "CommonJS, node:crypto": `${CORPUS}${COUNTED}
    import { createRequire } from "node:module";
    const { createVerifier } = createRequire(import.meta.url)("edgepass");
    ${RUN}${asked("> 100")}${PRINT}`,
  "an ES module, our own crypto": `${CORPUS}${COUNTED}
    process.getBuiltinModule = undefined;
    const { createVerifier } = await import("edgepass");
    ${RUN}${asked("=== 0")}${PRINT}`,
};

const files = Object.entries(programs).map(([name, source], index) => {
  const file = `program-${index}.mjs`;
  writeFileSync(join(folder, file), source);
  return { name, file };
});

/** @param {string} engine */
const node = (engine) => join(here, "node_modules", engine, "bin/node");

/** @type {Record<string, { program: string, words: string[], only?: RegExp }>} */
const engines = {
  "Node 20": { program: node("node20"), words: [] },
  "Node 22": { program: node("node22"), words: [] },
  "Node 24": { program: node("node24"), words: [] },
  Deno: { program: command("deno"), words: ["run", "--allow-read", "--no-remote", "--quiet"] },
  Bun: { program: command("bun"), words: ["run"] },
};

test("the corpus is there", (t) => {
  assert.ok(cases.length > 200, `only ${cases.length} cases were found`);
  for (const [reason, count] of left) t.diagnostic(`${count} not run: ${reason}`);
});

for (const [engine, { program, words }] of Object.entries(engines)) {
  for (const { name, file } of files) {
    test(`${engine}: every case, ${name}`, async () => {
      const { run: count, differences } = await run(folder, program, [...words, file]);
      assert.deepEqual(differences, []);
      assert.equal(count, cases.length);
    });
  }
}

test("every entry can be imported, and required", async () => {
  const manifest = join(folder, "node_modules/edgepass/package.json");
  const entries = Object.keys(JSON.parse(readFileSync(manifest, "utf8")).exports)
    .filter((entry) => !/\.(wasm|json)$/.test(entry))
    .map((entry) => `edgepass${entry.slice(1)}`);
  const source = `
    import { createRequire } from "node:module";
    const required = createRequire(import.meta.url);
    const names = [];
    for (const entry of ${JSON.stringify(entries)}) {
      const [imported, common] = [await import(entry), required(entry)];
      names.push([Object.keys(imported).sort(), Object.keys(common).sort()]);
    }
    console.log(JSON.stringify(names));
  `;
  writeFileSync(join(folder, "entries.mjs"), source);
  for (const engine of ["node20", "node24"]) {
    for (const [imported, common] of await run(folder, node(engine), ["entries.mjs"])) {
      assert.ok(imported.length > 0);
      assert.deepEqual(common, imported);
    }
  }
});
