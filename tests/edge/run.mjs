// @ts-check
// Runs in-engine/*.test.mjs in every version of Node.js that Lambda runs.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const folder = new URL("in-engine/", import.meta.url).pathname;
const tests = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
if (tests.length === 0) throw new Error("there are no tests");

let failed = 0;
for (const engine of ["node20", "node22", "node24"]) {
  const node = new URL(`node_modules/${engine}/bin/node`, import.meta.url).pathname;
  console.log(`--- ${engine}: ${spawnSync(node, ["--version"]).stdout}`);
  const words = ["--test", "--test-reporter=spec", ...tests.map((name) => folder + name)];
  const { status, error } = spawnSync(node, words, { stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
