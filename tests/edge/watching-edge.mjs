// @ts-check
// An edge that looks up a state, with a clock of its own.

import { bundled, edgeToml, handlerOf } from "./bundle.mjs";
import { viewerRequest } from "./event.mjs";
import { CLAIMS_KEYS } from "./pass.mjs";
import { responseFaults } from "./rules.mjs";
import { ROOT_PEM_FILE } from "./written-state.mjs";

export const REFRESH_SECONDS = 10;
export const MAX_STALE_SECONDS = 60;

/**
 * A bundle whose edge looks up the state.
 *
 * @param {string} url
 * @param {string} [lines] further ones of `[revocation]`
 * @param {number} [refreshSeconds]
 * @param {number} [maxStaleSeconds]
 */
export function watchingBundle(
  url,
  lines = "",
  refreshSeconds = REFRESH_SECONDS,
  maxStaleSeconds = MAX_STALE_SECONDS,
) {
  const revocation = `
    [revocation]
    url = "${url}"
    root_pem_file = "${ROOT_PEM_FILE}"
    refresh_seconds = ${refreshSeconds}
    max_stale_seconds = ${maxStaleSeconds}
    ${lines}`;
  return bundled(edgeToml({ claims: "required", tables: CLAIMS_KEYS + revocation }));
}

export class WatchingEdge {
  /** Milliseconds. */
  clock = Date.now();
  /** What was logged of the state. @type {string[]} */
  facts = [];
  /** @type {import("./bundle.mjs").Handler} */
  #handler;
  #code = "";

  /**
   * @param {string} folder
   * @param {{ from?: string, patience?: number }} [others]
   */
  static async of(folder, others = {}) {
    const edge = new WatchingEdge();
    edge.#handler = await handlerOf(folder, {
      now: () => edge.clock,
      log: (line) => edge.#note(JSON.parse(line)),
      ...others,
    });
    return edge;
  }

  /** @private */
  constructor() {
    this.#handler = () => Promise.reject(new Error("there is no handler yet"));
  }

  get seconds() {
    return Math.floor(this.clock / 1000);
  }

  /** @param {number} seconds */
  pass(seconds) {
    this.clock += seconds * 1000;
  }

  /**
   * `admitted`, or why not.
   *
   * @param {import("./pass.mjs").Pass} pass
   */
  async asked(pass) {
    this.#code = "";
    const answer = await this.#handler(viewerRequest({ cookies: [pass.cookie] }));
    if (answer.status === undefined) return "admitted";
    const faults = responseFaults(answer);
    if (answer.status !== "403" || faults.length > 0) throw new Error(`${answer.status} ${faults}`);
    return this.#code;
  }

  /** @param {{ edgepass: string, code?: string, fact?: string }} line */
  #note({ edgepass, code, fact }) {
    if (edgepass === "state") this.facts.push(fact ?? "");
    else this.#code = code ?? edgepass;
  }
}
