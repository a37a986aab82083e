// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";

/** How long a start may take: the first one makes RSA keys. */
const START_MILLISECONDS = 30_000;

/** A running `edgepass dev`. */
export class LocalEdge {
  #child;

  /**
   * @param {import("node:child_process").ChildProcess} child
   * @param {string} origin
   */
  constructor(child, origin) {
    this.#child = child;
    this.origin = origin;
  }

  /**
   * Starts the program on a free port, and waits until it says what to open.
   *
   * @param {string} program
   * @param {string} state folder for its keys
   * @param {string} edge `native` or `lambda`
   */
  static async start(program, state, edge) {
    const child = spawn(program, ["dev", "--port", "0", "--state", state, "--edge", edge], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    /** @type {string} */
    const origin = await new Promise((resolve, reject) => {
      /** @param {string} why */
      const fail = (why) => reject(new Error(`\`${program} dev\` ${why}; it said: ${said}`));
      timer = setTimeout(() => {
        child.kill();
        fail("named no address to open");
      }, START_MILLISECONDS);
      /** @param {Buffer} chunk */
      const listen = (chunk) => {
        said += chunk;
        const found = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(said)?.[1];
        if (found === undefined) return;
        resolve(found);
      };
      child.stdout.on("data", listen);
      child.stderr.on("data", listen);
      child.once("error", (error) => fail(`did not start: ${error.message}`));
      child.once("exit", (code) => fail(`ended with ${code}`));
    }).finally(() => clearTimeout(timer));
    return new LocalEdge(child, origin);
  }

  /** Ends it as Ctrl-C does. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    await ended;
  }
}
