// @ts-check
// The corpus as one list, the files of its keys read in.

import { readdirSync, readFileSync } from "node:fs";

/** @typedef {import("./corpus.mjs").Case} Case */

const vectors = new URL("../vectors/", import.meta.url).pathname;

/** @param {string} file */
const key = (file) => readFileSync(`${vectors}keys/${file}`, "utf8");

/**
 * Why the package cannot be asked; nothing if it can.
 *
 * @param {any} vector
 */
function inexpressible({ state, now }) {
  if (state !== undefined) return "the package does not check revocation";
  if (!Number.isSafeInteger(now)) return "JavaScript has no such number of seconds";
  return undefined;
}

/** @returns {{ cases: Case[], left: Map<string, number> }} */
export function corpus() {
  /** @type {Case[]} */
  const cases = [];
  /** @type {Map<string, number>} */
  const left = new Map();
  for (const name of readdirSync(vectors, { recursive: true }).map(String).sort()) {
    if (!name.includes("/") || !name.endsWith(".json")) continue;
    const vector = JSON.parse(readFileSync(vectors + name, "utf8"));
    const reason = inexpressible(vector);
    if (reason === undefined) {
      const { request, now, expect } = vector;
      cases.push({ name, request, configuration: configuration(vector), now, expect });
    } else left.set(reason, (left.get(reason) ?? 0) + 1);
  }
  return { cases, left };
}

/**
 * @param {any} vector
 * @returns {import("edgepass").Configuration}
 */
function configuration({ trust, mode, claims }) {
  const keys = trust.map((/** @type {any} */ { id, key: file, algorithms }) => ({
    ...(id === null ? {} : { id }),
    pem: key(file),
    algorithms,
  }));
  const rules =
    claims === undefined
      ? { claims: "off" }
      : {
          claims: claims.need,
          ...(claims.max_lifetime === null ? {} : { maxLifetimeSeconds: claims.max_lifetime }),
          claimsKeys: claims.keys.map((/** @type {any} */ { id, algorithm, key: file, secret }) =>
            file === undefined
              ? { id, algorithm, secret: key(secret) }
              : { id, algorithm, pem: key(file) },
          ),
        };
  return /** @type {any} */ ({ keys, ...(mode === undefined ? {} : { mode }), ...rules });
}
