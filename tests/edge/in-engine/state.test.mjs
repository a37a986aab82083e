// @ts-check
// The state is looked up when it is time, once for all who wait, and not for long.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import {
  MAX_STALE_SECONDS,
  REFRESH_SECONDS,
  WatchingEdge,
  watchingBundle,
} from "../watching-edge.mjs";
import { bodyOf, headOf, nameOf } from "../written-state.mjs";

/** In milliseconds. */
const PATIENCE = 500;

/** What is published. @type {Map<string, Buffer>} */
const published = new Map();
const server = await StateServer.of((path) => published.get(path));
const folder = watchingBundle(server.url);
const allowing = watchingBundle(server.url, 'when_unknown = "allow"');
const pass = Pass.signed().withClaims("RS256", 1);

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

/**
 * An edge that has a state in hand.
 *
 * @param {{ patience?: number }} [others]
 */
async function started(others) {
  const edge = await WatchingEdge.of(folder, others);
  publish({ generatedAt: edge.seconds });
  assert.equal(await edge.asked(pass), "admitted", edge.facts.join());
  return edge;
}

/** Everything that was issued, from now on. @param {WatchingEdge} edge */
function revokeAll(edge) {
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
}

test("a state is served from memory until it is time to look", async () => {
  const edge = await started();
  edge.pass(1);
  revokeAll(edge);
  edge.pass(REFRESH_SECONDS - 2);
  assert.equal(await edge.asked(pass), "admitted");
  assert.deepEqual([server.heads.length, server.bodies.length], [1, 1]);
  edge.pass(1);
  assert.equal(await edge.asked(pass), "revoked");
  assert.deepEqual([server.heads.length, server.bodies.length], [2, 1], "the body is the same");
  assert.deepEqual(edge.facts, []);
});

test("an unchanged head is answered without one", async () => {
  const edge = await started();
  let unchanged = 0;
  server.instead = ({ headers }) => (
    (unchanged += headers["if-none-match"] === undefined ? 0 : 1),
    false
  );
  for (let round = 1; round <= 3; round += 1) {
    edge.pass(REFRESH_SECONDS);
    assert.equal(await edge.asked(pass), "admitted");
    assert.equal(unchanged, round);
  }
  assert.deepEqual([server.heads.length, server.bodies.length], [4, 1]);
  assert.deepEqual(edge.facts, []);
});

test("a body is fetched only under another name", async () => {
  const edge = await started();
  for (const [first, bodies] of [
    [1, 1],
    [2, 2],
    [2, 2],
    [1, 3],
  ]) {
    edge.pass(REFRESH_SECONDS);
    publish({ generatedAt: edge.seconds, body: bodyOf(1, first) });
    assert.equal(await edge.asked(pass), "admitted");
    assert.equal(server.bodies.length, bodies);
  }
  assert.deepEqual(edge.facts, []);
});

test("fifty requests wait for one look-up", async () => {
  const edge = await WatchingEdge.of(folder);
  publish({ generatedAt: edge.seconds });
  const fifty = () => Promise.all(Array.from({ length: 50 }, () => edge.asked(pass)));
  assert.deepEqual(new Set(await fifty()), new Set(["admitted"]));
  assert.deepEqual([server.heads.length, server.bodies.length], [1, 1]);
  edge.pass(REFRESH_SECONDS);
  revokeAll(edge);
  assert.ok(!(await fifty()).includes("admitted"));
  assert.deepEqual([server.heads.length, server.bodies.length], [2, 1]);
});

test("no connection outlives its answer", async () => {
  const before = server.connections;
  const edge = await started();
  edge.pass(REFRESH_SECONDS);
  assert.equal(await edge.asked(pass), "admitted");
  assert.equal(server.connections - before, 3, "two heads and a body");
  for (const { headers } of server.requests) assert.equal(headers.connection, "close");
});

/** Where a server may stop talking. @type {Record<string, typeof server.instead>} */
const HANGING = {
  "before it answers": () => true,
  "in the midst of the head": ({ url }, response) => {
    if (!url?.endsWith("/head")) return false;
    return response.writeHead(200).write((published.get("head") ?? Buffer.of()).subarray(0, 100));
  },
  "before the body": ({ url }) => !url?.endsWith("/head"),
};

for (const [where, instead] of Object.entries(HANGING)) {
  test(`a server that hangs ${where} is given up`, async () => {
    const edge = await started({ patience: PATIENCE });
    edge.pass(REFRESH_SECONDS);
    publish({ generatedAt: edge.seconds, upTo: edge.seconds, body: bodyOf(1, 2) });
    server.instead = instead;
    assert.equal(await edge.asked(pass), "admitted", "by the state in hand");
    assert.deepEqual(edge.facts, [`it took more than ${PATIENCE} ms`]);
    const { length } = server.requests;
    assert.equal(await edge.asked(pass), "admitted");
    assert.equal(server.requests.length, length, "the next one does not wait too");
    server.instead = () => false;
    edge.pass(1);
    assert.equal(await edge.asked(pass), "revoked");
    assert.equal(edge.facts.length, 1);
  });
}

test("a state in hand holds for as long as its date allows", async () => {
  const edge = await started();
  server.instead = (_, response) => !!response.destroy();
  edge.pass(MAX_STALE_SECONDS);
  assert.equal(await edge.asked(pass), "admitted");
  edge.pass(1);
  assert.equal(await edge.asked(pass), "revocation-stale");
  server.instead = () => false;
  edge.pass(1);
  // Looked up again, and still of then.
  assert.equal(await edge.asked(pass), "revocation-stale");
  edge.pass(REFRESH_SECONDS);
  publish({ generatedAt: edge.seconds });
  assert.equal(await edge.asked(pass), "admitted");
});

test("without a state nobody is let in, unless that is wanted", async () => {
  const [edge, open] = [await WatchingEdge.of(folder), await WatchingEdge.of(allowing)];
  assert.equal(await edge.asked(pass), "revocation-unknown");
  assert.equal(await open.asked(pass), "admitted");
  assert.deepEqual([...edge.facts, ...open.facts], Array(2).fill("the head is answered with 403"));
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  for (const one of [edge, open]) {
    one.pass(1);
    assert.equal(await one.asked(pass), "revoked");
  }
  published.clear();
  open.pass(MAX_STALE_SECONDS + 1);
  assert.equal(await open.asked(pass), "revocation-stale", "that one was loaded is not forgotten");
});

test("a clock that is set back makes it look", async () => {
  const edge = await started();
  edge.pass(-30);
  published.set("head", headOf({ generatedAt: edge.seconds + 31, upTo: edge.seconds + 31 }));
  assert.equal(await edge.asked(pass), "revoked");
  assert.equal(server.heads.length, 2);
});

/** So large that it does not arrive in one piece. */
const LARGE = 50_000;

for (const ranges of ["goes on", "starts anew where the server knows no ranges"]) {
  test(`a large body ${ranges}`, async () => {
    const edge = await started({ patience: PATIENCE });
    edge.pass(REFRESH_SECONDS);
    const body = bodyOf(LARGE, 2);
    publish({ generatedAt: edge.seconds, upTo: edge.seconds, body });
    const half = body.length / 2;
    server.instead = ({ url }, response) =>
      url?.endsWith("/head")
        ? false
        : response.writeHead(200).write(body.subarray(0, half)) || true;
    assert.equal(await edge.asked(pass), "admitted");
    server.instead = ({ headers }) => {
      if (ranges !== "goes on") delete headers.range;
      return false;
    };
    edge.pass(1);
    assert.equal(await edge.asked(pass), "revoked", edge.facts.join());
    const ranged = server.bodies.map(({ headers }) => headers.range);
    assert.deepEqual(ranged, [undefined, undefined, `bytes=${half}-`]);
  });
}

/** Half of a body, and then nothing more; whole heads, and the rest to who has that half. @type {typeof server.instead} */
const inHalves = ({ url = "", headers: { range } }, response) => {
  const body = published.get(url.replace("/edgepass/state/", ""));
  if (body === undefined || url.endsWith("/head") || range !== undefined) return false;
  return response.writeHead(200).write(body.subarray(0, body.length / 2)) || true;
};

/**
 * An edge that has half of a large body which revokes.
 */
async function halfway() {
  const edge = await started({ patience: PATIENCE });
  edge.pass(REFRESH_SECONDS);
  server.instead = inHalves;
  publish({ generatedAt: edge.seconds, upTo: edge.seconds, body: bodyOf(LARGE, 2) });
  assert.equal(await edge.asked(pass), "admitted");
  edge.pass(1);
  return edge;
}

test("large bodies are taken, though each look-up finds another", async () => {
  const edge = await halfway();
  for (const first of [3, 4, 5]) {
    publish({ generatedAt: edge.seconds, upTo: edge.seconds, body: bodyOf(LARGE, first) });
    const later = Pass.signed().withClaims("RS256", first, edge.seconds);
    assert.equal(await edge.asked(pass), "revoked", edge.facts.join());
    assert.equal(await edge.asked(later), "admitted", "by the head of that body");
    edge.pass(1);
  }
  const ranged = server.bodies.map(({ headers }) => headers.range !== undefined);
  assert.deepEqual(ranged, [false, false, true, false, true, false, true, false]);
});

test("nothing of a body stays outside of the module", async () => {
  const edge = await started();
  const body = bodyOf(1_000_000);
  publish({ generatedAt: edge.seconds, sequence: edge.clock + 1, upTo: edge.seconds, body });
  const before = process.memoryUsage().arrayBuffers;
  edge.pass(REFRESH_SECONDS);
  assert.equal(await edge.asked(pass), "revoked", edge.facts.join());
  // What was read from the socket has as many bytes as the body, and so has the response.
  const more = process.memoryUsage().arrayBuffers - before;
  assert.ok(more < body.length / 4, `${more} bytes more than before`);
});

test("a body that is gone is not waited for", async () => {
  const edge = await halfway();
  published.clear();
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  assert.equal(await edge.asked(pass), "revoked", edge.facts.join());
});

test("nor one that does not go on", async () => {
  const edge = await halfway();
  publish({ generatedAt: edge.seconds, upTo: edge.seconds });
  server.instead = ({ headers }) => headers.range !== undefined;
  assert.equal(await edge.asked(pass), "admitted");
  edge.pass(1);
  assert.equal(await edge.asked(pass), "revoked", edge.facts.join());
});
