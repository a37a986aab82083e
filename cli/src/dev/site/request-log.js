// @ts-check
import { find, make } from "./element.js";

/** @typedef {import("./edge.js").Exchange} Exchange */

/** Rows kept: enough to follow a whole clip and all trials. */
const LENGTH = 100;

/** The requests of this page, newest first. */
export class RequestLog {
  #rows = find("log", HTMLElement);

  constructor() {
    const clear = find("log-clear", HTMLButtonElement);
    clear.addEventListener("click", () => this.#rows.replaceChildren());
  }

  /** @param {Exchange} exchange */
  add({ method, path, status, reason }) {
    const outcome = status < 400 ? "allow" : "deny";
    const about = path.startsWith("/demo/") ? "demo" : "edge";
    this.#rows.prepend(
      make(
        "tr",
        { "data-outcome": outcome, "data-about": about },
        make("td", {}, make("b", {}, method), ` ${path}`),
        make("td", {}, reason === null ? `${status}` : `${status} ${reason}`),
      ),
    );
    while (this.#rows.childElementCount > LENGTH) this.#rows.lastElementChild?.remove();
  }
}
