// @ts-check
import { find, make } from "./element.js";

/** @typedef {import("./edge.js").Edge} Edge */
/** @typedef {import("./session/session.js").Session} Session */

/** Between two requests that find out whether the edge still lets in, in milliseconds. */
const PAUSE = 200;

/** How long to go on asking, in milliseconds. */
const PATIENCE = 20_000;

/** "Log out everywhere", with the time that it takes until somebody is refused. */
export class LogOut {
  #button = find("log-out", HTMLButtonElement);
  #outcome = find("log-out-outcome", HTMLElement);
  #edge;

  /**
   * @param {Edge} edge
   * @param {() => void} press
   */
  constructor(edge, press) {
    this.#edge = edge;
    this.#button.addEventListener("click", press);
  }

  /** @param {boolean} enabled */
  enable(enabled) {
    this.#button.disabled = !enabled;
  }

  clear() {
    this.#outcome.hidden = true;
  }

  /**
   * Logs out, and asks for the clip with the old pass until the edge refuses. This browser keeps its
   * cookies on purpose: those of other browsers cannot be taken back either.
   *
   * @param {Session} session
   * @param {string} clip
   */
  async run(session, clip) {
    const began = performance.now();
    const passed = () => (performance.now() - began) / 1000;
    const [signer, edge] = this.#rows();
    const clock = setInterval(() => {
      for (const row of [signer, edge]) if (row.open) row.show(passed());
    }, 50);
    try {
      await this.#edge.logOutEverywhere();
      const told = session.check().then(
        () => session.revoked && signer.settle(passed(), "revoked"),
        () => {}, // The signer cannot be asked: its row stays open.
      );
      const reason = await this.#refusal(clip, () => passed() * 1000 < PATIENCE);
      if (reason === null) edge.giveUp(`still lets in after ${PATIENCE / 1000} s`);
      else edge.settle(passed(), reason);
      await told;
      if (signer.open) signer.giveUp("does not say so");
    } finally {
      clearInterval(clock);
    }
  }

  #rows() {
    const rows = /** @type {const} */ (["signer", "edge"]).map((who) => new Row(who));
    this.#outcome.replaceChildren(...rows.map(({ element }) => element));
    this.#outcome.hidden = false;
    return /** @type {[Row, Row]} */ (rows);
  }

  /**
   * @param {string} clip
   * @param {() => boolean} goOn
   */
  async #refusal(clip, goOn) {
    while (goOn()) {
      const response = await this.#edge.media(clip, { method: "HEAD" });
      if (response.status === 403) return response.headers.get("x-edgepass-reason") ?? "refused";
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return null;
  }
}

/** When one of the two refused. */
class Row {
  #time = make("b", {}, "0.00 s");
  #how = make("code", {});
  open = true;

  /** @param {"signer" | "edge"} who */
  constructor(who) {
    const about = who === "signer" ? "Signer: no new pass after" : "Edge: no content after";
    this.element = make(
      "div",
      { id: `log-out-${who}`, "data-outcome": "waiting" },
      make("dt", {}, about),
      make("dd", {}, this.#time, " ", this.#how),
    );
  }

  /** @param {number} seconds */
  show(seconds) {
    this.#time.textContent = `${seconds.toFixed(2)} s`;
  }

  /**
   * @param {number} seconds
   * @param {string} reason
   */
  settle(seconds, reason) {
    this.show(seconds);
    this.#end("refused", reason);
  }

  /** @param {string} why */
  giveUp(why) {
    this.#time.textContent = "";
    this.#end("open", why);
  }

  /**
   * @param {string} outcome
   * @param {string} text
   */
  #end(outcome, text) {
    this.open = false;
    this.element.dataset["outcome"] = outcome;
    this.#how.textContent = text;
  }
}
