// @ts-check
// What is revoked, in WASM: building, reading and asking the body of a state.
//
//   cargo build --profile wasm -p edgepass-wasm --example lookup_bench --target wasm32-unknown-unknown
//   node wasm/examples/lookup_bench.mjs target/wasm32-unknown-unknown/wasm/examples/lookup_bench.wasm

import { readFileSync } from "node:fs";

const ROUNDS = 101;
/** Together they take about a millisecond. */
const LOOK_UPS = 4000;

/**
 * @typedef {object} Exports
 * @property {(entries: number) => void} choose
 * @property {() => void} build
 * @property {() => void} read
 * @property {(times: number) => number} ask
 */

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: lookup_bench.mjs lookup_bench.wasm");
  process.exit(2);
}
const module = new WebAssembly.Module(readFileSync(path));

console.log("| entries, in WASM | build, ms | decode without its SHA-256, ms | one look-up, ns |");
console.log("| ---: | ---: | ---: | ---: |");
for (const entries of [1_000, 10_000, 100_000, 1_000_000]) {
  const { exports } = new WebAssembly.Instance(module);
  const bench = /** @type {Exports} */ (/** @type {unknown} */ (exports));
  bench.choose(entries);
  /** @type {Record<"builds" | "reads" | "asks", number[]>} */
  const { builds, reads, asks } = { builds: [], reads: [], asks: [] };
  for (let round = 0; round < 9; round += 1) {
    builds.push(timed(bench.build));
    reads.push(timed(bench.read));
  }
  let revoked = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    asks.push(timed(() => (revoked += bench.ask(LOOK_UPS))) / LOOK_UPS);
  }
  const share = revoked / ROUNDS / LOOK_UPS;
  if (share < 0.25 || share > 0.75) throw new Error(`${share} of those asked were revoked`);
  const [build, read] = [Math.min(...builds), Math.min(...reads)];
  const figures = [build.toFixed(2), read.toFixed(2), (median(asks) * 1e6).toFixed(0)];
  console.log(`| ${entries} | ${figures.join(" | ")} |`);
}

/** @param {() => unknown} once */
function timed(once) {
  const start = performance.now();
  once();
  return performance.now() - start;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
