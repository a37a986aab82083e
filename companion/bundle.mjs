// @ts-check
// Joins and minifies the function, in the language of the runtime `cloudfront-js-2.0`. Each setting
// stands in it once, as `__EDGEPASS_NAME__`.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { build } = createRequire(here("../wasm/"))("esbuild");

/** What the code without its settings may have, so that there is room for settings below 8 KB in all. */
const MAX_BYTES = 7850;

/** The places of the settings. */
const settings = readFileSync(here("function/settings.js"), "utf8").match(/EDGEPASS_\w+/g) ?? [];

/**
 * The function, with the places of its settings.
 *
 * @param {(file: string, source: string) => string} [change] of a source, by tests
 * @returns {Promise<string>}
 */
export async function bundle(change = (_, source) => source) {
  const sources = {
    name: "sources",
    setup: (/** @type {any} */ { onLoad }) => {
      onLoad({ filter: /\.js$/ }, ({ path = "" }) => ({
        contents: change(basename(path), readFileSync(path, "utf8")),
      }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [here("function/handler.js")],
    bundle: true,
    write: false,
    format: "esm",
    external: ["cloudfront", "crypto"],
    minify: true,
    // The runtime has `async`, but no object spread, no `catch` without a name, and no `{ name }`.
    target: "es2017",
    supported: { "object-extensions": false },
    // Our own properties; all others are the event's, the runtime's or the token's.
    mangleProps: /^(?:text|rest|tokens|escaped)$/,
    define: Object.fromEntries(settings.map((name) => [name, `__${name}__`])),
    plugins: [sources],
    logLevel: "warning",
  });
  return asScript(outputFiles[0].text);
}

/**
 * A function of CloudFront is a script with `handler`, not a module that exports it.
 *
 * @param {string} module
 */
function asScript(module) {
  const exported = /export\{([\w$]+) as handler\};\s*$/.exec(module);
  if (!exported) throw new Error("the bundle does not export `handler`");
  const [all, name] = exported;
  const code = `${module.slice(0, -all.length)}\n`;
  const declared = `async function ${name}(`;
  if (code.split(declared).length !== 2) throw new Error(`the bundle does not declare \`${name}\``);
  return code.replace(declared, "async function handler(");
}

async function main() {
  const script = await bundle();
  let bytes = Buffer.byteLength(script);
  for (const setting of settings) {
    const place = `__${setting}__`;
    if (script.split(place).length !== 2) throw new Error(`${place} is not there once`);
    bytes -= place.length;
  }
  mkdirSync(here("dist"), { recursive: true });
  writeFileSync(here("dist/function.js"), script);
  console.log(`companion/dist/function.js: ${bytes} bytes of at most ${MAX_BYTES}`);
  if (bytes > MAX_BYTES) process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
