// @ts-check
// Functions made by the real program.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const program = new URL("../../target/debug/edgepass", import.meta.url).pathname;
export const keys = new URL("../vectors/keys/", import.meta.url).pathname;

/** @type {string[]} */
const folders = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An `edge.toml` of a function that trusts the HS256 secret of the corpus. */
export function functionToml({ lines = "", tables = "" } = {}) {
  return `
    mode = "native"
    ${lines}
    [[claims_key]]
    id = "claims-hs256"
    algorithm = "HS256"
    secret_file = "claims.secret"
    ${tables}`;
}

/** A folder with an `edge.toml` and the files that it names. @param {string} toml */
export function configured(toml) {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-companion-"));
  folders.push(folder);
  for (const file of readdirSync(keys).filter((name) => /\.(public\.pem|secret)$/.test(name))) {
    copyFileSync(join(keys, file), join(folder, file));
  }
  writeFileSync(join(folder, "edge.toml"), toml);
  return folder;
}

/**
 * Runs `edgepass bundle cloudfront-function`.
 *
 * @param {string} toml
 * @param {string[]} [options]
 * @returns {string} the folder
 */
export function bundled(toml, options = []) {
  const folder = configured(toml);
  const out = join(folder, "bundle");
  edgepass([
    "bundle",
    "cloudfront-function",
    "--config",
    join(folder, "edge.toml"),
    "--out",
    out,
    ...options,
  ]);
  return out;
}

/** The text of the function for these settings. @param {string} toml */
export function functionCode(toml) {
  return readFileSync(join(bundled(toml), "function.js"), "utf8");
}

/** @param {string[]} words */
export function edgepass(words) {
  return execFileSync(program, words, { stdio: "pipe", encoding: "utf8" });
}
