// @ts-check
// No request makes the function's work grow faster than its length. What the interpreter does is counted, in
// steps of QuickJS. Times are printed, and nobody is judged by them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { functionCode, functionToml } from "./bundled.mjs";
import { runScript } from "./engines/njs.mjs";
import * as quickjs from "./engines/quickjs.mjs";
import { everywhere } from "./engines.mjs";
import { WORST } from "./worst.mjs";

const code = functionCode(functionToml());

/** A worst case has at most so many steps, of which a plain request has about one. */
const MOST_STEPS = 60;

/**
 * Steps of ten thousand that the interpreter takes for a trial, from many repetitions.
 *
 * @param {import("./engines.mjs").Trial} one
 */
async function steps(one) {
  let count = 0;
  const repeated = 10;
  await quickjs.run(code, Array(repeated).fill(one), () => {
    count += 1;
  });
  return count / repeated;
}

test("the work grows as the length does", async (t) => {
  for (const [name, made] of Object.entries(WORST)) {
    const [half, whole] = [await steps(made(0.5)), await steps(made(1))];
    t.diagnostic(`${name}: ${half} to ${whole} steps`);
    assert.ok(whole <= MOST_STEPS, `${name}: ${whole} steps`);
    assert.ok(whole <= 2.6 * half + 1, `${name}: ${half} steps become ${whole}`);
  }
});

test("every engine answers them, in 2 MB", async () => {
  await everywhere(
    code,
    Object.values(WORST).map((made) => made(1)),
  );
});

test("how long njs takes, for information", (t) => {
  const trials = Object.values(WORST).map((made) => made(1));
  const printed = runScript(
    code,
    `var edgepassTrials = JSON.parse(edgepassFs.readFileSync("trials.json", "utf8"));
     var edgepassClock = Date.now;
     async function edgepassTime() {
       var times = [];
       for (var index = 0; index < edgepassTrials.length; index++) {
         var start = edgepassClock();
         for (var count = 0; count < 5; count++) await edgepassRunOne(edgepassTrials[index]);
         times.push((edgepassClock() - start) / 5);
       }
       return times;
     }
     edgepassTime().then(function (times) {
       edgepassFs.writeFileSync("times.json", JSON.stringify(times));
     });`,
    { "trials.json": JSON.stringify(trials) },
    "times.json",
  );
  Object.keys(WORST).forEach((name, index) =>
    t.diagnostic(`${name}: ${JSON.parse(printed)[index]} ms with its event`),
  );
});
