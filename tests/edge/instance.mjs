// @ts-check
// The function in a process of its own, as Lambda runs it: one event after another, and frozen
// whenever somebody likes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { setTimeout as passed } from "node:timers/promises";

import { viewerRequest } from "./event.mjs";

/** Of what the module has, and of all that was ever resident, it tells after each answer. */
const PROGRAM = `
  import { readFileSync } from "node:fs";
  import { createInterface } from "node:readline";
  const memories = [];
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(...parts) {
      super(...parts);
      memories.push(this.exports.memory);
    }
  };
  const kept = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  const resident = (name) => {
    const status = readFileSync("/proc/self/status", "utf8");
    return Number(new RegExp(name + ":[ \\t]*([0-9]*) kB").exec(status)[1]) * 1024;
  };
  const { handler } = await import(process.argv[1] + "/index.mjs");
  console.log(JSON.stringify({ edgepass: "started" }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { status } = await handler(JSON.parse(line));
    const memory = { rss: resident("VmRSS"), most: resident("VmHWM"), wasm: kept() };
    console.log(JSON.stringify({ edgepass: "answered", status, memory }));
  }`;

export class Instance {
  /** After the last answer, in bytes: what was resident, the most that ever was, and of that in WASM. */
  memory = { rss: 0, most: 0, wasm: 0 };
  /** @type {string[]} */
  facts = [];
  #process;
  #lines;

  /** @param {string} folder of the bundle */
  constructor(folder) {
    const words = ["--input-type=module", "--eval", PROGRAM, folder];
    this.#process = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * One that ends with the tests.
   *
   * @param {string} folder of the bundle
   */
  static async started(folder) {
    const instance = new Instance(folder);
    after(() => instance.kill());
    await instance.begun();
    return instance;
  }

  begun() {
    return this.#until("started");
  }

  kill() {
    this.#process.kill("SIGKILL");
  }

  /**
   * `admitted`, or why not.
   *
   * @param {import("./pass.mjs").Pass} pass
   */
  async asked(pass) {
    this.#process.stdin.write(`${JSON.stringify(viewerRequest({ cookies: [pass.cookie] }))}\n`);
    const { code, status, memory } = await this.#until("answered");
    this.memory = memory;
    return status === undefined ? "admitted" : code;
  }

  /**
   * Asks until that is the answer. On a busy machine a look-up may take too long several times.
   *
   * @param {string} expected
   * @param {import("./pass.mjs").Pass} pass
   */
  async becomes(expected, pass) {
    let standing = await this.asked(pass);
    for (let tries = 0; tries < 200 && standing !== expected; tries += 1) {
      await passed(100);
      standing = await this.asked(pass);
    }
    assert.equal(standing, expected, this.facts.join());
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
