// @ts-check
// After a trap the fresh module has the state that the last one had, or denies.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { misbehave, misbehavingParts, trap } from "../misbehaving.mjs";
import { Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import { REFRESH_SECONDS, WatchingEdge, watchingBundle } from "../watching-edge.mjs";
import { bodyOf, headOf, nameOf } from "../written-state.mjs";

/** What is published. @type {Map<string, Buffer>} */
const published = new Map();
const server = await StateServer.of((path) => published.get(path));
const folder = watchingBundle(server.url, 'when_unknown = "allow"');
const early = Pass.signed().withClaims("RS256", 1);
const [THIS, NEXT] = [bodyOf(1), bodyOf(1, 2)];

beforeEach(() => {
  published.clear();
  server.requests = [];
  server.instead = () => false;
  misbehave(undefined);
});

/** @param {import("../written-state.mjs").Wanted} wanted */
function publish(wanted) {
  const { body = THIS } = wanted;
  published.set("head", headOf({ body, ...wanted }));
  published.set(`body/${nameOf(body)}`, body);
}

/** @type {typeof server.instead} */
const away = (_, response) => !!response.destroy();

/** An edge that has a state in hand. */
async function started() {
  const edge = await WatchingEdge.of(folder, { from: misbehavingParts() });
  publish({ generatedAt: edge.seconds });
  assert.equal(await edge.asked(early), "admitted", edge.facts.join());
  return edge;
}

/**
 * Asks with a pass that was not seen before, whose signature traps.
 *
 * @param {WatchingEdge} edge
 * @param {(message: Uint8Array) => void} how
 */
async function trapped(edge, how = trap) {
  misbehave(how);
  const unseen = Pass.signed({ expires: 4_000_000_000 });
  assert.equal(await edge.asked(unseen.withClaims("RS256", 1)), "failed");
  misbehave(undefined);
}

/** Its body is no longer the one that the head names. @param {Uint8Array} message */
function damage({ buffer }) {
  const memory = Buffer.from(buffer);
  const tag = Buffer.from("edgepass-body-1\n\x73\x61\x6c\x74");
  for (let at = memory.indexOf(tag); at >= 0; at = memory.indexOf(tag, at + 1)) {
    memory.writeUInt8(2, at + 44);
  }
  trap();
}

test("the state outlives a trap, without the server", async () => {
  const edge = await started();
  server.instead = away;
  for (let count = 0; count < 20; count += 1) {
    await trapped(edge);
    assert.equal(await edge.asked(early), "admitted");
  }
  edge.pass(60);
  assert.equal(await edge.asked(early), "admitted");
  edge.pass(1);
  assert.equal(await edge.asked(early), "revocation-stale");
});

test("what was revoked stays revoked", async () => {
  const edge = await started();
  edge.pass(REFRESH_SECONDS);
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  assert.equal(await edge.asked(early), "revoked");
  server.instead = away;
  await trapped(edge);
  assert.equal(await edge.asked(early), "revoked");
});

test("an older state is not taken after a trap either", async () => {
  const edge = await started();
  const older = edge.seconds;
  edge.pass(REFRESH_SECONDS);
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  assert.equal(await edge.asked(early), "revoked");
  await trapped(edge);
  publish({ generatedAt: older });
  edge.pass(REFRESH_SECONDS);
  assert.equal(await edge.asked(early), "revoked");
  assert.deepEqual(edge.facts, ["the head is refused"]);
});

test("nor one that is older than a head whose body is awaited", async () => {
  const edge = await started();
  edge.pass(REFRESH_SECONDS);
  publish({ generatedAt: edge.seconds, upTo: edge.seconds, body: NEXT });
  published.delete(`body/${nameOf(NEXT)}`);
  assert.equal(await edge.asked(early), "admitted");
  await trapped(edge);
  edge.pass(REFRESH_SECONDS);
  publish({ generatedAt: edge.seconds - REFRESH_SECONDS - 1 });
  assert.equal(await edge.asked(early), "admitted");
  assert.deepEqual(edge.facts, ["the body is answered with 403", "the head is refused"]);
  edge.pass(1);
  publish({ generatedAt: edge.seconds, upTo: edge.seconds, body: NEXT });
  assert.equal(await edge.asked(early), "revoked");
});

test("nor does a trap in the midst of a look-up cost the state", async () => {
  const edge = await started();
  edge.pass(REFRESH_SECONDS);
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  let verified = 0;
  misbehave(() => void ((verified += 1) === 1 && trap()));
  assert.equal(await edge.asked(early), "admitted");
  assert.deepEqual(edge.facts, ["the validator starts anew"]);
  edge.pass(1);
  assert.equal(await edge.asked(early), "revoked");
});

test("a state that is lost is no state that was never loaded", async () => {
  const edge = await started();
  server.instead = away;
  await trapped(edge, damage);
  assert.equal(await edge.asked(early), "revocation-unknown");
  server.instead = () => false;
  edge.pass(REFRESH_SECONDS);
  assert.equal(await edge.asked(early), "admitted");
});
