// @ts-check
// The types: what must compile does, and what must not does not, however modules are resolved.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { built, command, here, project } from "./project.mjs";

const folder = project();

/** @param {Record<string, unknown>} options */
function compiled(options) {
  const compilerOptions = {
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: "es2022",
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const { stdout } = spawnSync(command("tsc"), ["-p", folder], { encoding: "utf8" });
  return stdout;
}

for (const options of [
  { module: "esnext", moduleResolution: "bundler" },
  { module: "nodenext", moduleResolution: "nodenext" },
]) {
  test(`with ${options.moduleResolution}`, () => {
    cpSync(join(here, "types"), join(folder, "types"), { recursive: true });
    assert.equal(compiled(options), "");
  });
}

test("from CommonJS", () => {
  writeFileSync(
    join(folder, "types", "common.cts"),
    `import { createVerifier } from "edgepass";
     import { explain } from "edgepass/explain";
     import { codes } from "edgepass/codes";
     export const both = [createVerifier, explain, codes["expired"].hint];\n`,
  );
  assert.equal(compiled({ module: "nodenext", moduleResolution: "nodenext" }), "");
});

test("are the types wrong", () => {
  // Node's resolution before `exports`, TypeScript's `node10`, knows no entries but files.
  const profile = ["--profile", "node16", "--format", "ascii", "--no-emoji"];
  const words = ["--pack", join(folder, "node_modules/edgepass"), ...profile];
  const modules = ["verifier.wasm", "inspector.wasm", "explainer.wasm", "package.json"];
  execFileSync(command("attw"), [...words, "--exclude-entrypoints", ...modules], {
    stdio: ["ignore", "inherit", "inherit"],
  });
});

test("publint", async () => {
  const { publint } = await import("publint");
  const { messages } = await publint({
    pkgDir: join(folder, "node_modules/edgepass"),
    strict: true,
  });
  assert.deepEqual(messages, []);
});

test("the documentation of the types is written from them", () => {
  const entries = ["index", "explain", "module", "codes"].map((name) =>
    join(built, `${name}.d.ts`),
  );
  const out = new URL("../../wasm/dist/npm-docs/", import.meta.url).pathname;
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        lib: ["es2022", "dom"],
        types: [],
        module: "esnext",
        moduleResolution: "bundler",
      },
      files: entries,
    }),
  );
  const words = ["--tsconfig", join(folder, "tsconfig.json"), "--out", out, "--name", "edgepass"];
  const strict = ["--treatWarningsAsErrors", "--readme", "none", "--disableSources"];
  const plugin = ["--plugin", "typedoc-plugin-markdown", "--basePath", built];
  execFileSync(command("typedoc"), [...words, ...strict, ...plugin, ...entries], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
  });
  assert.match(readFileSync(join(out, "index/functions/createVerifier.md"), "utf8"), /Promise/);
});
