// @ts-check
// Claims tokens signed with the throwaway secrets of the corpus, with nothing of the product.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

import { keys } from "./bundled.mjs";
import { HOST } from "./event.mjs";

/** @param {string} name */
export const secretOf = (name) => readFileSync(`${keys}${name}.secret`, "utf8").trim();

export const NOW = 1_764_560_000;

/** Claims that admit every URL of the host. */
export const CLAIMS = {
  sub: "subject-1",
  jti: "session-1",
  iat: NOW - 60,
  exp: NOW + 3600,
  res: [`https://${HOST}/*`],
};

export const HEADER = { alg: "HS256", kid: "claims-hs256", typ: "edgepass+jwt" };

/**
 * @param {object | string} claims a text is taken as it is
 * @param {object | string} [header]
 * @param {string} [secret]
 */
export function signed(claims, header = HEADER, secret = secretOf("claims")) {
  return signedParts(part(header), part(claims), secret);
}

/**
 * @param {string} header in base64url
 * @param {string} payload likewise
 * @param {string} secret
 */
export function signedParts(header, payload, secret) {
  const text = `${header}.${payload}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** @param {object | string} value */
function part(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return Buffer.from(text).toString("base64url");
}
