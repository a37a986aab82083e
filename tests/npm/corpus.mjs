// @ts-check
// The corpus through the package. It runs in every runtime, so it uses nothing of any.

/**
 * @typedef {object} Case tests/vectors/schema.json, with the keys in place of their files
 * @property {string} name
 * @property {{ scheme: string, method: string, host: string, path: string, query: string | null,
 *   cookies: string[], address: string | null, origin?: string[], referer?: string[] }} request
 * @property {import("edgepass").Configuration} configuration
 * @property {number} now
 * @property {{ decision: string, stage?: string, code?: string, cloudfront?: string | null }} expect
 *
 * @typedef {object} Report
 * @property {number} run
 * @property {string[]} differences
 */

/**
 * @param {typeof import("edgepass").createVerifier} createVerifier
 * @param {Case[]} cases
 * @returns {Promise<Report>}
 */
export async function runCorpus(createVerifier, cases) {
  /** @type {Map<string, Promise<import("edgepass").Verifier>>} */
  const verifiers = new Map();
  /** @type {string[]} */
  const differences = [];
  for (const { name, request, configuration, now, expect } of cases) {
    const text = JSON.stringify(configuration);
    if (!verifiers.has(text)) verifiers.set(text, createVerifier(configuration));
    const verifier = await verifiers.get(text);
    const { scheme, host, path, query, method, cookies, origin, referer, address } = request;
    const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
    const headers = { Cookie: cookies, Origin: origin, Referer: referer };
    const verdict = await verifier?.verify({ url, method, headers }, { ip: address, now });
    const found = JSON.stringify(outcome(verdict));
    const expected = JSON.stringify(outcome(expect));
    if (found !== expected) differences.push(`${name}: ${found} instead of ${expected}`);
  }
  return { run: cases.length, differences };
}

/** @param {any} verdict */
function outcome({ decision, stage, code, cloudfront }) {
  return decision === "allow" ? [decision] : [decision, stage, code, cloudfront];
}
