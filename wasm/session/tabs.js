// @ts-check

/** How long one tab may keep the others waiting, in milliseconds. */
export const PATIENCE = 15_000;

/** How long word of another tab may be on its way, in milliseconds. */
export const ON_ITS_WAY = 100;

/**
 * Does a task in one tab at a time.
 *
 * @template T
 * @param {string} name of the task, the same in all tabs
 * @param {() => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function alone(name, task) {
  const { locks } = navigator;
  if (locks) return /** @type {Promise<T>} */ (locks.request(name, task));
  const lease = new Lease(name);
  try {
    await lease.taken();
  } catch {
    return task(); // A browser without storage: each tab for itself.
  }
  return task().finally(() => lease.end());
}

/** @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What stands in for Web Locks (Safari before 15.4, pages without TLS): an entry that runs out. */
class Lease {
  #name;
  #mine = `${Math.random()}`;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  async taken() {
    for (;;) {
      const [, until = 0] = this.#read();
      if (Number(until) < Date.now()) {
        localStorage.setItem(this.#name, `${this.#mine} ${Date.now() + PATIENCE}`);
        // Of several that wrote at once, the last is the one that all read.
        await pause(ON_ITS_WAY);
        if (this.#read()[0] === this.#mine) return;
      }
      await pause(ON_ITS_WAY);
    }
  }

  end() {
    if (this.#read()[0] === this.#mine) localStorage.removeItem(this.#name);
  }

  #read() {
    return (localStorage.getItem(this.#name) ?? "").split(" ");
  }
}
