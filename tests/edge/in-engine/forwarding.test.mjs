// @ts-check
// What becomes of headers on their way to the origin: tests/vectors/forwarding.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bundled, deployed, edgeToml } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { Pass } from "../pass.mjs";

const vectors = new URL("../../vectors/forwarding.json", import.meta.url);
const { headers, referers } = JSON.parse(readFileSync(vectors, "utf8"));
const cookies = [Pass.signed().cookie];

/** Where everything is checked, where nothing is, and where the path is public. */
const edges = {
  enforce: await deployed(bundled(edgeToml())),
  off: await deployed(bundled(edgeToml({ lines: 'enforcement = "off"' }))),
  public: await deployed(bundled(edgeToml({ tables: '[public]\npaths = ["/video/*"]' }))),
};

for (const [name, handler] of Object.entries(edges)) {
  test(`headers: ${name}`, async () => {
    /** @type {string[]} */
    const names = [...headers.removed, ...headers.kept];
    const sent = Object.fromEntries(names.map((name) => [name, "forged"]));
    const request = await handler(viewerRequest({ cookies, headers: sent }));
    assert.equal(request.status, undefined);
    for (const name of headers.removed)
      assert.equal(request.headers[name.toLowerCase()], undefined);
    for (const name of headers.kept) {
      assert.deepEqual(request.headers[name], [{ key: name, value: "forged" }]);
    }
  });

  test(`referers: ${name}`, async () => {
    for (const { sent, forwarded } of referers) {
      const request = await handler(viewerRequest({ cookies, headers: { Referer: sent } }));
      assert.equal(request.status, undefined, sent);
      const expected = forwarded === null ? undefined : [{ key: "Referer", value: forwarded }];
      assert.deepEqual(request.headers["referer"], expected, sent);
    }
    const { headers } = await handler(viewerRequest({ cookies }));
    assert.equal("referer" in headers, false);
  });
}
