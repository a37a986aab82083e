// @ts-check
// Lambda freezes an instance between two requests, for a second or for hours. What it was waiting
// for then never comes, and what it knew then is old.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as passed } from "node:timers/promises";

import { Instance } from "../instance.mjs";
import { Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import {
  MAX_STALE_SECONDS,
  REFRESH_SECONDS,
  WatchingEdge,
  watchingBundle,
} from "../watching-edge.mjs";
import { bodyOf, headOf, nameOf } from "../written-state.mjs";

const MEGABYTE = 1024 * 1024;
/** As many sessions as the longest body has (`policy::MAX_BODY_BYTES`). */
const MOST_SESSIONS = Math.floor((12 * MEGABYTE - 44) / 8);

/** What is published. @type {Map<string, Buffer>} */
const published = new Map();
const server = await StateServer.of((path) => published.get(path));
const folder = watchingBundle(server.url);
const pass = Pass.signed().withClaims("RS256", 1);
const now = () => Math.floor(Date.now() / 1000);

beforeEach(() => {
  published.clear();
  server.requests = [];
  server.instead = () => false;
});

/**
 * @param {import("../written-state.mjs").Wanted} wanted
 */
function publish(wanted) {
  const { body = bodyOf(1) } = wanted;
  published.set("head", headOf(wanted));
  published.set(`body/${nameOf(body)}`, body);
}

/** Keeps requests waiting, until they are let go. */
function holdBack() {
  /** @type {(() => void)[]} */
  const held = [];
  server.instead = (_, response) => {
    const head = published.get("head");
    return !!held.push(() => void response.end(head));
  };
  const letGo = () => {
    server.instead = () => false;
    for (const answer of held) answer();
  };
  return { held, letGo };
}

test("an answer that was awaited before a freeze is not awaited after it", async () => {
  const { held, letGo } = holdBack();
  const edge = await WatchingEdge.of(folder, { patience: 500_000 });
  publish({ generatedAt: edge.seconds });
  while (held.length === 0) await passed(1); // the start's own look-up
  edge.pass(600);
  server.instead = () => false;
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  assert.equal(await edge.asked(pass), "revoked");
  assert.deepEqual(edge.facts, ["the instance was frozen meanwhile"]);
  assert.equal(server.heads.length, 2);

  publish({ generatedAt: edge.seconds - 600 });
  letGo();
  await passed(10);
  assert.equal(await edge.asked(pass), "revoked", "what comes late changes nothing");
  assert.equal(edge.facts.length, 1);
});

test("after a long freeze the first request waits for a state of now", async () => {
  const edge = await WatchingEdge.of(folder);
  publish({ generatedAt: edge.seconds });
  assert.equal(await edge.asked(pass), "admitted");
  edge.pass(MAX_STALE_SECONDS + 600);
  publish({ generatedAt: edge.seconds });
  assert.equal(await edge.asked(pass), "admitted");
  edge.pass(MAX_STALE_SECONDS + 600);
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  assert.equal(await edge.asked(pass), "revoked");
  assert.deepEqual(edge.facts, []);
});

test("nor does it let anybody in by the state of then", async () => {
  for (const instead of [
    (/** @type {any} */ _, /** @type {any} */ response) => !!response.destroy(),
    () => true,
    () => false, // the publisher is what is away
  ]) {
    server.instead = () => false;
    const edge = await WatchingEdge.of(folder, { patience: 500 });
    publish({ generatedAt: edge.seconds });
    assert.equal(await edge.asked(pass), "admitted");
    server.instead = instead;
    edge.pass(MAX_STALE_SECONDS + 1);
    assert.equal(await edge.asked(pass), "revocation-stale");
    server.instead = () => false;
    edge.pass(REFRESH_SECONDS);
    publish({ generatedAt: edge.seconds });
    assert.equal(await edge.asked(pass), "admitted");
  }
});

test("a process that is stopped and goes on", async () => {
  publish({ generatedAt: now() });
  const instance = await Instance.started(watchingBundle(server.url, "", 1));
  await instance.becomes("admitted", pass);

  instance.freeze();
  publish({ generatedAt: now(), sequence: Date.now(), upTo: now() });
  await passed(1500);
  instance.thaw();
  await instance.becomes("revoked", pass);

  const { held, letGo } = holdBack();
  await passed(1000);
  const asked = instance.asked(pass);
  while (held.length === 0) await passed(1);
  instance.freeze();
  await passed(1500);
  instance.thaw();
  assert.equal(await asked, "revoked", "by the state in hand");
  assert.equal(instance.facts.at(-1), "it took more than 500 ms");
  letGo();
  publish({ generatedAt: now(), sequence: Date.now() });
  await instance.becomes("admitted", pass);
  await instance.stopped();
});

test("the longest body, taken ten times, stays below 128 MB", async (t) => {
  const body = bodyOf(MOST_SESSIONS);
  publish({ generatedAt: now() });
  const instance = await Instance.started(watchingBundle(server.url, "", 1));
  await instance.becomes("admitted", pass);
  const before = instance.memory.most;
  for (let round = 1; round <= 10; round += 1) {
    body.writeUInt32LE(round, body.length - 8); // the low half of the last hash
    const expected = round % 2 === 0 ? "admitted" : "revoked";
    const upTo = round % 2 === 0 ? 0 : now();
    publish({ generatedAt: now(), sequence: Date.now(), upTo, body });
    await instance.becomes(expected, pass);
    published.clear();
  }
  const shown = (/** @type {number} */ bytes) => `${(bytes / MEGABYTE).toFixed(0)} MB`;
  t.diagnostic(`resident ${shown(before)} with one, at most ${shown(instance.memory.most)}`);
  t.diagnostic(instance.facts.join() || "no look-up took too long");
  assert.ok(instance.memory.most < 128 * MEGABYTE, `${shown(instance.memory.most)} were resident`);
  await instance.stopped();
});
