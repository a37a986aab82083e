// @ts-check
// What is not the site's latest state is not taken, and the one in hand stays.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import { REFRESH_SECONDS, WatchingEdge, watchingBundle } from "../watching-edge.mjs";
import { bodyOf, headOf, nameOf, strangersKey } from "../written-state.mjs";

/** What is published. @type {Map<string, Buffer>} */
const published = new Map();
const server = await StateServer.of((path) => published.get(path));
const folder = watchingBundle(server.url, 'site = "https://media.example.com"');
const pass = Pass.signed().withClaims("RS256", 1);
const rotated = Pass.signed({ key: "p256" }).withClaims("RS256", 1);

const [THIS, NEXT] = [bodyOf(1), bodyOf(1, 2)];

beforeEach(() => {
  published.clear();
  server.requests = [];
  server.instead = () => false;
});

/** @param {Buffer} head @param {Buffer} [body] */
function publish(head, body = THIS) {
  published.set("head", head);
  published.set(`body/${nameOf(body)}`, body);
}

/**
 * @typedef {object} Fault
 * @property {(good: Buffer, seconds: number) => Buffer} [head] in place of the good one
 * @property {(good: Buffer) => Buffer} [body]
 * @property {typeof server.instead} [instead]
 * @property {RegExp} fact
 * @property {true} [forWhoHasSeen] the state before: nothing is wrong with it otherwise
 */

const refused = /^the head is refused$/;
const otherBody = /^the body is not the one that the head names$/;

/** @param {Partial<import("../written-state.mjs").Wanted>} wanted @returns {Fault} */
const headWith = (wanted) => ({
  head: (_, generatedAt) =>
    headOf({ generatedAt, serial: 2, upTo: generatedAt, body: NEXT, ...wanted }),
  fact: refused,
});

/** @param {string} path @param {typeof server.instead} instead */
const only = (path, instead) => (/** @type {any} */ request, /** @type {any} */ response) =>
  (request.url ?? "").includes(path) && instead(request, response);

/** @param {number} status */
const answered = (status) => (/** @type {any} */ _, /** @type {any} */ response) => {
  response.writeHead(status, { location: server.url.replace("head", "elsewhere") }).end("<html>");
  return true;
};

/** A response that never ends. @type {typeof server.instead} */
const endless = (_, response) => {
  response.writeHead(200);
  const more = () =>
    void (response.destroyed || (response.write(Buffer.alloc(8192)), setImmediate(more)));
  more();
  return true;
};

/** @type {Record<string, Fault>} */
const FAULTS = {
  "a lower sequence number": { ...headWith({ sequence: 1 }), forWhoHasSeen: true },
  "the same number on another head": {
    head: (_, seconds) =>
      headOf({
        generatedAt: seconds,
        sequence: (seconds - REFRESH_SECONDS) * 1000,
        upTo: seconds,
        serial: 2,
      }),
    fact: refused,
    forWhoHasSeen: true,
  },
  "a delegation that was replaced": { ...headWith({ serial: 1 }), forWhoHasSeen: true },
  "another site": headWith({ site: "https://other.example.com" }),
  "another root key": headWith({ rootKey: strangersKey }),
  "a key that nobody delegated to": headWith({ signer: strangersKey }),
  "a delegation that nobody signed": headWith({ rootKey: null }),
  "a head that nobody signed": headWith({ signer: null }),
  "a forged date": {
    head: (good, seconds) => {
      const date = Buffer.alloc(8);
      date.writeBigUInt64LE(BigInt(seconds));
      const forged = Buffer.from(good);
      forged.writeUInt8(date.readUInt8(0) ^ 1, good.indexOf(date));
      return forged;
    },
    fact: refused,
  },
  "a date that is ahead": headWith({ generatedAt: Math.floor(Date.now() / 1000) + 1000 }),
  "a head cut short": { head: (good) => good.subarray(0, -1), fact: refused },
  "a head that goes on": { head: (good) => Buffer.concat([good, Buffer.of(0)]), fact: refused },
  "an empty head": { head: () => Buffer.of(), fact: refused },
  "a page in its place": { head: () => Buffer.from("<!doctype html>"), fact: refused },
  "a body in its place": { head: () => NEXT, fact: refused },
  "a head without end": {
    instead: only("head", endless),
    fact: /^the head has more than 16384 bytes$/,
  },
  "a head that moved": {
    instead: only("head", answered(301)),
    fact: /^the head is answered with 301$/,
  },
  "a head that is gone": {
    instead: only("head", answered(404)),
    fact: /^the head is answered with 404$/,
  },
  "a server that is ill": {
    instead: only("head", answered(503)),
    fact: /^the head is answered with 503$/,
  },
  "a partial head": {
    instead: only("head", answered(206)),
    fact: /^the head is answered with 206$/,
  },
  "a body cut short": { body: (good) => good.subarray(0, -1), fact: otherBody },
  "a body that goes on": {
    body: (good) => Buffer.concat([good, good]),
    fact: /^the body is too long$/,
  },
  "a body without end": { instead: only("body", endless), fact: /^the body is too long$/ },
  "another body of that length": { body: () => bodyOf(1, 3), fact: otherBody },
  "an empty body": { body: () => Buffer.of(), fact: otherBody },
  "a body that moved": {
    instead: only("body", answered(302)),
    fact: /^the body is answered with 302$/,
  },
  "a body that is gone": {
    instead: only("body", answered(404)),
    fact: /^the body is answered with 404$/,
  },
};

for (const [name, { head, body, instead, fact, forWhoHasSeen }] of Object.entries(FAULTS)) {
  test(name, async () => {
    for (const upTo of [0, 1]) {
      const edge = await WatchingEdge.of(folder);
      const before = edge.seconds;
      publish(headOf({ generatedAt: before, serial: 2, upTo: upTo * before }));
      const standing = upTo === 0 ? "admitted" : "revoked";
      assert.equal(await edge.asked(pass), standing, edge.facts.join());

      edge.pass(REFRESH_SECONDS);
      const generatedAt = edge.seconds;
      // Would turn the standing round, were it taken.
      const good = headOf({
        generatedAt,
        serial: 3,
        upTo: (1 - upTo) * before,
        body: NEXT,
        keys: ["K1RSAEXAMPLE", "K1P256EXAMPLE", "claims-rs256"],
      });
      publish(head?.(good, generatedAt) ?? good, NEXT);
      if (body) published.set(`body/${nameOf(NEXT)}`, body(NEXT));
      if (instead) server.instead = instead;
      assert.equal(await edge.asked(pass), standing);
      assert.equal(edge.facts.length, 1);
      assert.match(edge.facts[0] ?? "", fact);
      assert.ok(!(await edge.asked(rotated)).includes("admitted"), "nor are its keys");

      server.instead = () => false;
      edge.pass(1);
      publish(
        headOf({ generatedAt: generatedAt + 1, serial: 3, upTo: (1 - upTo) * before, body: NEXT }),
        NEXT,
      );
      assert.equal(await edge.asked(pass), upTo === 0 ? "revoked" : "admitted", edge.facts.join());
    }
  });

  if (forWhoHasSeen) continue;
  test(`${name}, to an edge that has just started`, async () => {
    const edge = await WatchingEdge.of(folder);
    const generatedAt = edge.seconds;
    const good = headOf({ generatedAt, serial: 2, body: NEXT });
    publish(head?.(good, generatedAt) ?? good, NEXT);
    if (body) published.set(`body/${nameOf(NEXT)}`, body(NEXT));
    if (instead) server.instead = instead;
    assert.equal(await edge.asked(pass), "revocation-unknown");
    assert.match(edge.facts[0] ?? "", fact);
  });
}

test("the keys that a head lists are trusted without a deployment", async () => {
  const edge = await WatchingEdge.of(folder);
  publish(headOf({ generatedAt: edge.seconds }));
  assert.deepEqual(
    [await edge.asked(pass), await edge.asked(rotated)],
    ["admitted", "unknown-key"],
  );
  for (const [serial, keys, standings] of /** @type {[number, string[], string[]][]} */ ([
    [2, ["K1RSAEXAMPLE", "K1P256EXAMPLE", "claims-rs256"], ["admitted", "admitted"]],
    [3, ["K1P256EXAMPLE", "claims-rs256"], ["unknown-key", "admitted"]],
  ])) {
    edge.pass(REFRESH_SECONDS);
    publish(headOf({ generatedAt: edge.seconds, serial, keys }));
    assert.deepEqual([await edge.asked(pass), await edge.asked(rotated)], standings);
  }
  assert.equal(server.bodies.length, 1);
  edge.pass(REFRESH_SECONDS);
  publish(headOf({ generatedAt: edge.seconds, serial: 2 }));
  assert.deepEqual(
    [await edge.asked(pass), await edge.asked(rotated)],
    ["unknown-key", "admitted"],
  );
  assert.deepEqual(edge.facts, ["the head is refused"]);
});
