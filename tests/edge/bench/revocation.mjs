// @ts-check
// What revocation costs the Lambda@Edge function: memory, the time to take a state over, and what a
// request costs more. Prints tables in Markdown.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { deployed, imported, parts } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { Instance } from "../instance.mjs";
import { Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import { watchingBundle } from "../watching-edge.mjs";
import { bodyOf, bodyOfSubjects, headOf, nameOf } from "../written-state.mjs";
import { contest, median } from "./contest.mjs";

/** AWS: "Quotas on Lambda@Edge". */
const MEMORY_MEGABYTES = 128;
const MEGABYTE = 1024 * 1024;
const REFRESHES = 10;
const ENTRIES = [1_000, 10_000, 100_000, 1_000_000];
const [MILLION = 0] = ENTRIES.slice(-1);

const pass = Pass.signed().withClaims("RS256", 1);
const seconds = () => Math.floor(Date.now() / 1000);
const shown = (/** @type {number} */ bytes) => (bytes / MEGABYTE).toFixed(1);

/** What is published. @type {Map<string, Buffer>} */
const published = new Map();
const server = await StateServer.of((path) => published.get(path));

/**
 * @param {Buffer} body
 * @param {number} [upTo]
 */
function publish(body, upTo = 0) {
  published.clear();
  published.set("head", headOf({ generatedAt: seconds(), sequence: Date.now(), upTo, body }));
  published.set(`body/${nameOf(body)}`, body);
}

/**
 * The function in a process of its own: with one entry, with so many, and after it took over others
 * in their place, each a little longer than the last.
 *
 * @param {string} name
 * @param {number} entries
 * @param {typeof bodyOf} made
 */
async function memory(name, entries, made) {
  publish(bodyOf(1));
  const instance = new Instance(watchingBundle(server.url, "", 1));
  try {
    await instance.begun();
    await instance.becomes("admitted", pass);
    const before = instance.memory;
    const states = [];
    for (let refresh = 0; refresh <= REFRESHES; refresh += 1) {
      // The answer tells that the state was taken.
      const revoked = refresh % 2 === 0;
      publish(made(entries + refresh, 2 + refresh), revoked ? seconds() : 0);
      await instance.becomes(revoked ? "revoked" : "admitted", pass);
      states.push(instance.memory);
    }
    const [first, last] = [states[0] ?? before, states.at(-1) ?? before];
    const columns = [
      before.rss,
      first.rss,
      last.rss,
      last.most,
      before.wasm,
      first.wasm,
      last.wasm,
    ];
    console.log(`| ${name} | ${columns.map(shown).join(" | ")} |`);
    return last.most / MEGABYTE;
  } finally {
    instance.kill();
  }
}

/**
 * The body of a state, from its last byte's arrival on: its digest, and the index of its entries.
 *
 * @param {number} entries
 */
async function takeOver(entries) {
  const { starter } = await imported(parts(), "validator.mjs");
  const folder = watchingBundle(server.url);
  const module = new WebAssembly.Module(readFileSync(join(folder, "edgepass_bg.wasm")));
  const validator = starter({
    module,
    settings: readFileSync(join(folder, "settings.json"), "utf8"),
  })();
  const times = [];
  for (let round = 0; round < 9; round += 1) {
    const body = bodyOf(entries, 2 + round);
    validator.takeHead(
      headOf({ generatedAt: seconds(), sequence: Date.now() + round, body }),
      seconds(),
    );
    validator.addToBody(body);
    const start = performance.now();
    if (!validator.takeBody(seconds())) throw new Error("the body is refused");
    times.push(performance.now() - start);
  }
  return median(times);
}

/** @param {number} entries */
async function edge(entries) {
  publish(bodyOf(entries));
  // By one look-up, which a contest does not wait for.
  const handler = await deployed(watchingBundle(server.url, "", 3600, 3600));
  const event = () => viewerRequest({ cookies: [`theme=dark; ${pass.cookie}`] });
  for (let tries = 0; (await handler(event())).status !== undefined; tries += 1) {
    if (tries === 60) throw new Error("the state is not taken");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return {
    name: `${entries} others revoked`,
    input: event,
    once: async (/** @type {unknown} */ input) => {
      if ((await handler(input)).status !== undefined) throw new Error("the pass was refused");
    },
  };
}

console.log(
  "| entries | MB resident with 1 entry | with all | after ten refreshes | the most ever | of that WASM with 1 entry | with all | after ten refreshes |",
);
console.log("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
/** @type {number[]} */
const most = [];
for (const entries of ENTRIES) most.push(await memory(`${entries}`, entries, bodyOf));
most.push(await memory(`${MILLION} subjects`, MILLION, bodyOfSubjects));
console.log();

console.log("| entries | to take its body over, in WASM, ms |");
console.log("| ---: | ---: |");
for (const entries of ENTRIES)
  console.log(`| ${entries} | ${(await takeOver(entries)).toFixed(2)} |`);
console.log();

const edges = [];
for (const entries of [1, ...ENTRIES]) edges.push(await edge(entries));
await contest("a pass seen before, whole event", edges);

for (const [at, name] of ["1 M entries", "1 M subjects"].entries()) {
  const megabytes = most[ENTRIES.length - 1 + at] ?? NaN;
  const verdict = megabytes <= MEMORY_MEGABYTES ? "reached" : "**missed**";
  console.log(
    `- ${name}, ${REFRESHES} refreshes, most MB resident: goal ${MEMORY_MEGABYTES}, ` +
      `measured ${megabytes.toFixed(1)}: ${verdict}`,
  );
}
