// @ts-check
// Prints the size of a module and fails if it is over its budget: it is loaded at every cold start.

import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const RAW_BUDGET = 150 * 1024;
const GZIP_BUDGET = 60 * 1024;

const [path = ""] = process.argv.slice(2);
const bytes = readFileSync(path);
const gzip = gzipSync(bytes, { level: 9 }).length;
const brotli = brotliCompressSync(bytes).length;
console.log(`${path}: ${bytes.length} bytes, gzip ${gzip}, brotli ${brotli}`);
if (bytes.length > RAW_BUDGET || gzip > GZIP_BUDGET) {
  console.error(`over the budget of ${RAW_BUDGET} bytes, gzip ${GZIP_BUDGET}`);
  process.exit(1);
}
