// @ts-check
// Signatures by `node:crypto`, which answers at once.

/**
 * @typedef {import("../verifier.js").HostCrypto} HostCrypto
 */

/**
 * @param {Pick<typeof import("node:crypto"), "createPublicKey" | "verify">} crypto
 * @returns {HostCrypto}
 */
export function nodeCrypto({ createPublicKey, verify }) {
  return {
    importKey: (spki) =>
      createPublicKey({ key: /** @type {any} */ (spki), format: "der", type: "spki" }),
    // RSA is PKCS#1 v1.5 and ECDSA is DER: the defaults for these keys.
    verify: (key, { hash, message, signature }) =>
      verify(hash.replace("-", ""), message, /** @type {any} */ (key), signature),
  };
}
