// @ts-check
// Verification in WASM beside other ways to verify in Node, in one run and in turns:
//
//   CARGO_PROFILE_WASM_OPT_LEVEL=3 cargo build --profile wasm -p edgepass-wasm --example crypto_bench \
//     --target wasm32-unknown-unknown
//   node wasm/examples/crypto_bench.mjs target/wasm32-unknown-unknown/wasm/examples/crypto_bench.wasm
//
// Level 3 for the other crates, which the profile would optimise for size; this crate keeps the
// level that it ships with.

import { generateKeyPairSync, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const ROUNDS = 41;
/** Long enough for the clock, short enough that a disturbance spoils one round only. */
const ROUND_MILLISECONDS = 4;

const message = Buffer.from(
  JSON.stringify({
    Statement: [
      {
        Resource: "https://media.example.com/film/*",
        Condition: { DateLessThan: { "AWS:EpochTime": 1767290400 } },
      },
    ],
  }),
);

/**
 * @typedef {import("node:crypto").KeyObject} KeyObject
 * @typedef {object} Exports
 * @property {() => void} begin
 * @property {(byte: number) => void} push
 * @property {() => void} load
 * @property {(times: number) => number} verify_ours
 * @property {(times: number) => number} verify_theirs
 * @typedef {(times: number) => number} Contender gives the number of valid verifications
 */

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: crypto_bench.mjs crypto_bench.wasm");
  process.exit(2);
}
const bytes = readFileSync(path);

console.log("| verification by SHA-256 | median, µs | least, µs |");
console.log("| --- | ---: | ---: |");
for (const bits of [2048, 4096]) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const signature = sign("sha256", message, privateKey);
  const { ours, theirs } = wasm(publicKey, signature);
  measure(`RSA-${bits}`, {
    "WASM, this crate": ours,
    "WASM, crate rsa 0.10": theirs,
    "node:crypto": node(publicKey, signature),
  });
}
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signature = sign("sha256", message, privateKey);
const first = firstVerdict(publicKey, signature);
const { ours, theirs } = wasm(publicKey, signature);
measure("P-256", {
  "WASM, this crate": ours,
  "WASM, crate p256 0.14": theirs,
  "node:crypto": node(publicKey, signature),
});
console.log(`\nP-256, from the compiled module to the first verdict: ${first.toFixed(1)} ms`);

/**
 * @param {string} kind
 * @param {Record<string, Contender>} contenders
 */
function measure(kind, contenders) {
  const runs = Object.entries(contenders).map(([name, contender]) => {
    // Also lets the compiler reach its last tier.
    const warm = time(contender, 200) / 200;
    const times = Math.max(1, Math.round(ROUND_MILLISECONDS / warm));
    return { name, contender, times, microseconds: /** @type {number[]} */ ([]) };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const run of runs) {
      run.microseconds.push((1000 * time(run.contender, run.times)) / run.times);
    }
  }
  for (const { name, microseconds } of runs) {
    microseconds.sort((a, b) => a - b);
    const [least = NaN] = microseconds;
    const median = microseconds[(ROUNDS - 1) / 2] ?? NaN;
    console.log(`| ${kind}, ${name} | ${median.toFixed(1)} | ${least.toFixed(1)} |`);
  }
}

/**
 * @param {Contender} contender
 * @param {number} times
 */
function time(contender, times) {
  const start = performance.now();
  const valid = contender(times);
  const milliseconds = performance.now() - start;
  if (valid !== times) throw new Error(`${times - valid} of ${times} valid signatures refused`);
  return milliseconds;
}

/**
 * A fresh instance, loaded.
 * @param {KeyObject} key
 * @param {Buffer} signature
 * @param {WebAssembly.Module} [module]
 */
function wasm(key, signature, module = new WebAssembly.Module(bytes)) {
  /** @type {WebAssembly.Imports} */
  const imports = {};
  // The crate's imports from JS, which verification does not use.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => 0;
  }
  const instance = new WebAssembly.Instance(module, imports);
  const exports = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
  for (const input of [key.export({ format: "der", type: "spki" }), message, signature]) {
    exports.begin();
    for (const byte of input) exports.push(byte);
  }
  exports.load();
  return { ours: exports.verify_ours, theirs: exports.verify_theirs };
}

/**
 * Includes the tables of P-256.
 * @param {KeyObject} key
 * @param {Buffer} signature
 */
function firstVerdict(key, signature) {
  const module = new WebAssembly.Module(bytes);
  const start = performance.now();
  wasm(key, signature, module).ours(1);
  return performance.now() - start;
}

/**
 * @param {KeyObject} key
 * @param {Buffer} signature
 * @returns {Contender}
 */
function node(key, signature) {
  return (times) => {
    let valid = 0;
    for (let i = 0; i < times; i++) valid += Number(verify("sha256", message, key, signature));
    return valid;
  };
}
