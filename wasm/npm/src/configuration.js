// @ts-check
// The configuration as the module takes it: JSON, with keys and secrets in base64.

/**
 * @typedef {import("../index.js").Configuration} Configuration
 */

/** A configuration, or evidence, that is not what it should be. */
export class ConfigurationError extends Error {
  /** @override */
  name = "ConfigurationError";
}

/**
 * @param {Configuration} configuration
 * @returns {string}
 */
export function configurationJson(configuration) {
  const { keys, claimsKeys, ...rest } = /** @type {any} */ (configuration ?? {});
  return JSON.stringify({
    ...rest,
    keys: mapped(keys, "keys", publicKey),
    claimsKeys: mapped(claimsKeys, "claimsKeys", claimsKey),
  });
}

/**
 * @param {unknown} list
 * @param {string} name
 * @param {(key: Record<string, unknown>, name: string) => object} change
 * @returns {unknown}
 */
function mapped(list, name, change) {
  if (!Array.isArray(list)) return list;
  return list.map((key, index) =>
    typeof key === "object" && key !== null ? change(key, `${name}[${index}]`) : key,
  );
}

/**
 * @param {Record<string, unknown>} key
 * @param {string} name
 */
function publicKey({ pem, spki, ...rest }, name) {
  if ((pem === undefined) === (spki === undefined)) {
    throw new ConfigurationError(`\`${name}\` needs either \`pem\` or \`spki\``);
  }
  return { ...rest, spki: pem === undefined ? bytes(spki, `${name}.spki`) : base64Of(pem, name) };
}

/**
 * @param {Record<string, unknown>} key
 * @param {string} name
 */
function claimsKey(key, name) {
  if (key["algorithm"] !== "HS256") return publicKey(key, name);
  const { secret, ...rest } = key;
  const text = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  return { ...rest, secret: bytes(text, `${name}.secret`) };
}

/** What a PEM that is no public key holds, and what to do. */
const OTHER_LABELS = [
  {
    label: /PRIVATE KEY$/,
    problem:
      "is a private key, which does not belong here; export its public half with `openssl pkey -in private.pem -pubout`",
  },
  {
    label: /CERTIFICATE$/,
    problem:
      "is a certificate; take the key out of it with `openssl x509 -in certificate.pem -noout -pubkey`",
  },
  {
    label: /^RSA PUBLIC KEY$/,
    problem:
      "is in PKCS#1 form; convert it with `openssl rsa -RSAPublicKey_in -in old.pem -pubout`",
  },
];

/**
 * The base64 of a PEM (RFC 7468, 13).
 *
 * @param {unknown} pem
 * @param {string} name
 */
function base64Of(pem, name) {
  const block = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/;
  const [, label = "", body = ""] = block.exec(String(pem)) ?? [];
  if (label === "PUBLIC KEY") return body.replace(/\s/g, "");
  const other = OTHER_LABELS.find((one) => one.label.test(label));
  const problem =
    other?.problem ??
    "is not a public key in PEM form, whose first line is `-----BEGIN PUBLIC KEY-----`";
  throw new ConfigurationError(`\`${name}.pem\` ${problem}`);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {string} base64
 */
function bytes(value, name) {
  if (!(value instanceof Uint8Array)) {
    throw new ConfigurationError(`\`${name}\` is not a \`Uint8Array\``);
  }
  return btoa(String.fromCharCode(...value));
}
