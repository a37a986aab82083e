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
 * @param {((message: Uint8Array) => void) | undefined} how given the message, which lies in the
 *   memory of the module
 */
export function misbehave(how) {
  Reflect.set(globalThis, "misbehave", how);
}

/** The line after which it does. */
const LINE = "export function verifySignature(handle, sha1, message, signature) {";

/** The function's parts, with such crypto. */
export function misbehavingParts() {
  const from = parts();
  const path = join(from, "node-crypto.mjs");
  const text = readFileSync(path, "utf8");
  assert.ok(text.includes(LINE));
  writeFileSync(path, text.replace(LINE, `${LINE}\n  globalThis.misbehave?.(message);`));
  return from;
}
