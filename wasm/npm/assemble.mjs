// @ts-check
// Puts the npm package together in wasm/dist/npm: one bundle for each entry and platform.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const here = new URL(".", import.meta.url).pathname;
const dist = new URL("../dist/", import.meta.url).pathname;
const out = join(dist, "npm");
const { buildSync } = createRequire(new URL("../package.json", import.meta.url))("esbuild");

const PLATFORMS = ["workerd", "edge-light", "browser", "default"];
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
    const external = compiled ? ["./*.wasm", "./*.wasm?module"] : [];
    bundle(`src/${entry}.js`, `${entry}.${platform}.js`, { conditions: [platform], external });
  }
  bundle(`src/${entry}.js`, `${entry}.default.cjs`);
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
if (existsSync(join(here, "../session"))) Object.assign(manifest.exports, session());
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

/**
 * `edgepass/session` and its players, the sources as they are: no WASM, and nothing that a bundler
 * could not see into.
 *
 * @returns {Record<string, object>} exports
 */
function session() {
  const sources = join(here, "../session");
  const folder = join(out, "session");
  mkdirSync(folder);
  const files = readdirSync(sources).filter((name) => name.endsWith(".js"));
  for (const file of files) copyFileSync(join(sources, file), join(folder, file));
  const words = ["--declaration", "--emitDeclarationOnly", "--allowJs", "--checkJs", "--strict"];
  const target = ["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"];
  const lib = ["--lib", "es2024,dom,dom.iterable", "--types", "", "--outDir", folder];
  const tsc = join(here, "../node_modules/.bin/tsc");
  const paths = files.map((file) => join(sources, file));
  execFileSync(tsc, [...words, ...target, ...lib, ...paths], { stdio: "inherit" });

  /** @type {Record<string, object>} */
  const exports = {};
  for (const name of ["session", "hls", "dash", "shaka", "video"]) {
    bundle(`../session/${name}.js`, `session/${name}.cjs`);
    exports[name === "session" ? "./session" : `./session/${name}`] = {
      require: { types: `./session/${name}.d.cts`, default: `./session/${name}.cjs` },
      default: { types: `./session/${name}.d.ts`, default: `./session/${name}.js` },
    };
  }
  for (const file of files) {
    const name = file.replace(/\.js$/, "");
    const types = readFileSync(join(folder, `${name}.d.ts`), "utf8");
    writeFileSync(join(folder, `${name}.d.cts`), types.replace(/\.js(["'])/g, ".cjs$1"));
  }
  return exports;
}

/** @param {string} source of codes.js, whose literals are their own types */
function codesTypes(source) {
  const [, literals = ""] = /\(\{\n(.*)\}\);\n$/s.exec(source) ?? [];
  const members = literals
    .replace(/^( +)("?[a-z-]+"?):/gm, "$1readonly $2:")
    .replaceAll(",\n", ";\n");
  return `/** Every code of a refusal, with the step that refuses, its meaning, and what to do. */\nexport declare const codes: {\n${members}};\n`;
}
