// @ts-check
// A project that has installed the packed tarball, as users do.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { corpus } from "./cases.mjs";

export const here = new URL(".", import.meta.url).pathname;
export const built = new URL("../../wasm/dist/npm/", import.meta.url).pathname;

/** @param {string} name of a command from the npm registry */
export const command = (name) => join(here, "node_modules/.bin", name);

/** @returns {string} the folder of the project */
export function project() {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-npm-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["pack", built, "--pack-destination", folder, "--silent"], { cwd: folder });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack wrote no tarball");
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  execFileSync("npm", ["install", "--offline", ...quiet, `./${tarball}`], { cwd: folder });
  cpSync(join(here, "corpus.mjs"), join(folder, "corpus.mjs"));
  writeFileSync(join(folder, "corpus.json"), JSON.stringify(corpus().cases));
  return folder;
}

/**
 * Runs a program in the project and reads the JSON that it prints.
 *
 * @param {string} folder
 * @param {string} program
 * @param {string[]} words
 * @returns {Promise<any>}
 */
export async function run(folder, program, words) {
  const maxBuffer = 16 << 20;
  const { stdout } = await promisify(execFile)(program, words, { cwd: folder, maxBuffer });
  return JSON.parse(stdout);
}
