// @ts-check
// Passes signed by the throwaway keys of the corpus, with nothing of the product.

import { createHash, createHmac, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

import { keys } from "./bundle.mjs";
import { HOST } from "./event.mjs";

const IDS = { rsa: "K1RSAEXAMPLE", p256: "K1P256EXAMPLE" };

/** @param {"rsa" | "p256"} name */
const privateKey = (name) => createPrivateKey(readFileSync(`${keys}${name}.private.pem`));
const privateKeys = { rsa: privateKey("rsa"), p256: privateKey("p256") };

/** The keys of claims tokens, as tables of an `edge.toml`. */
export const CLAIMS_KEYS = `
  [[claims_key]]
  id = "claims-rs256"
  algorithm = "RS256"
  pem_file = "rsa-other.public.pem"
  [[claims_key]]
  id = "claims-hs256"
  algorithm = "HS256"
  secret_file = "claims.secret"`;

const claimsKey = createPrivateKey(readFileSync(`${keys}rsa-other.private.pem`));
const claimsSecret = readFileSync(`${keys}claims.secret`, "utf8").trim();

/** The values of a credential with a custom policy. */
export class Pass {
  #values;
  /** @type {string | undefined} */
  #token;
  /** `sub` and `jti` of its claims. */
  subject = "";
  session = "";

  /** @param {Record<string, string>} values */
  constructor(values) {
    this.#values = values;
  }

  /**
   * @param {object} wanted
   * @param {"rsa" | "p256"} [wanted.key]
   * @param {string} [wanted.resource]
   * @param {number} [wanted.expires]
   * @param {string} [wanted.id] of the Key-Pair-Id
   */
  static signed({
    key = "rsa",
    resource = `https://${HOST}/*`,
    expires = Math.floor(Date.now() / 1000) + 3600,
    id = IDS[key],
  } = {}) {
    const condition = { DateLessThan: { "AWS:EpochTime": expires } };
    const policy = JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
    const signature = sign("SHA256", Buffer.from(policy), privateKeys[key]);
    return new Pass({
      Policy: base64(Buffer.from(policy)),
      Signature: base64(signature),
      "Key-Pair-Id": id,
      "Hash-Algorithm": "SHA256",
    });
  }

  /**
   * With a claims token bound to its policy.
   *
   * @param {"RS256" | "HS256"} algorithm
   * @param {number} viewer
   * @param {number} [issued]
   */
  withClaims(algorithm, viewer, issued = Math.floor(Date.now() / 1000)) {
    const [, , policy = ""] = this.secrets;
    const exp = JSON.parse(policy).Statement[0].Condition.DateLessThan["AWS:EpochTime"];
    this.subject = createHash("sha256").update(`viewer ${viewer}`).digest("base64url");
    this.session = createHash("sha256").update(`session ${viewer}`).digest("base64url");
    const claims = {
      sub: this.subject,
      jti: this.session,
      iat: issued,
      exp,
      pol: createHash("sha256").update(policy).digest("base64url"),
    };
    const header = {
      alg: algorithm,
      kid: `claims-${algorithm.toLowerCase()}`,
      typ: "edgepass+jwt",
    };
    const part = (/** @type {object} */ value) =>
      Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part(header)}.${part(claims)}`;
    const signature =
      algorithm === "HS256"
        ? createHmac("sha256", claimsSecret).update(text).digest()
        : sign("SHA256", Buffer.from(text), claimsKey);
    this.#token = `${text}.${signature.toString("base64url")}`;
    return this;
  }

  /** `NAME=VALUE` each. */
  get cookies() {
    const token = this.#token === undefined ? [] : [`Edgepass-Claims=${this.#token}`];
    return this.#cloudFront.concat(token);
  }

  get #cloudFront() {
    return Object.entries(this.#values).map(([name, value]) => `CloudFront-${name}=${value}`);
  }

  get cookie() {
    return this.cookies.join("; ");
  }

  get query() {
    const parameters = Object.entries(this.#values).map(([name, value]) => `${name}=${value}`);
    return parameters.join("&");
  }

  /** The bytes that were signed, and the signature. */
  get signed() {
    const { Policy = "", Signature = "" } = this.#values;
    return { policy: bytes(Policy), signature: bytes(Signature) };
  }

  /** What no log may hold. */
  get secrets() {
    const { Policy = "", Signature = "" } = this.#values;
    return [Policy, Signature, this.signed.policy.toString()];
  }
}

/** @type {Record<string, string>} */
const PLAIN = { "-": "+", _: "=", "~": "/" };

/** @param {string} text in CloudFront's base64 */
function bytes(text) {
  const plain = text.replace(/[-_~]/g, (character) => PLAIN[character] ?? "");
  return Buffer.from(plain, "base64");
}

/** @param {Buffer} bytes */
function base64(bytes) {
  return bytes.toString("base64").replace(/\+/g, "-").replace(/=/g, "_").replace(/\//g, "~");
}
