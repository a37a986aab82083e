// @ts-check
// The verifier: the module decides, and this hands it what it needs of each request.

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
 */

/** @param {import("./machine.js").Load} load */
export function verifierOf(load) {
  const machine = new Machine(glue, load);

  class Verifier {
    #configuration;
    /** Gone when the module is started anew. @type {{ decider: glue.PassVerifier, start: number } | undefined} */
    #current;

    /** @param {string} configuration */
    constructor(configuration) {
      this.#configuration = configuration;
      this.#decider();
    }

    /**
     * @param {VerifiableRequest} request
     * @param {Context} [context]
     * @returns {Promise<Verdict>}
     */
    async verify(request, context = {}) {
      const { url, method, cookies, origin, referer } = viewerRequest(request);
      if (typeof context !== "object") throw new TypeError("`context` is not an object");
      const { ip = null, now } = context;
      if (ip !== null && typeof ip !== "string") throw new TypeError("`ip` is not a string");
      const at = seconds(now);
      const decider = this.#decider();
      const verdict = machine.run(() =>
        decider.decide(url, method, cookies, ip ?? "", origin, referer, at),
      );
      if (verdict === undefined) throw new TypeError("`now` is not a time");
      return /** @type {Verdict} */ (completed(JSON.parse(verdict)));
    }

    #decider() {
      if (this.#current?.start !== machine.starts) {
        const start = machine.starts;
        this.#current = { decider: machine.run(() => configured(this.#configuration)), start };
      }
      return this.#current.decider;
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
