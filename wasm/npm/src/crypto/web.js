// @ts-check
// Signatures by WebCrypto, which answers later.

/**
 * @typedef {import("../verifier.js").HostCrypto} HostCrypto
 */

/**
 * @param {SubtleCrypto | undefined} subtle browsers have none on pages that are not secure
 * @returns {HostCrypto | undefined}
 */
export function webCrypto(subtle) {
  if (subtle === undefined) return undefined;
  return {
    importKey: (spki, { rsa, hash }) => {
      const algorithm = rsa
        ? { name: "RSASSA-PKCS1-v1_5", hash }
        : { name: "ECDSA", namedCurve: "P-256" };
      return subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    },
    verify: (key, { rsa, hash, message, signature, concatenated }) => {
      const algorithm = rsa ? { name: "RSASSA-PKCS1-v1_5" } : { name: "ECDSA", hash };
      const value = rsa ? signature : concatenated;
      // What is no ECDSA signature in DER has no other form either.
      return (
        value !== undefined && subtle.verify(algorithm, /** @type {any} */ (key), value, message)
      );
    },
  };
}
