// @ts-check

/** How far the two clocks of a page may drift apart before neither is believed, in milliseconds. */
const DRIFT = 2000;

/**
 * The server's clock, as far as a page can know it. A pass ends by that clock; the viewer's own may
 * be wrong by any amount, may be set while the page is open, and may stand still in sleep.
 */
export class ServerClock {
  /** Server minus client, in milliseconds; null until the server has told. */
  #ahead = /** @type {number | null} */ (null);
  #lead = lead();

  /**
   * @param {number} seconds since 1970, as the server told
   * @param {number} sentAt when it was asked, in milliseconds of the client's clock
   */
  set(seconds, sentAt) {
    const now = Date.now();
    // It was told in whole seconds, and somewhere between question and answer.
    this.#ahead = seconds * 1000 + 500 - (sentAt + now) / 2;
    this.#lead = lead();
  }

  /**
   * The server's time at `now`, in seconds. Where the client's clock was set back since, the time
   * that has passed counts; where it was set forward, which sleep looks like, the clock does.
   *
   * @param {number} now milliseconds of the client's clock
   * @throws {TypeError} for anything else: `null` would be 1970, when no pass has ended
   */
  at(now) {
    if (!Number.isFinite(now)) throw new TypeError("`now` is not a number of milliseconds");
    return (now + (this.#ahead ?? 0) + Math.max(0, this.#lead - lead())) / 1000;
  }

  isKnown() {
    return this.#ahead !== null;
  }

  /** Whether the machine slept or its clock was set, so that the server has to be asked again. */
  isDoubtful() {
    return Math.abs(lead() - this.#lead) > DRIFT;
  }
}

/** How far the clock that can be set is ahead of the one that cannot. */
function lead() {
  return Date.now() - performance.now();
}
