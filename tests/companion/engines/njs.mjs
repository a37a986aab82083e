// @ts-check
// njs, from which CloudFront's runtime descends, by the program of Debian.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CLOUDFRONT, RUNNER } from "./sources.mjs";

/**
 * @param {string} code of the function
 * @param {import("./trials.mjs").Trial[]} trials
 * @returns {Promise<import("./trials.mjs").Result[]>}
 */
export async function run(code, trials) {
  const printed = runScript(
    code,
    `edgepassRun(JSON.parse(edgepassFs.readFileSync("trials.json", "utf8"))).then(function (results) {
       edgepassFs.writeFileSync("results.json", JSON.stringify(results));
     });`,
    { "trials.json": JSON.stringify(trials) },
    "results.json",
  );
  return JSON.parse(printed);
}

/**
 * Runs the function with a script behind it, and gives the text of a file that this writes.
 *
 * @param {string} code
 * @param {string} script
 * @param {Record<string, string>} files
 * @param {string} result
 * @returns {string}
 */
export function runScript(code, script, files, result) {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-njs-"));
  try {
    // njs finds modules by the very name.
    writeFileSync(join(folder, "cloudfront"), CLOUDFRONT);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const all = `import edgepassFs from "fs";\n${code}\n${RUNNER}\n${script}`;
    writeFileSync(join(folder, "script.js"), all);
    const { status, stdout, stderr, error } = spawnSync("njs", ["-p", folder, "script.js"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    if (error) throw error;
    if (status !== 0 || stderr) throw new Error(`njs failed: ${stdout}${stderr}`);
    return readBack(join(folder, result), stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {string} printed
 */
function readBack(file, printed) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`njs wrote nothing: ${printed}`);
  }
}
