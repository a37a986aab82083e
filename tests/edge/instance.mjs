// @ts-check
// The function in a process of its own, as Lambda runs it: one event after another, and frozen
// whenever somebody likes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after } from "node:test";

import { viewerRequest } from "./event.mjs";

const PROGRAM = `
  import { createInterface } from "node:readline";
  const { handler } = await import(process.argv[1] + "/index.mjs");
  console.log(JSON.stringify({ edgepass: "started" }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { status } = await handler(JSON.parse(line));
    console.log(JSON.stringify({ edgepass: "answered", status, rss: process.memoryUsage.rss() }));
  }`;

export class Instance {
  /** The most that was resident after an answer, in bytes. */
  rss = 0;
  /** @type {string[]} */
  facts = [];
  #process;
  #lines;

  /** @param {string} folder of the bundle */
  constructor(folder) {
    const words = ["--input-type=module", "--eval", PROGRAM, folder];
    this.#process = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    after(() => void this.#process.kill("SIGKILL"));
  }

  /** @param {string} folder of the bundle */
  static async started(folder) {
    const instance = new Instance(folder);
    await instance.#until("started");
    return instance;
  }

  /**
   * `admitted`, or why not.
   *
   * @param {import("./pass.mjs").Pass} pass
   */
  async asked(pass) {
    this.#process.stdin.write(`${JSON.stringify(viewerRequest({ cookies: [pass.cookie] }))}\n`);
    const { code, status, rss } = await this.#until("answered");
    this.rss = Math.max(this.rss, rss);
    return status === undefined ? "admitted" : code;
  }

  freeze() {
    this.#process.kill("SIGSTOP");
  }

  thaw() {
    this.#process.kill("SIGCONT");
  }

  async stopped() {
    this.#process.stdin.end();
    await once(this.#process, "exit");
  }

  /**
   * The line of this kind, and the code of a refusal before it.
   *
   * @param {string} kind
   * @returns {Promise<any>}
   */
  async #until(kind) {
    let code;
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error("the instance ended");
      const line = JSON.parse(value);
      if (line.edgepass === "state") this.facts.push(line.fact);
      else if (line.edgepass === kind) return { code, ...line };
      else code = line.code ?? line.edgepass;
    }
  }
}
