// @ts-check
// What the other tests hold answers against tells right from wrong.

import assert from "node:assert/strict";
import { test } from "node:test";

import { requestOf, viewerRequest } from "../event.mjs";
import { requestFaults, responseFaults } from "../rules.mjs";

const RESPONSE = {
  status: "403",
  statusDescription: "Forbidden",
  headers: { vary: [{ key: "Vary", value: "Origin" }] },
  body: "403 Forbidden\n",
};
const line = { value: "x" };

/** @type {Record<string, [object, RegExp]>} */
const WRONG_RESPONSES = {
  "a number for its status": [{ status: 403 }, /^the status is 403$/],
  "a status that there is not": [{ status: "600" }, /^the status is "600"$/],
  "no status": [{ status: undefined }, /^the status is undefined$/],
  "no description": [{ statusDescription: undefined }, /^the status description is no string$/],
  "a member of our own": [{ cookies: [] }, /^there are also cookies$/],
  "a body that is no text": [{ body: { text: "x" } }, /^the body is no string$/],
  "a 204 with a body": [{ status: "204" }, /^a 204 has a body$/],
  "a name in upper case": [{ headers: { Vary: [line] } }, /^the header Vary is not in lower case$/],
  "a value for lines": [{ headers: { vary: "Origin" } }, /^the header vary has no lines$/],
  "a header of no lines": [{ headers: { vary: [] } }, /^the header vary has no lines$/],
  "the key of another header": [
    { headers: { vary: [{ key: "Via", value: "x" }] } },
    /^vary has the key Via$/,
  ],
  "a number for a value": [
    { headers: { vary: [{ value: 1 }] } },
    /^the header vary has a malformed value$/,
  ],
  "two headers in one": [
    { headers: { vary: [{ value: "x\r\ny: z" }] } },
    /^the header vary has a malformed value$/,
  ],
  "a header that only CloudFront sets": [
    { headers: { via: [line] } },
    /^the header via may not be added$/,
  ],
  "a header that functions may not set": [
    { headers: { "x-amz-cf-id": [line] } },
    /^the header x-amz-cf-id may not be added$/,
  ],
  "a body above 40 KB": [{ body: "x".repeat(40 * 1024) }, /^headers and body have \d+ bytes$/],
  "headers above 40 KB": [
    { headers: { location: [{ value: "x".repeat(40 * 1024) }] } },
    /^headers and body have \d+ bytes$/,
  ],
};

test("a response that CloudFront takes", () => {
  assert.deepEqual(responseFaults(RESPONSE), []);
});

for (const [name, [wrong, fault]] of Object.entries(WRONG_RESPONSES)) {
  test(`a response with ${name}`, () => {
    const faults = responseFaults({ ...RESPONSE, ...wrong });
    assert.equal(faults.length, 1, faults.join());
    assert.match(faults[0] ?? "", fault);
  });
}

/** @type {Record<string, [(request: any) => unknown, RegExp]>} */
const WRONG_REQUESTS = {
  "a path without its slash": [
    (request) => (request.uri = "video/a.mp4"),
    /^the path does not begin with a slash$/,
  ],
  "a blank in its query": [(request) => (request.querystring = "a b"), /^the query is malformed$/],
  "a query that is too long": [
    (request) => (request.querystring = "q".repeat(8192)),
    /^path and query are too long$/,
  ],
  "another host": [
    ({ headers }) => (headers.host = [{ value: "other.example.com" }]),
    /^the header host was changed$/,
  ],
  "no host": [({ headers }) => delete headers.host, /^the header host was changed$/],
  "a header that only CloudFront sets": [
    ({ headers }) => (headers["x-edge-location"] = [line]),
    /^x-edge-location was added$/,
  ],
  "a name in upper case": [
    ({ headers }) => (headers["X-Edgepass-Context"] = [line]),
    /^the header X-Edgepass-Context is not in lower case$/,
  ],
};

test("a request that may go on", () => {
  const request = requestOf(viewerRequest({ querystring: "a=1" }));
  assert.deepEqual(requestFaults(request, structuredClone(request)), []);
});

for (const [name, [change, fault]] of Object.entries(WRONG_REQUESTS)) {
  test(`a request with ${name}`, () => {
    const request = requestOf(viewerRequest({ querystring: "a=1" }));
    const viewers = structuredClone(request);
    change(request);
    const faults = requestFaults(request, viewers);
    assert.equal(faults.length, 1, faults.join());
    assert.match(faults[0] ?? "", fault);
  });
}
