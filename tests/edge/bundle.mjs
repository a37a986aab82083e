// @ts-check
// Bundles made by the real program, each in a folder of its own.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
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

export const program = new URL("../../target/debug/edgepass", import.meta.url).pathname;
const dist = new URL("../../wasm/dist/", import.meta.url).pathname;
export const keys = new URL("../vectors/keys/", import.meta.url).pathname;

/** For look-ups that succeed, on a machine that does much else: in milliseconds. */
const PATIENCE = 60_000;

/** @type {string[]} */
const folders = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An `edge.toml` that trusts the RSA key of the corpus, and `lines` before its tables. */
export function edgeToml({ claims = "off", lines = "", tables = "" } = {}) {
  return `
    claims = "${claims}"
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
 * @param {string[]} [options]
 * @returns {string} the folder
 */
export function bundled(toml, options = []) {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-edge-"));
  folders.push(folder);
  for (const file of readdirSync(keys).filter((name) => /\.(public\.pem|secret)$/.test(name))) {
    copyFileSync(join(keys, file), join(folder, file));
  }
  const config = join(folder, "edge.toml");
  writeFileSync(config, toml);
  const out = join(folder, "function");
  const words = ["bundle", "lambda-edge", "--config", config, "--out", out, "--danger-public"];
  execFileSync(program, [...words, ...options], { stdio: "pipe" });
  return out;
}

/**
 * The function as Lambda loads it.
 *
 * @param {string} folder
 * @returns {Promise<Handler>}
 */
export async function deployed(folder) {
  const { handler } = await import(pathToFileURL(join(folder, "index.mjs")).href);
  return handler;
}

/** A copy of the function's parts, of which Node knows no other instance. */
export function parts() {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-parts-"));
  folders.push(folder);
  cpSync(dist, folder, { recursive: true });
  return folder;
}

/**
 * A handler from the function's parts, which takes its clock and its log from the caller.
 *
 * @param {string} folder of the bundle
 * @param {{ now?: () => number, log?: (line: string) => void, from?: string, patience?: number }}
 *   [others] `from`: the folder of the parts
 * @returns {Promise<Handler>}
 */
export async function handlerOf(
  folder,
  { now = Date.now, log = console.log, from = parts(), patience = PATIENCE } = {},
) {
  const [{ createHandler }, { watchState }, { starter }] = await Promise.all([
    imported(from, "handler.mjs"),
    imported(from, "state.mjs"),
    imported(from, "validator.mjs"),
  ]);
  const settings = readFileSync(join(folder, "settings.json"), "utf8");
  const module = new WebAssembly.Module(readFileSync(join(folder, "edgepass_bg.wasm")));
  const start = starter({ module, settings });
  const { revocation } = JSON.parse(settings);
  const state = revocation && watchState({ url: revocation.url, patience, now, log });
  return createHandler({ start, now, log, state });
}

/**
 * Imports one of the function's parts.
 *
 * @param {string} folder from `parts`
 * @param {string} file
 * @returns {Promise<any>}
 */
export function imported(folder, file) {
  return import(pathToFileURL(join(folder, file)).href);
}
