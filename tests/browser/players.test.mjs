// @ts-check
//
// The helpers for players, each with the real player from the npm registry and the real edge. The
// pages are those of `players/`, put before the site of the edge, and also on an origin of their own.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { playsTo, spoil } from "./demo-page.mjs";
import { Demo, watch } from "./demo.mjs";

/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Route} Route */

const SESSION = "/edgepass/session";
const HLS = "index.m3u8";
const DASH = "manifest.mpd";

/** Another origin of the same site: cookies go along where they are asked for, and CORS rules. */
const ELSEWHERE = "http://127.0.0.1:9";

/** The three segments of the demo clip, for players that know no HLS. */
const MANIFEST = `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT12S"
  minBufferTime="PT2S" profiles="urn:mpeg:dash:profile:isoff-live:2011">
  <Period>
    <AdaptationSet mimeType="video/mp4" contentType="video" segmentAlignment="true">
      <SegmentTemplate duration="4" startNumber="0" initialization="init.mp4"
        media="segment-$Number$.m4s" />
      <Representation id="1" bandwidth="120000" width="480" height="270"
        codecs="avc1.4d4015,mp4a.40.2" />
    </AdaptationSet>
  </Period>
</MPD>
`;

/** What each player says of a 403 that stays one. */
const PLAYERS = [
  { player: "hls", media: HLS, says: /Error 403$/ },
  { player: "shaka", media: HLS, says: /^1001 403$/ },
  { player: "dash", media: DASH, says: /^\d+ 403$/ },
  { player: "video", media: HLS, says: /^error \d$/ },
];

const demo = await Demo.open();
for (const user of ["alice", "bob"]) await writeFile(join(demo.content, user, DASH), MANIFEST);

after(() => demo.close());

for (const { player, media, says } of PLAYERS) {
  describe(player, { concurrency: true }, () => {
    test("plays, and goes on after a refusal with a new pass", async () => {
      await watchPlayer(player, demo.origin, `/media/alice/${media}`, async (page, wire) => {
        await playsTo(page, 0.5);
        assert.equal(wire.count("POST", SESSION), 1);
        await spoil(page, "expired");
        await playsTo(page, 9);
        assert.equal(wire.count("POST", SESSION), 2);
        assert.deepEqual(await errors(page), []);
        if (player !== "video") {
          // The browser's own HLS keeps its answers from the tests.
          const refused = (await wire.answers()).filter(({ status }) => status === 403);
          assert.deepEqual([...new Set(refused.map(({ reason }) => reason))], ["expired"]);
          assert.equal(refused.length, 1);
        }
        await demo.shoot(page, `player-${player}`);
      });
    });

    test("starts with a pass that the edge refuses", async () => {
      await watchPlayer(
        player,
        demo.origin,
        `/media/alice/${media}`,
        async (page, wire) => {
          await playsTo(page, 0.5);
          assert.equal(wire.count("POST", SESSION), 2);
          assert.deepEqual(await errors(page), []);
        },
        (page) => spoilAfterIssue(page),
      );
    });

    test("hears of a refusal that a new pass does not end", async () => {
      // Not Alice, who plays in the other tests.
      await watchPlayer(player, demo.origin, `/media/bob/${media}`, async (page) => {
        await playsTo(page, 0.5);
        const headers = { origin: demo.origin };
        await page.request.post(`${demo.origin}/demo/log-out-everywhere`, { headers });
        await page.waitForFunction(() => /** @type {any} */ (globalThis).playing.errors.length > 0);
        assert.match((await errors(page))[0] ?? "", says);
        assert.ok(
          await page.evaluate(() => /** @type {any} */ (globalThis).playing.session.revoked),
        );
      });
    });

    test("sends the cookies to another origin", async () => {
      await watchPlayer(
        player,
        ELSEWHERE,
        `${demo.origin}/media/alice/${media}`,
        async (page, wire) => {
          await playsTo(page, 0.5);
          assert.deepEqual(await errors(page), []);
          if (player === "video") return;
          const answers = await wire.answers();
          assert.ok(answers.length > 2);
          assert.ok(answers.every(({ sent, status }) => sent && status === 200));
        },
      );
    });
  });
}

/**
 * @param {string} player
 * @param {string} origin of the page
 * @param {string} media
 * @param {(page: Page, wire: ReturnType<typeof watch>) => Promise<void>} steps
 * @param {(page: Page) => Promise<void>} [prepare]
 */
async function watchPlayer(player, origin, media, steps, prepare) {
  await demo.browse({}, async (context) => {
    await context.route(/\/(players|npm|session)\//, serve);
    if (origin !== demo.origin) await context.route(`${demo.origin}/**`, allowElsewhere);
    const page = await context.newPage();
    const headers = { origin: demo.origin };
    const data = { user: /\/media\/(\w+)\//.exec(media)?.[1] };
    await page.request.post(`${demo.origin}/demo/sign-in`, { headers, data });
    const wire = watch(page);
    await prepare?.(page);
    const endpoint = `${demo.origin}${SESSION}`;
    const query = new URLSearchParams({ media, endpoint });
    await page.goto(`${origin}/players/${player}.html?${query}`);
    await steps(page, wire);
  });
}

/** @param {Page} page */
function errors(page) {
  return page.evaluate(
    () => /** @type {string[]} */ (/** @type {any} */ (globalThis).playing.errors),
  );
}

/**
 * Puts a bad pass in place of the first good one before the page can use it.
 *
 * @param {Page} page
 */
async function spoilAfterIssue(page) {
  await page.route(
    `**${SESSION}`,
    async (route) => {
      const response = await route.fetch();
      await page.evaluate(
        (kind) =>
          fetch("/demo/pass", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ kind }),
          }),
        "expired",
      );
      await route.fulfill({ response, headers: { "content-type": "application/json" } });
    },
    { times: 1 },
  );
}

/**
 * The pages of the players, the players and what of the session module the demo does not need.
 *
 * @param {Route} route
 */
async function serve(route) {
  const [, folder = "", ...rest] = new URL(route.request().url()).pathname.split("/");
  const name = rest.join("/");
  if (folder === "players" && name.endsWith(".html")) {
    const page = await readFile(new URL("players/index.html", import.meta.url), "utf8");
    const script = `<script type="module" src="${name.replace(/html$/, "js")}"></script>`;
    return route.fulfill({
      contentType: "text/html",
      body: page.replace("</html>", `${script}</html>`),
    });
  }
  const base = { players: "players/", npm: "node_modules/", session: "../../wasm/session/" }[
    folder
  ];
  const path = fileURLToPath(new URL(name, new URL(`${base}`, import.meta.url)));
  return route.fulfill({ path, contentType: "text/javascript" });
}

/**
 * Lets pages of the other origin ask and read, as a site's response headers policy does; the local
 * edge has none.
 *
 * @param {Route} route
 */
async function allowElsewhere(route) {
  const allowed = {
    "access-control-allow-origin": ELSEWHERE,
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "content-type",
    "access-control-allow-methods": "GET, POST, DELETE",
  };
  const request = route.request();
  if (request.method() === "OPTIONS") return route.fulfill({ status: 204, headers: allowed });
  const headers = { ...(await request.allHeaders()), origin: demo.origin };
  const response = await route.fetch({ headers });
  return route.fulfill({ response, headers: { ...response.headers(), ...allowed } });
}
