// @ts-check
// How long a new process takes to its first verdict.

import { execFileSync } from "node:child_process";

import { median } from "./contest.mjs";

/** An odd number, so that the median is one of the measurements. */
const PROCESSES = 21;

/**
 * Prints a table, and gives the time of ours as a multiple of `aws-jwt-verify`'s import.
 *
 * @param {string} folder of the bundle
 * @param {object} event with a pass
 */
export function load(folder, event) {
  // The first import of a process also starts the loader of ES modules, which Lambda's own runtime
  // has done by then.
  const timed = (/** @type {string} */ program) => `
    await import("node:fs");
    const start = performance.now();
    ${program}
    console.log(performance.now() - start);`;
  const ours = "**Edgepass**, from `import` to the first verdict";
  const theirs = "`aws-jwt-verify` 5.2.1, `import` alone";
  const programs = {
    [ours]: timed(`
      const { handler } = await import(${JSON.stringify(`${folder}/index.mjs`)});
      const answer = await handler(${JSON.stringify(event)});
      if (answer.status !== undefined) throw new Error("the pass was refused");`),
    "of that, `import` of the function": timed(
      `await import(${JSON.stringify(`${folder}/index.mjs`)});`,
    ),
    "of that, `node:crypto`": timed(`await import("node:crypto");`),
    [theirs]: timed(`await import("aws-jwt-verify");`),
  };
  /** @type {Map<string, number[]>} */
  const times = new Map(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < PROCESSES; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      const words = ["--input-type=module", "--eval", program];
      const cwd = new URL(".", import.meta.url);
      const printed = execFileSync(process.execPath, words, { cwd, encoding: "utf8" });
      times.get(name)?.push(Number(printed));
    }
  }
  const [own = [], peer = []] = [times.get(ours), times.get(theirs)];
  const ratio = (/** @type {number[]} */ all) =>
    median(all.map((time, round) => time / (peer[round] ?? NaN)));
  console.log("| in a new process | median, ms | × `aws-jwt-verify` |");
  console.log("| --- | ---: | ---: |");
  for (const [name, all] of times) {
    console.log(`| ${name} | ${median(all).toFixed(1)} | ${ratio(all).toFixed(2)} |`);
  }
  console.log();
  return ratio(own);
}
