// @ts-check
// A WASM module behind its glue: started when it is first needed, and anew after a trap.

/**
 * @typedef {object} Glue what wasm-bindgen writes for a module
 * @property {(source: { module_or_path: WebAssembly.Module }) => Promise<unknown>} default
 * @property {() => void} __wbg_reset_state
 */

/** @typedef {() => WebAssembly.Module | Promise<WebAssembly.Module>} Load */

export class Machine {
  /** How often it was started anew: what was made before is gone with its memory. */
  starts = 0;
  #glue;
  #load;
  /** @type {Promise<void> | undefined} */
  #started;

  /**
   * @param {Glue} glue
   * @param {Load} load
   */
  constructor(glue, load) {
    this.#glue = glue;
    this.#load = load;
  }

  /** @returns {Promise<void>} */
  started() {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start() {
    try {
      await this.#glue.default({ module_or_path: await this.#load() });
    } catch (error) {
      // The next one tries again: a browser may have been offline.
      this.#started = undefined;
      throw error;
    }
  }

  /**
   * Calls into the module. A trap leaves its memory as it was in mid-work, which nobody may use.
   *
   * @template T
   * @param {() => T} work
   * @returns {T}
   */
  run(work) {
    try {
      return work();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
        this.starts += 1;
        this.#glue.__wbg_reset_state();
      }
      throw error;
    }
  }
}
