// @ts-check
//
// The demo plays while its pass is renewed, ends, or is revoked, with a wrong clock, and offline.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { playsTo, renewEarly, secondsLeft, settled, signIn, spoil, text } from "./demo-page.mjs";
import { Demo } from "./demo.mjs";

/** @typedef {import("playwright-core").Page} Page */

const SESSION = "/edgepass/session";
const MINUTE = 60;

const demo = await Demo.open();

after(() => demo.close());

// Passes are waited for more than computed.
describe("playback goes on", { concurrency: 3 }, () => {
  test("across renewals, without a stall", async () => {
    await demo.visit({}, "?player=mse", async (page, wire) => {
      await signIn(page, "alice");
      const signatures = sentSignatures(page);
      await renewEarly(page);
      await play(page);
      const issued = wire.count("POST", SESSION);
      await page
        .locator('#session-events [data-event="renewed"]')
        .nth(1)
        .waitFor({ timeout: 45_000 });
      await playsTo(page, (await second(page)) + 5);
      assert.equal(wire.count("POST", SESSION), issued + 2);
      assert.deepEqual(await stalls(page), []);
      assert.ok((await second(page)) > 25);
      assert.ok((await signatures()) >= 2, "no segment was asked for with the new pass");
      assert.ok((await wire.answers()).every(({ status }) => status === 200));
      await demo.shoot(page, "across-renewals");
    });
  });

  for (const { engine, query } of [
    { engine: "Media Source", query: "?player=mse" },
    { engine: "native HLS", query: "" },
  ]) {
    test(`across the end of a pass, which the edge refuses first, with ${engine}`, async () => {
      await demo.visit({}, query, async (page, wire) => {
        await signIn(page, "alice");
        await play(page);
        const issued = wire.count("POST", SESSION);
        await spoil(page, "expired");
        // The browser's own HLS has half a minute in its buffer.
        if (!query) await seek(page, 90);
        // The first is that of the sign-in.
        const renewed = page.locator('#session-events [data-event="renewed"]').nth(1);
        await renewed.waitFor({ timeout: 60_000 });
        await playsTo(page, (await second(page)) + 3);
        const refused = (await wire.answers()).filter(({ status }) => status === 403);
        // The browser's own HLS keeps its answers from the tests.
        if (query) {
          assert.deepEqual(new Set(refused.map(({ reason }) => reason)), new Set(["expired"]));
          assert.equal(refused.length, 1);
          assert.deepEqual(await stalls(page), []);
        }
        assert.equal(wire.count("POST", SESSION), issued + 1);
        await demo.shoot(page, `across-the-end-${query ? "mse" : "native"}`);
      });
    });
  }

  for (const minutes of [-10, 10]) {
    test(`with a clock that is wrong by ${minutes} minutes`, async () => {
      await demo.visit(
        {},
        "?player=mse",
        async (page, wire) => {
          await signIn(page, "alice");
          const left = await secondsLeft(page);
          assert.ok(left > 4.5 * MINUTE && left <= 5 * MINUTE + 1, `${left} s left`);
          await play(page);
          await page.reload();
          await settled(page);
          await play(page);
          await playsTo(page, 2);
          const again = await secondsLeft(page);
          assert.ok(again > 4 * MINUTE && again <= left, `${again} s left`);
          assert.equal(await page.locator('#session[data-state="good"]').count(), 1);
          assert.equal(await page.locator("#session-events li").count(), 0);
          assert.equal(wire.count("POST", SESSION), 1);
          assert.ok((await wire.answers()).every(({ status }) => status === 200));
          await demo.shoot(page, `clock-wrong-by-${minutes}`);
        },
        (page) => page.clock.install({ time: Date.now() + minutes * MINUTE * 1000 }),
      );
    });
  }

  test("offline from the buffer, and after it when the network is back", async () => {
    await demo.visit({}, "?player=mse", async (page, wire) => {
      await signIn(page, "alice");
      await renewEarly(page);
      await play(page);
      const issued = wire.count("POST", SESSION);
      const { length } = await wire.answers();
      await page.context().setOffline(true);
      await page.getByText("good, offline").waitFor();
      const from = await second(page);
      await playsTo(page, from + 3);
      // Longer than until the renewal is due.
      await page.locator('#session-events [data-event="expiring"]').waitFor();
      await demo.shoot(page, "offline");
      assert.equal(wire.count("POST", SESSION), issued);
      assert.equal((await wire.answers()).length, length);
      const stopped = await second(page);
      await page.context().setOffline(false);
      await page.locator('#session-events [data-event="renewed"]').waitFor();
      await playsTo(page, stopped + 5);
      assert.equal(wire.count("POST", SESSION), issued + 1);
      await demo.shoot(page, "back-online");
    });
  });

  test("in two tabs, which renew once", async () => {
    await demo.visit({}, "", async (page, wire) => {
      await signIn(page, "alice");
      const other = await page.context().newPage();
      let posts = 0;
      other.on("response", (response) => {
        const isPost = response.request().method() === "POST";
        if (isPost && new URL(response.url()).pathname === SESSION) posts += 1;
      });
      await other.goto(`${demo.origin}/`);
      await settled(other);
      await other.locator('#session[data-state="good"]').waitFor();
      assert.equal(posts, 0, "the second tab has the pass of the first");
      await Promise.all([renewEarly(page), renewEarly(other)]);
      const issued = wire.count("POST", SESSION);
      for (const tab of [page, other]) {
        await tab.locator('#session-events [data-event="renewed"]').waitFor({ timeout: 30_000 });
      }
      assert.equal(wire.count("POST", SESSION) - issued + posts, 1);
      const ends = [page, other].map((tab) => tab.locator("#session-until").textContent());
      assert.equal(new Set(await Promise.all(ends)).size, 1);
      await demo.shoot(other, "second-tab");
    });
  });
});

describe("playback ends", () => {
  test("by logging out everywhere, which both refuse, until a new sign-in", async () => {
    await demo.visit({}, "?player=mse", async (page, wire) => {
      await signIn(page, "alice");
      await play(page);
      await page.locator("#log-out").click();
      await settled(page);
      for (const who of ["signer", "edge"]) {
        assert.match(await text(page, `#log-out-${who}`), /\d+\.\d\d s revoked$/);
      }
      await page.locator('#session[data-state="revoked"]').waitFor();
      await page.locator('#pass[data-state="bad"]').waitFor();
      assert.match(await text(page, "#player-status"), /^Stopped: the session was revoked/);
      assert.equal(await text(page, "#walk-claims"), "revoked");
      const refused = (await wire.answers()).filter(({ status }) => status === 403);
      assert.ok(refused.length > 0);
      assert.ok(refused.every(({ reason, sent }) => reason === "revoked" && sent));
      assert.ok(await page.locator("#session-renew").isDisabled());
      await demo.shoot(page, "revoked");
      // The cut-off is a whole second, and so is what is stamped.
      await signIn(page, "alice");
      await page.locator('#session[data-state="good"]').waitFor();
      await play(page);
    });
  });

  test("in the browser of somebody else too, by the player's own requests", async () => {
    await demo.visit({}, "?player=mse", async (page) => {
      await signIn(page, "bob");
      await play(page);
      await demo.visit({}, "", async (elsewhere) => {
        await signIn(elsewhere, "bob");
        await elsewhere.locator("#log-out").click();
        await settled(elsewhere);
      });
      await page.locator('#session[data-state="revoked"]').waitFor();
      assert.match(await text(page, "#player-status"), /revoked/);
      assert.equal(await page.locator("#screen").getAttribute("data-state"), "ready");
      await demo.shoot(page, "revoked-elsewhere");
    });
  });
});

test("the inspector says what a signed URL holds, or that the build has none", async () => {
  await demo.visit({}, "", async (page) => {
    await signIn(page, "alice");
    await page.locator("#inspector-sign").click();
    await settled(page);
    const url = await page.locator("#inspector-text").inputValue();
    const [, signature = ""] = /[?&]Signature=([^&]+)/.exec(url) ?? [];
    const [, token = ""] = /[?&]Edgepass-Claims=[\w-]+\.[\w-]+\.([\w-]+)/.exec(url) ?? [];
    assert.ok(signature && token);
    const status = await text(page, "#inspector-status");
    if (/no inspector/.test(status)) {
      console.log(`the inspector is not tried: ${status}`);
      return;
    }
    assert.match(status, /nothing was sent/);
    const said = JSON.parse(await text(page, "#inspector-result"));
    assert.match(said.policy.resource, /\/media\/alice\/index\.m3u8/);
    assert.deepEqual(said.claims.claims.mth, ["GET", "HEAD"]);
    for (const secret of [signature, token]) assert.ok(!JSON.stringify(said).includes(secret));
    await demo.shoot(page, "inspector");
  });
});

/**
 * Plays, and notes where it had to wait for more of the clip after the start.
 *
 * @param {Page} page
 */
async function play(page) {
  await page.locator("#play").click();
  await playsTo(page, 0.5);
  await page.evaluate(() => {
    const video = document.querySelector("video");
    /** @type {any} */ (globalThis).stalls = [];
    video?.addEventListener("waiting", () => {
      const { buffered, currentTime } = video;
      const ranges = Array.from({ length: buffered.length }, (_, at) => [
        buffered.start(at),
        buffered.end(at),
      ]);
      // A busy machine pauses within what is there, too.
      const has = ranges.some(
        ([from = 0, to = 0]) => from <= currentTime && currentTime < to - 0.5,
      );
      if (!has) /** @type {any} */ (globalThis).stalls.push(currentTime);
    });
  });
}

/** @param {Page} page */
function stalls(page) {
  return page.evaluate(() => /** @type {any} */ (globalThis).stalls);
}

/**
 * @param {Page} page
 * @param {number} second
 */
function seek(page, second) {
  return page.evaluate((to) => {
    const video = document.querySelector("video");
    if (video) video.currentTime = to;
  }, second);
}

/** @param {Page} page */
function second(page) {
  return page.evaluate(() => document.querySelector("video")?.currentTime ?? 0);
}

/**
 * How many different signatures segments were asked for with, from now on.
 *
 * @param {Page} page
 */
function sentSignatures(page) {
  /** @type {Promise<string>[]} */
  const sent = [];
  page.on("request", (request) => {
    if (!new URL(request.url()).pathname.endsWith(".m4s")) return;
    const signature = async () => {
      const { cookie = "" } = await request.allHeaders();
      return /CloudFront-Signature=([^;]*)/.exec(cookie)?.[1] ?? "";
    };
    sent.push(signature());
  });
  return async () => new Set(await Promise.all(sent)).size;
}
