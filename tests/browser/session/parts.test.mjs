// @ts-check
//
// The parts of the session module that are functions of what they are given, and its size.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ServerClock } from "../../../wasm/session/clock.js";
import { readSessionCookie } from "../../../wasm/session/cookie.js";
import { attachDash } from "../../../wasm/session/dash.js";
import { fetchWith } from "../../../wasm/session/fetch.js";
import { hlsConfig } from "../../../wasm/session/hls.js";
import { matches } from "../../../wasm/session/resource.js";
import { openSession } from "../../../wasm/session/session.js";

/** What a page may have to load for the entry `edgepass/session`, in bytes of gzip. */
const BUDGET = 3000;

describe("the readable cookie", () => {
  /** @type {[cookies: string, issuedAt: number | undefined][]} */
  const cases = [
    ["Edgepass-Session=v1.abc-_9.10.20", 10],
    ["a=b; Edgepass-Session=v1.abc.10.20; c=d", 10],
    ["Edgepass-Session=v1.abc.10.20; Edgepass-Session=v1.def.11.20", 11],
    ["Edgepass-Session=v1.abc.11.20; Edgepass-Session=v1.def.10.20", 11],
    ["", undefined],
    ["Edgepass-Session=v2.abc.10.20", undefined],
    ["Edgepass-Session=v1.abc.10", undefined],
    ["Edgepass-Session=v1.abc.10.20.30", undefined],
    ["Edgepass-Session=v1.abc.10.20x", undefined],
    ["Not-Edgepass-Session=v1.abc.10.20", undefined],
  ];
  for (const [cookies, issuedAt] of cases) {
    test(`\`${cookies}\``, () => assert.equal(readSessionCookie(cookies)?.issuedAt, issuedAt));
  }
});

describe("a resource pattern", () => {
  /** @type {[pattern: string, url: string, means: boolean][]} */
  const cases = [
    ["https://m.example/a/*", "https://m.example/a/b/c.m4s", true],
    ["https://m.example/a/*", "https://m.example/a/b?x=y", true],
    ["https://m.example/a/*", "http://m.example/a/b", false],
    ["https://m.example/a/*", "https://m.example:8443/a/b", false],
    ["https://m.example/a/*", "https://m.example/b/a/", false],
    ["https://m.example/a.mp4", "https://m.example/a.mp4", true],
    ["https://m.example/a.mp4", "https://m.example/a.mp4?x", false],
    ["https://m.example/a.mp4", "https://m.example/axmp4", false],
    ["https://m.example/a?x=*", "https://m.example/a?x=1&y=2", true],
    ["https://m.example/a?x=*", "https://m.example/a", false],
    ["https://m.example/*.m4s", "https://m.example/a?b.m4s", false],
    ["*://m.example/*", "http://m.example/a", true],
    ["https://*.example/a", "https://m.example/a", true],
    ["https://*.example/a", "https://m.x/.example/a", false],
    ["https://?.example/a", "https://m.example/a", true],
    ["https://m.example", "https://m.example/", true],
    ["https://m.example", "https://m.example/a", false],
    ["https://m.*", "https://m.example/a?b", true],
    ["*", "https://m.example/a?b", true],
    ["https://m.example/a+b(c)*", "https://m.example/a+b(c)d", true],
  ];
  for (const [pattern, url, means] of cases) {
    test(`\`${pattern}\` ${means ? "means" : "does not mean"} \`${url}\``, () =>
      assert.equal(matches(pattern, new URL(url)), means));
  }
});

describe("what a pass is not for", () => {
  const url = "https://cdn.example/a";
  const session = {
    covers: () => false,
    recover: () => assert.fail("there is nothing to recover"),
  };

  test("is fetched as it is", async () => {
    /** @type {Request[]} */
    const sent = [];
    const fetch = fetchWith(session, async (request) => {
      sent.push(request);
      return new Response(null, { status: 403 });
    });
    assert.equal((await fetch(url)).status, 403);
    assert.deepEqual(
      sent.map(({ credentials }) => credentials),
      ["same-origin"],
    );
  });

  test("gets no cookies from hls.js", () => {
    const { xhrSetup, fetchSetup } = hlsConfig(
      /** @type {any} */ ({ DefaultConfig: { loader: Object } }),
      session,
    );
    const xhr = /** @type {XMLHttpRequest} */ ({ withCredentials: false });
    xhrSetup(xhr, url);
    assert.ok(!xhr.withCredentials);
    assert.equal(fetchSetup({ url }, {}).credentials, "same-origin");
  });

  test("gets no cookies from dash.js", async () => {
    /** @type {((request: any) => Promise<any>)[]} */
    const interceptors = [];
    const add = interceptors.push.bind(interceptors);
    attachDash({ addRequestInterceptor: add, addResponseInterceptor: add }, session);
    const [onRequest, onResponse] = interceptors;
    const request = { url, credentials: "omit" };
    assert.equal((await onRequest?.(request)).credentials, "omit");
    await onResponse?.({ request, status: 403 });
  });
});

describe("a fetch with a pass", () => {
  /** @param {boolean} helps */
  const attempts = async (helps) => {
    const session = { covers: () => true, recover: async () => helps };
    /** @type {string[]} */
    const bodies = [];
    const fetch = fetchWith(session, async (request) => {
      bodies.push(`${request.credentials} ${await request.text()}`);
      return new Response(null, { status: bodies.length < 2 ? 403 : 200 });
    });
    const { status } = await fetch("https://media.example/a", { method: "PUT", body: "x" });
    return { status, bodies };
  };

  test("is sent again, whole, after a refusal", async () => {
    assert.deepEqual(await attempts(true), { status: 200, bodies: ["include x", "include x"] });
  });

  test("is answered with the refusal where a new pass is not to be had", async () => {
    assert.deepEqual(await attempts(false), { status: 403, bodies: ["include x"] });
  });
});

describe("values that JavaScript would convert", () => {
  test("are no time of the client's clock", () => {
    for (const now of [null, "", false, [], "0", 0n, new Date(0), NaN, Infinity]) {
      assert.throws(() => new ServerClock().at(/** @type {any} */ (now)), TypeError);
    }
  });

  test("are no options", () => {
    const endpoint = "https://media.example/edgepass/session";
    const fetch = () => new Promise(() => {});
    const automatic = [null, 0, "", "false"].map((value) => ({ automatic: value }));
    const wrong = [null, "", "60", false, [], NaN, Infinity];
    const renewBefore = wrong.map((value) => ({ renewBefore: value }));
    for (const options of [...automatic, ...renewBefore]) {
      const given = /** @type {any} */ ({ endpoint, fetch, ...options });
      assert.throws(() => openSession(given).close(), /`automatic`.*`renewBefore`/);
    }
  });
});

test(`the entry is at most ${BUDGET} bytes in gzip, and no helper of a player is in it`, async () => {
  const entry = fileURLToPath(new URL("../../../wasm/session/session.js", import.meta.url));
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
  });
  const size = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
  console.log(`edgepass/session: ${size} bytes in gzip`);
  assert.ok(size > 1000 && size <= BUDGET, `${size} bytes`);
  const files = Object.keys(metafile.inputs).map((path) => path.replace(/.*\//, ""));
  assert.deepEqual(files.toSorted(), [
    "clock.js",
    "cookie.js",
    "resource.js",
    "session.js",
    "signer.js",
    "tabs.js",
  ]);
});
