// @ts-check
// The configuration as the module takes it: JSON, with keys and secrets in base64.

import { isPlainObject } from "./request.js";

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
  if (typeof configuration !== "object" || configuration === null || Array.isArray(configuration)) {
    throw new ConfigurationError("`configuration` is not an object");
  }
  const { keys, claimsKeys, ...rest } = members(configuration, "configuration");
  return JSON.stringify({
    ...same(rest, ""),
    keys: mapped(keys, "keys", publicKey),
    claimsKeys: mapped(claimsKeys, "claimsKeys", claimsKey),
  });
}

/**
 * The members of an object. Those of an instance are on its class, where nobody looks: a rule that is
 * overlooked is not checked.
 *
 * @param {object} object
 * @param {string} name
 * @returns {Record<string, unknown>}
 */
function members(object, name) {
  if (isPlainObject(object)) return object;
  throw new ConfigurationError(`\`${name}\` is an object of a class; use a plain object`);
}

/**
 * A copy that JSON will not change: it leaves some values out, converts others, and lets an object
 * say by `toJSON` what it is. The module then checks the types.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {any}
 */
function same(value, name) {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) {
    return Array.from(value, (entry, index) => same(entry, `${name}[${index}]`));
  }
  if (typeof value === "object") {
    const given = Object.entries(members(value, name)).filter(([, one]) => one !== undefined);
    const path = name && `${name}.`;
    return Object.fromEntries(given.map(([key, one]) => [key, same(one, path + key)]));
  }
  const isShown = value === undefined || typeof value === "number";
  const kind = isShown ? String(value) : `a ${typeof value}`;
  throw new ConfigurationError(`\`${name}\` is ${kind}, which a configuration cannot hold`);
}

/**
 * @param {unknown} list
 * @param {string} name
 * @param {(key: Record<string, unknown>, name: string) => object} change
 * @returns {unknown}
 */
function mapped(list, name, change) {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) return same(list, name);
  return Array.from(list, (key, index) => {
    const place = `${name}[${index}]`;
    const isKey = typeof key === "object" && key !== null && !Array.isArray(key);
    return isKey ? change(members(key, place), place) : same(key, place);
  });
}

/**
 * @param {Record<string, unknown>} key
 * @param {string} name
 */
function publicKey({ pem, spki, ...rest }, name) {
  if ((pem === undefined) === (spki === undefined)) {
    throw new ConfigurationError(`\`${name}\` needs either \`pem\` or \`spki\``);
  }
  const key = pem === undefined ? bytes(spki, `${name}.spki`) : base64Of(pem, name);
  return { ...same(rest, name), spki: key };
}

/**
 * @param {Record<string, unknown>} key
 * @param {string} name
 */
function claimsKey(key, name) {
  if (key["algorithm"] !== "HS256") return publicKey(key, name);
  const { secret, ...rest } = key;
  const text = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  return { ...same(rest, name), secret: bytes(text, `${name}.secret`) };
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
  if (typeof pem !== "string") throw new ConfigurationError(`\`${name}.pem\` is not a string`);
  const block = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/;
  const [, label = "", body = ""] = block.exec(pem) ?? [];
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
