// @ts-check
// `sizes.mjs FILE RAW GZIP`: prints the size of a module and fails over its budget, in KB. The
// verifiers are loaded at every cold start.

import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const [path = "", ...budgets] = process.argv.slice(2);
const [raw = 0, packed = 0] = budgets.map((budget) => Number(budget) * 1024);
const bytes = readFileSync(path);
const gzip = gzipSync(bytes, { level: 9 }).length;
const brotli = brotliCompressSync(bytes).length;
console.log(`${path}: ${bytes.length} bytes, gzip ${gzip}, brotli ${brotli}`);
if (bytes.length > raw || gzip > packed) {
  console.error(`over the budget of ${raw} bytes, gzip ${packed}`);
  process.exit(1);
}
