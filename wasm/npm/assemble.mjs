// @ts-check
// Puts the npm package together in wasm/dist/npm: one bundle for each entry and platform.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const here = new URL(".", import.meta.url).pathname;
const dist = new URL("../dist/", import.meta.url).pathname;
const out = join(dist, "npm");
const { buildSync } = createRequire(new URL("../package.json", import.meta.url))("esbuild");

const PLATFORMS = ["workerd", "edge-light", "browser", "node", "default"];
const MODULES = ["explainer", "inspector", "verifier"];

/**
 * @param {string} entry in src
 * @param {string} file
 * @param {object} [options]
 */
function bundle(entry, file, options = {}) {
  buildSync({
    entryPoints: [join(here, entry)],
    outfile: join(out, file),
    bundle: true,
    format: file.endsWith(".cjs") ? "cjs" : "esm",
    target: "es2022",
    platform: "neutral",
    external: ["node:crypto"],
    loader: { ".wasm": "binary" },
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const entry of ["index", "explain"]) {
  for (const platform of PLATFORMS) {
    // Where the platform compiles the modules, they stay files of their own.
    const compiled = ["workerd", "edge-light"].includes(platform);
    const external = ["node:crypto", ...(compiled ? ["./*.wasm", "./*.wasm?module"] : [])];
    bundle(`src/${entry}.js`, `${entry}.${platform}.js`, { conditions: [platform], external });
  }
  bundle(`src/${entry}.js`, `${entry}.node.cjs`, { conditions: ["node"] });
}
for (const file of ["module.js", "module.cjs"]) bundle("src/module.js", file);
for (const file of ["codes.js", "codes.cjs"]) bundle("codes.js", file);

for (const name of MODULES) copyFileSync(join(dist, `${name}_bg.wasm`), join(out, `${name}.wasm`));
copyFileSync(join(here, "../../LICENSE"), join(out, "LICENSE"));
copyFileSync(join(here, "README.md"), join(out, "README.md"));

writeFileSync(join(out, "codes.d.ts"), codesTypes(readFileSync(join(here, "codes.js"), "utf8")));
for (const name of ["explain", "index", "module"]) {
  copyFileSync(join(here, `${name}.d.ts`), join(out, `${name}.d.ts`));
}
// CommonJS has the same types under other names.
for (const name of ["codes", "explain", "index", "module"]) {
  const types = readFileSync(join(out, `${name}.d.ts`), "utf8");
  writeFileSync(join(out, `${name}.d.cts`), types.replaceAll('.js";', '.cjs";'));
}

const { imports: _, ...manifest } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

/** @param {string} source of codes.js, whose literals are their own types */
function codesTypes(source) {
  const [, literals = ""] = /\(\{\n(.*)\}\);\n$/s.exec(source) ?? [];
  const members = literals.replace(/^( +)("?[a-z-]+"?):/gm, "$1readonly $2:").replaceAll(",\n", ";\n");
  return `/** Every code of a refusal, with the step that refuses, its meaning, and what to do. */\nexport declare const codes: {\n${members}};\n`;
}
