// @ts-check
// A function at viewer-request has 128 MB, for Node.js and all.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundled, deployed, edgeToml } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { Pass } from "../pass.mjs";

const MEGABYTE = 1024 * 1024;
const CREDENTIALS = 20_000;
const REQUESTS = 100_000;

test(`${REQUESTS} requests with ${CREDENTIALS} credentials stay below 128 MB`, async (t) => {
  const handler = await deployed(bundled(edgeToml()));
  const expires = Math.floor(Date.now() / 1000) + 3600;
  const cookie = (/** @type {number} */ viewer) => {
    return Pass.signed({ key: "p256", expires: expires + viewer }).cookie;
  };
  await handler(viewerRequest({ cookies: [cookie(0)] }));
  const before = process.memoryUsage.rss();
  let [highest, refused] = [0, 0];
  const inTurn = Array.from({ length: 100 }, () => "");
  for (let count = 0; count < REQUESTS; count += 1) {
    // A hundred viewers watch for a while, then a hundred others come.
    const viewer = Math.floor(count / 500) * 100 + (count % 100);
    if (count % 500 < 100) inTurn[count % 100] = cookie(viewer);
    const cookies = [inTurn[count % 100] ?? ""];
    const answer = await handler(viewerRequest({ uri: `/video/${count}.ts`, cookies }));
    if (answer.status !== undefined) refused += 1;
    if (count % 1000 === 0) highest = Math.max(highest, process.memoryUsage.rss());
  }
  assert.equal(refused, 0);
  const shown = (/** @type {number} */ bytes) => `${(bytes / MEGABYTE).toFixed(0)} MB`;
  t.diagnostic(`resident ${shown(before)} after the first request, at most ${shown(highest)}`);
  assert.ok(highest < 128 * MEGABYTE, `${shown(highest)} were resident`);
});
