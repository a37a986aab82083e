// @ts-check
import { find, prose } from "./element.js";
import { jsonLines } from "./signed-text.js";

/** The inspector of the package, and nothing where this build of the program does not carry it. */
const MODULE = "/inspector/inspect.js";

const MISSING =
  "this build has no inspector: run `wasm/build` and build the program again, or use `edgepass inspect` in a shell.";

const PARAMETER = /[?&](Policy|Expires|Signature|Key-Pair-Id)=/;

/** @typedef {{ url?: string, cookies?: string[] }} Given */

/** Says what a URL or cookies hold, without asking anybody: the WebAssembly core runs in the page. */
export class Inspector {
  #text = find("inspector-text", HTMLTextAreaElement);
  #sign = find("inspector-sign", HTMLButtonElement);
  #result = find("inspector-result", HTMLElement);
  #status = find("inspector-status", HTMLElement);

  /** @param {() => void} sign has a URL signed, to be inspected */
  constructor(sign) {
    this.#sign.addEventListener("click", sign);
    find("inspector-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#inspect();
    });
  }

  /** @param {boolean} enabled whether there is somebody to sign for */
  enable(enabled) {
    this.#sign.disabled = !enabled;
  }

  /** @param {string} text */
  async show(text) {
    this.#text.value = text;
    await this.#inspect();
  }

  async #inspect() {
    this.#result.hidden = true;
    const text = this.#text.value.trim();
    if (text === "") {
      this.#status.textContent = "Paste a signed URL, or the cookies of a request.";
      return;
    }
    /** @type {{ inspect: ((given: Given) => unknown) | null }} */
    const { inspect } = await import(MODULE);
    if (inspect === null) {
      this.#status.replaceChildren(...prose(MISSING));
      return;
    }
    const said = await inspect(given(text));
    this.#status.textContent = "Decoded in this page; nothing is verified, and nothing was sent.";
    this.#result.replaceChildren(...jsonLines(JSON.stringify(said)));
    this.#result.hidden = false;
  }
}

/**
 * @param {string} text
 * @returns {Given}
 */
function given(text) {
  return PARAMETER.test(text) || /^https?:/.test(text)
    ? { url: text }
    : { cookies: text.split(/[\r\n]+/).map((line) => line.replace(/^cookie:\s*/i, "")) };
}
