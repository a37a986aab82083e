// @ts-check
// Passes signed by the throwaway keys of the corpus, with nothing of the product.

import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

import { keys } from "./bundle.mjs";
import { HOST } from "./event.mjs";

const IDS = { rsa: "K1RSAEXAMPLE", p256: "K1P256EXAMPLE" };

/** @param {"rsa" | "p256"} name */
const privateKey = (name) => createPrivateKey(readFileSync(`${keys}${name}.private.pem`));
const privateKeys = { rsa: privateKey("rsa"), p256: privateKey("p256") };

/** The values of a credential with a custom policy. */
export class Pass {
  #values;

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

  /** `NAME=VALUE` each. */
  get cookies() {
    return Object.entries(this.#values).map(([name, value]) => `CloudFront-${name}=${value}`);
  }

  get cookie() {
    return this.cookies.join("; ");
  }

  get query() {
    const parameters = Object.entries(this.#values).map(([name, value]) => `${name}=${value}`);
    return parameters.join("&");
  }

  /** What no log may hold. */
  get secrets() {
    const { Policy = "", Signature = "" } = this.#values;
    const plain = Policy.replace(/[-_~]/g, (character) => PLAIN[character] ?? "");
    return [Policy, Signature, Buffer.from(plain, "base64").toString()];
  }
}

/** @type {Record<string, string>} */
const PLAIN = { "-": "+", _: "=", "~": "/" };

/** @param {Buffer} bytes */
function base64(bytes) {
  return bytes.toString("base64").replace(/\+/g, "-").replace(/=/g, "_").replace(/\//g, "~");
}
