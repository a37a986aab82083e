// @ts-check
// The verifier: the module decides, the host's crypto says whether signatures hold.

import * as glue from "../../dist/verifier.js";
import { codes } from "../codes.js";
import { ConfigurationError, configurationJson } from "./configuration.js";
import { Machine } from "./machine.js";
import { seconds, viewerRequest } from "./request.js";

/**
 * @typedef {import("../index.js").Configuration} Configuration
 * @typedef {import("../index.js").Context} Context
 * @typedef {import("../index.js").VerifiableRequest} VerifiableRequest
 * @typedef {import("../index.js").Verdict} Verdict
 *
 * @typedef {object} Question whether a signature is a key's
 * @property {boolean} rsa else it is P-256
 * @property {"SHA-1" | "SHA-256"} hash
 * @property {Uint8Array<ArrayBuffer>} message
 * @property {Uint8Array<ArrayBuffer>} signature ECDSA: in DER
 * @property {Uint8Array<ArrayBuffer> | undefined} concatenated ECDSA: `r` and `s`
 *
 * @typedef {object} State what is gone when the module is started anew
 * @property {glue.PassVerifier} decider
 * @property {number} start
 * @property {Map<string, unknown>} keys imported into the host's crypto
 *
 * @typedef {object} HostCrypto what it throws or refuses the module computes itself
 * @property {(spki: Uint8Array<ArrayBuffer>, question: Question) => unknown} importKey
 * @property {(key: unknown, question: Question) => boolean | Promise<boolean>} verify
 */

/**
 * @param {import("./machine.js").Load} load
 * @param {() => HostCrypto | undefined} hostCrypto
 */
export function verifierOf(load, hostCrypto) {
  const machine = new Machine(glue, load);

  class Verifier {
    #configuration;
    #crypto = hostCrypto();
    /** @type {State | undefined} */
    #state;

    /** @param {string} configuration */
    constructor(configuration) {
      this.#configuration = configuration;
      this.#current();
    }

    /**
     * @param {VerifiableRequest} request
     * @param {Context} [context]
     * @returns {Promise<Verdict>}
     */
    async verify(request, { ip, now } = {}) {
      const { url, method, cookies, origin, referer } = viewerRequest(request);
      const at = seconds(now);
      for (;;) {
        const state = this.#current();
        const inquiry = machine.run(() =>
          glue.Inquiry.about(url, method, cookies, ip ?? "", origin, referer, at),
        );
        if (inquiry === undefined) {
          throw new ConfigurationError("`now` is not a time; give a `Date` or seconds since 1970");
        }
        const verdict = await this.#decided(state, inquiry);
        if (verdict !== undefined) return /** @type {Verdict} */ (completed(JSON.parse(verdict)));
      }
    }

    /**
     * @param {State} state
     * @param {glue.Inquiry} inquiry
     * @returns {Promise<string | undefined>} none if the module was started anew meanwhile
     */
    async #decided({ decider, start, keys }, inquiry) {
      try {
        for (;;) {
          const verdict = machine.run(() => decider.decide(inquiry));
          if (verdict !== undefined) return verdict;
          const answer = this.#ask(decider, keys, inquiry);
          const valid = typeof answer === "boolean" ? answer : await answer;
          if (machine.starts !== start) return undefined;
          machine.run(() => (valid === undefined ? inquiry.answer_here() : inquiry.answer(valid)));
        }
      } finally {
        if (machine.starts === start) inquiry.free();
      }
    }

    /**
     * @param {glue.PassVerifier} decider
     * @param {Map<string, unknown>} keys
     * @param {glue.Inquiry} inquiry
     * @returns {boolean | Promise<boolean | undefined> | undefined}
     */
    #ask(decider, keys, inquiry) {
      const crypto = this.#crypto;
      const number = inquiry.key ?? -1;
      const algorithm = inquiry.algorithm ?? "";
      if (crypto === undefined) return undefined;
      const rsa = algorithm.startsWith("RSA");
      const question = /** @type {Question} */ ({
        rsa,
        hash: algorithm.endsWith("SHA1") ? "SHA-1" : "SHA-256",
        message: inquiry.message,
        signature: inquiry.signature,
        concatenated: rsa ? undefined : inquiry.concatenated_signature,
      });
      const name = `${number} ${algorithm}`;
      try {
        if (!keys.has(name)) {
          const spki = /** @type {Uint8Array<ArrayBuffer>} */ (decider.spki(number));
          keys.set(name, crypto.importKey(spki, question));
        }
        const key = keys.get(name);
        if (!(key instanceof Promise)) {
          const answer = crypto.verify(key, question);
          return typeof answer === "boolean" ? answer : answer.catch(() => undefined);
        }
        return key.then((ready) => crypto.verify(ready, question)).catch(() => undefined);
      } catch {
        return undefined;
      }
    }

    #current() {
      if (this.#state?.start !== machine.starts) {
        const start = machine.starts;
        const decider = machine.run(() => configured(this.#configuration));
        this.#state = { decider, start, keys: new Map() };
      }
      return /** @type {State} */ (this.#state);
    }
  }

  return async function createVerifier(/** @type {Configuration} */ configuration) {
    const json = configurationJson(configuration);
    await machine.started();
    return new Verifier(json);
  };
}

/** @param {string} configuration */
function configured(configuration) {
  try {
    return new glue.PassVerifier(configuration);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
    throw new ConfigurationError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * What the module says, with what its code means.
 *
 * @param {any} verdict
 */
function completed(verdict) {
  if (verdict.decision === "allow") return verdict;
  const { meaning, hint } = codes[/** @type {keyof typeof codes} */ (verdict.code)];
  return { ...verdict, meaning, hint };
}
