// @ts-check
// Several ways to do one thing, measured in turns.
//
// The machine may be shared and its speed may change at any moment, so nobody runs alone: each
// round gives every contestant a short turn, the first place goes around, and ratios are taken
// within a round before the median over all rounds is.

/**
 * @template T
 * @typedef {object} Contestant
 * @property {string} name
 * @property {() => T} input made before the clock runs
 * @property {(input: T) => unknown} once a promise is awaited
 */

/** An odd number, so that the median is one of the measurements. */
const ROUNDS = 301;
const TURN_MILLISECONDS = 1;
const WARM_UP_MILLISECONDS = 300;

/**
 * Prints a table, with ratios to the first contestant, and gives each one's figures.
 *
 * @param {string} title
 * @param {Contestant<any>[]} contestants
 */
export async function contest(title, contestants) {
  const times = [];
  for (const contestant of contestants) times.push(await warmedUp(contestant));
  /** @type {number[][]} */
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const row = contestants.map(() => 0);
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const who = (round + turn) % contestants.length;
      const contestant = contestants[who];
      if (contestant) row[who] = await microseconds(contestant, times[who] ?? 1);
    }
    rounds.push(row);
  }
  console.log(`| ${title} | median, µs | × ${contestants[0]?.name} |`);
  console.log("| --- | ---: | ---: |");
  const standings = contestants.map(({ name }, who) => {
    const time = median(rounds.map((row) => row[who] ?? NaN));
    const ratio = median(rounds.map((row) => (row[who] ?? NaN) / (row[0] ?? NaN)));
    console.log(`| ${name} | ${time.toFixed(1)} | ${ratio.toFixed(2)} |`);
    return { name, time, ratio };
  });
  console.log();
  return (/** @type {string} */ name) => {
    const standing = standings.find((one) => one.name === name);
    if (standing === undefined) throw new Error(`no contestant is called ${name}`);
    return standing;
  };
}

/** @param {number[]} values */
export function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/**
 * How many times fill a turn, found by trying, which warms up caches and compilers too.
 *
 * @param {Contestant<any>} contestant
 */
async function warmedUp(contestant) {
  const end = performance.now() + WARM_UP_MILLISECONDS;
  let [times, fastest] = [1, Infinity];
  while (performance.now() < end) {
    const each = await microseconds(contestant, times);
    fastest = Math.min(fastest, each);
    if (each * times < TURN_MILLISECONDS * 1000) times *= 2;
  }
  return Math.max(1, Math.round((TURN_MILLISECONDS * 1000) / fastest));
}

/**
 * @param {Contestant<any>} contestant
 * @param {number} times
 */
async function microseconds({ input, once }, times) {
  const inputs = Array.from({ length: times }, input);
  const start = performance.now();
  for (const one of inputs) {
    const result = once(one);
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) * 1000) / times;
}
