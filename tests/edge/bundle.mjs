// @ts-check
// Bundles made by the real program, each in a folder of its own.

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
import { pathToFileURL } from "node:url";

/**
 * @typedef {import("../../edge-validator/lambda-edge/handler.mjs").EdgeRequest} EdgeRequest
 * @typedef {import("../../edge-validator/lambda-edge/handler.mjs").EdgeResponse} EdgeResponse
 * @typedef {(event: unknown) => Promise<EdgeRequest & Partial<EdgeResponse>>} Handler a request to
 *   go on with, or a response: what tells them apart is `status`
 */

const program = new URL("../../target/debug/edgepass", import.meta.url).pathname;
export const keys = new URL("../vectors/keys/", import.meta.url).pathname;

/** @type {string[]} */
const folders = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An `edge.toml` that trusts the RSA key of the corpus, and `lines` before its tables. */
export function edgeToml({ lines = "", tables = "" } = {}) {
  return `
    claims = "off"
    ${lines}
    [[key]]
    id = "K1RSAEXAMPLE"
    pem_file = "rsa.public.pem"
    algorithms = ["RSA-SHA256"]
    [[key]]
    id = "K1P256EXAMPLE"
    pem_file = "p256.public.pem"
    algorithms = ["ECDSA-SHA256"]
    ${tables}`;
}

/**
 * Runs `edgepass bundle lambda-edge`.
 *
 * @param {string} toml
 * @returns {string} the folder
 */
export function bundled(toml) {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-edge-"));
  folders.push(folder);
  for (const file of readdirSync(keys).filter((name) => /\.(public\.pem|secret)$/.test(name))) {
    copyFileSync(join(keys, file), join(folder, file));
  }
  const config = join(folder, "edge.toml");
  writeFileSync(config, toml);
  const out = join(folder, "function");
  const words = ["bundle", "lambda-edge", "--config", config, "--out", out, "--danger-public"];
  execFileSync(program, words, { stdio: "pipe" });
  return out;
}

/**
 * Imports a file of a bundle.
 *
 * @param {string} folder
 * @param {string} file
 * @returns {Promise<any>}
 */
export function imported(folder, file) {
  return import(pathToFileURL(join(folder, file)).href);
}

/**
 * The function as Lambda loads it.
 *
 * @param {string} folder
 * @returns {Promise<Handler>}
 */
export async function deployed(folder) {
  const { handler } = await imported(folder, "index.mjs");
  return handler;
}

/**
 * A handler from a bundle's parts that verifies signatures in WASM.
 *
 * @param {string} folder whose index.mjs is imported already
 * @param {{ now?: () => number, log?: (line: string) => void }} parts
 * @returns {Promise<Handler>}
 */
export async function withoutHostCrypto(folder, { now = Date.now, log = console.log } = {}) {
  const { EdgeValidator } = await imported(folder, "edgepass.js");
  const { createHandler } = await imported(folder, "handler.mjs");
  const settings = readFileSync(join(folder, "settings.json"), "utf8");
  return createHandler({ start: () => new EdgeValidator(settings, true), now, log });
}
