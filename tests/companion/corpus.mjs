// @ts-check
// The cases of the corpus as the function meets them: behind CloudFront's own check, with their claims
// tokens signed anew by HS256.

import { createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

import { keys } from "./bundled.mjs";
import { secretOf, signedParts } from "./token.mjs";

/**
 * @typedef {object} Case tests/vectors/schema.json
 * @property {{ scheme: string, method: string, host: string, path: string, query: string | null,
 *   cookies: string[], address: string | null, origin?: string[], referer?: string[] }} request
 * @property {"native"} [mode]
 * @property {{ need: string, max_lifetime: number | null, keys: ClaimsKey[] }} [claims]
 * @property {object} [state]
 * @property {number} now
 *
 * @typedef {{ id: string, algorithm: string, key?: string, secret?: string }} ClaimsKey
 *
 * @typedef {object} Variant one way in which a case reaches the function
 * @property {string} name
 * @property {Case["request"]} request without CloudFront's own values
 * @property {Case["request"]} visible with them
 * @property {number} now
 * @property {string} toml what both edges have of an `edge.toml`
 */

const vectors = new URL("../vectors/", import.meta.url).pathname;

const SIGNING = /^(?:Expires|Policy|Signature|Key-Pair-Id|Hash-Algorithm)$/;
const TOKEN = /(Edgepass-Claims=)([^;&\s]+)/g;

/** Every case in every way. */
export function variants() {
  const names = readdirSync(vectors, { recursive: true })
    .map(String)
    .filter((name) => name.includes("/") && name.endsWith(".json"))
    .sort();
  return names.flatMap((name) => {
    /** @type {Case} */
    const vector = JSON.parse(readFileSync(vectors + name, "utf8"));
    const resigned = changed(vector.request, (token) => resign(token, vector, (text) => text));
    const bound = changed(vector.request, (token) => resign(token, vector, withResources));
    const ways = { "as it is": resigned, "with `res`": bound };
    return Object.entries({ ...ways, moved: moved(bound) }).map(([way, visible]) => ({
      name: `${name}, ${way}`,
      request: withoutSigning(visible),
      visible,
      now: vector.now,
      toml: tomlOf(vector),
    }));
  });
}

/**
 * @param {Case["request"]} request
 * @param {(token: string) => string} change
 */
function changed(request, change) {
  const text = (/** @type {string} */ text) =>
    text.replace(TOKEN, (_, name, token) => name + change(token));
  return {
    ...request,
    query: request.query === null ? null : text(request.query),
    cookies: request.cookies.map(text),
  };
}

/** A token of the cookies in the query, and the other way round. @param {Case["request"]} request */
function moved(request) {
  const inQuery = request.query?.match(TOKEN) ?? [];
  const inCookies = request.cookies.join(";").match(TOKEN) ?? [];
  const gone = changed(request, () => "").query?.replace(/Edgepass-Claims=/g, "other=") ?? null;
  const cookies = request.cookies.map((line) => line.replace(TOKEN, "other=1"));
  const query = [gone, ...inCookies].filter((part) => part !== null).join("&");
  return {
    ...request,
    query: inCookies.length > 0 ? query : gone,
    cookies: [...cookies, ...inQuery],
  };
}

/** @param {Case["request"]} request */
function withoutSigning(request) {
  const isOther = (/** @type {string} */ part) => !SIGNING.test(part.split("=")[0] ?? "");
  const isOtherCookie = (/** @type {string} */ part) => {
    const name = (part.split("=")[0] ?? "").trim();
    return !name.startsWith("CloudFront-") || !SIGNING.test(name.slice(11));
  };
  return {
    ...request,
    query: request.query === null ? null : request.query.split("&").filter(isOther).join("&"),
    cookies: request.cookies.map((line) => line.split(";").filter(isOtherCookie).join(";")),
  };
}

/**
 * @param {string} token
 * @param {Case} vector
 * @param {(payload: string) => string} change
 */
function resign(token, vector, change) {
  const [header = "", payload = "", signature = "", ...more] = token.split(".");
  const text = Buffer.from(header, "base64url").toString();
  const name = /"(ES|RS|HS)256"/.exec(text);
  if (!name || more.length > 0) return token;
  const isValid = (vector.claims?.keys ?? []).some((key) =>
    isSigned(`${header}.${payload}`, signature, key),
  );
  const exact = Buffer.from(payload, "base64url").toString("base64url") === payload;
  const secret = isValid ? secretFor(vector, text) : "x".repeat(32);
  const written = Buffer.from(text.replace(name[0], '"HS256"')).toString("base64url");
  const isPlain = Buffer.from(text).toString("base64url") === header;
  const changedPayload = change(Buffer.from(payload, "base64url").toString());
  const other = Buffer.from(changedPayload).toString("base64url");
  const isSame = changedPayload === Buffer.from(payload, "base64url").toString();
  return signedParts(isPlain ? written : header, isSame || !exact ? payload : other, secret);
}

/**
 * @param {string} text
 * @param {string} signature
 * @param {ClaimsKey} key
 */
function isSigned(text, signature, { algorithm, key, secret }) {
  const bytes = Buffer.from(signature, "base64url");
  if (bytes.toString("base64url") !== signature) return false;
  if (secret !== undefined) {
    const [header = "", payload = ""] = text.split(".");
    return signedParts(header, payload, secretOf(secret.replace(/\.secret$/, ""))).endsWith(
      `.${signature}`,
    );
  }
  const publicKey = createPublicKey(readFileSync(keys + key));
  if ((publicKey.asymmetricKeyType === "ec") !== (algorithm === "ES256")) return false;
  return verify("sha256", Buffer.from(text), { key: publicKey, dsaEncoding: "ieee-p1363" }, bytes);
}

/**
 * @param {Case} vector
 * @param {string} header
 */
function secretFor({ claims }, header) {
  const key = claims?.keys.find(({ id }) => header.includes(`"${id}"`));
  return secretOf((key?.secret ?? "claims.secret").replace(/\.secret$/, ""));
}

/** Most tokens of the corpus are bound to a policy, which the function does not see. @param {string} text */
function withResources(text) {
  if (!text.endsWith("}") || text.includes('"res"')) return text;
  return `${text.slice(0, -1)},"res":["https://*","http://*"]}`;
}

/** @param {Case} vector */
function tomlOf({ request: { scheme }, claims }) {
  const lines = ['mode = "native"', `scheme = "${scheme}"`];
  lines.push(`claims = "${claims?.need === "optional" ? "optional" : "required"}"`);
  const limit = claims?.max_lifetime ?? null;
  if (limit !== null) lines.push(`max_lifetime_seconds = ${limit}`);
  const trusted = claims?.keys ?? [{ id: "claims-hs256", algorithm: "HS256" }];
  for (const { id, secret = "claims.secret" } of trusted) {
    lines.push("[[claims_key]]", `id = ${JSON.stringify(id)}`);
    lines.push('algorithm = "HS256"', `secret_file = "${secret}"`);
  }
  return lines.join("\n");
}

/**
 * The lines of the headers that decide. @param {Case["request"]} request
 * @returns {[string, string][]}
 */
export function sources({ origin = [], referer = [] }) {
  return [
    ...origin.map((value) => /** @type {[string, string]} */ (["Origin", value])),
    ...referer.map((value) => /** @type {[string, string]} */ (["Referer", value])),
  ];
}
