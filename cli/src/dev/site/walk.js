// @ts-check
import { find } from "./element.js";

/** The picture of the walk: viewer, local edge, content. */
export class Walk {
  #root = find("walk", HTMLElement);
  #viewer = find("walk-viewer", HTMLElement);
  #edge = find("walk-edge", HTMLElement);

  /** @param {string | null} name of who is signed in */
  showViewer(name) {
    this.#viewer.textContent = name ?? "nobody yet";
  }

  /** Nothing has been asked yet. */
  showIdle() {
    this.#root.dataset["decision"] = "idle";
    this.#edge.textContent = "checks the pass";
  }

  /**
   * What became of the last request for content.
   *
   * @param {number} status
   * @param {string | null} reason
   */
  showAnswer(status, reason) {
    const allowed = status < 400;
    this.#root.dataset["decision"] = allowed ? "allow" : "deny";
    this.#edge.textContent = allowed ? "let in" : (reason ?? `${status}`);
  }
}
