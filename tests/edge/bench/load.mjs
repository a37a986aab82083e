// @ts-check
// How long a new process takes to its first verdict.

import { execFileSync } from "node:child_process";

import { median } from "./contest.mjs";

/** An odd number, so that the median is one of the measurements. */
const PROCESSES = 21;

/**
 * Prints a table.
 *
 * @param {string} folder of the bundle
 * @param {object} event with a pass
 */
export function load(folder, event) {
  const timed = (/** @type {string} */ program) => `
    const start = performance.now();
    ${program}
    console.log(performance.now() - start);`;
  const programs = {
    "**Edgepass**, from `import` to the first verdict": timed(`
      const { handler } = await import(${JSON.stringify(`${folder}/index.mjs`)});
      const answer = await handler(${JSON.stringify(event)});
      if (answer.status !== undefined) throw new Error("the pass was refused");`),
    "`aws-jwt-verify`, `import` alone": timed(`await import("aws-jwt-verify");`),
    "`node:crypto`, `import` alone": timed(`await import("node:crypto");`),
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
  console.log("| in a new process | median, ms |");
  console.log("| --- | ---: |");
  for (const [name, all] of times) console.log(`| ${name} | ${median(all).toFixed(1)} |`);
}
