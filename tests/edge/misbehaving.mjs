// @ts-check
// The real module, with crypto that fails it in the midst of its work.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parts } from "./bundle.mjs";

// (module (func (export "trap") unreachable))
const TRAP = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic and version
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // types: () -> ()
  ...[0x03, 0x02, 0x01, 0x00], // functions: one, of type 0
  ...[0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00], // exports: trap, function 0
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b], // code: unreachable, end
);
export const { trap } = /** @type {{ trap: () => never }} */ (
  /** @type {unknown} */ (new WebAssembly.Instance(new WebAssembly.Module(TRAP)).exports)
);

/**
 * What the crypto of all `misbehavingParts` does before it verifies.
 *
 * @param {((memory: Uint8Array) => void) | undefined} how given a view of the memory of the module
 *   in the midst of its work
 */
export function misbehave(how) {
  Reflect.set(globalThis, "misbehave", how);
}

/** The lines after which it does, and that view. */
const PLACES = {
  verifier: [
    {
      file: "host.mjs",
      line: "export function verifySignature(handle, sha1, message, signature) {",
      memory: "message",
    },
    {
      file: "powers.mjs",
      line: "export function isPower(handle, signature, info) {",
      memory: "info",
    },
  ],
  crypto: [
    {
      file: "crypto.js",
      line: "    verifies(sha1, message, signature) {",
      memory: "getUint8ArrayMemory0()",
    },
  ],
};

/**
 * The function's parts, with such crypto.
 *
 * @param {keyof typeof PLACES} [module] whose work it ends
 */
export function misbehavingParts(module = "verifier") {
  const from = parts();
  for (const { file, line, memory } of PLACES[module]) {
    const path = join(from, file);
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(line));
    writeFileSync(path, text.replace(line, `${line}\n  globalThis.misbehave?.(${memory});`));
  }
  return from;
}
