// @ts-check
//
// The session module under a clock that only the tests move.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { SignerRefused } from "../../../wasm/session/session.js";
import { MEDIA, World, problem, settled } from "./world.mjs";

const MINUTE = 60;
const CLIP = `${MEDIA}index.m3u8`;

/** @type {World} */
let world;

afterEach(() => world.close());

describe("a session", () => {
  test("knows the pass of the cookie, until when it is good, and what for", async () => {
    world = new World();
    world.issue(world.serverTime - 10 * MINUTE);
    const { session, events } = await world.open();
    assert.equal(session.pass?.session, "s1");
    assert.deepEqual(session.pass?.resources, [`${MEDIA}*`]);
    assert.equal(Math.round(session.expiresIn()), 50 * MINUTE - 1);
    assert.ok(session.canPlay(CLIP));
    assert.ok(!session.canPlay("https://media.example.com/u/bob/index.m3u8"));
    assert.ok(session.canPlay(CLIP, Date.now() + 49 * MINUTE * 1000));
    assert.ok(!session.canPlay(CLIP, Date.now() + 51 * MINUTE * 1000));
    assert.deepEqual(world.requests, ["GET"]);
    assert.deepEqual(events, []);
  });

  test("gets a pass where there is none", async () => {
    world = new World();
    const { session } = await world.open();
    assert.deepEqual(world.requests, ["POST"]);
    assert.ok(session.canPlay(CLIP));
  });

  test("tells of the end and renews in time, once, again and again", async () => {
    world = new World();
    world.issue();
    const { session, events } = await world.open();
    const first = session.pass;
    await world.advance(54 * MINUTE);
    assert.deepEqual(events, []);
    await world.advance(2 * MINUTE);
    assert.deepEqual(events, ["expiring", "renewed"]);
    assert.deepEqual(world.requests, ["GET", "POST"]);
    assert.ok(session.expiresIn() > 57 * MINUTE);
    assert.notDeepEqual(session.pass, first);
    await world.advance(60 * MINUTE);
    assert.deepEqual(events, ["expiring", "renewed", "expiring", "renewed"]);
  });

  test("renews a short pass when a quarter is left, and any pass when it is told to", async () => {
    world = new World();
    world.lifetime = 2 * MINUTE;
    const { events } = await world.open();
    await world.advance(85);
    assert.deepEqual(events, ["renewed"]);
    await world.advance(12);
    assert.deepEqual(events, ["renewed", "expiring", "renewed"]);
    const early = await world.open({ renewBefore: 100 });
    await world.advance(32);
    assert.deepEqual(early.events.slice(0, 2), ["expiring", "renewed"]);
  });

  test("does not ask on and on for passes that are never long enough", async () => {
    world = new World();
    await world.open({ renewBefore: 2 * 3600 });
    const asked = world.requests.length;
    await world.advance(10);
    assert.ok(world.requests.length - asked <= 8, `${world.requests.length} requests`);
  });

  test("waits for the end of a pass that timers cannot wait for", async () => {
    world = new World();
    world.lifetime = 30 * 24 * 3600;
    const { events } = await world.open();
    await world.advance(3 * MINUTE);
    assert.deepEqual(world.requests, ["POST"]);
    assert.deepEqual(events, ["renewed"]);
  });

  test("issues nothing by itself when told not to", async () => {
    world = new World();
    world.issue();
    const { session, events } = await world.open({ automatic: false });
    await world.advance(61 * MINUTE);
    assert.deepEqual(events, ["expiring", "expired"]);
    assert.equal(world.count("POST"), 0);
    assert.ok(!session.canPlay(CLIP));
    await session.renew();
    assert.ok(session.canPlay(CLIP));
  });

  test("is silent once closed", async () => {
    world = new World();
    const { session, events } = await world.open();
    session.close();
    await world.advance(2 * 60 * MINUTE);
    await world.show();
    assert.deepEqual(world.requests, ["POST"]);
    assert.deepEqual(events, ["renewed"]);
  });
});

describe("the viewer's clock", () => {
  for (const skew of [-10, 10, 24 * 60]) {
    test(`may be wrong by ${skew} minutes`, async () => {
      world = new World({ skew: skew * MINUTE * 1000 });
      world.issue(world.serverTime - 55 * MINUTE);
      const { session, events } = await world.open({ renewBefore: MINUTE });
      assert.ok(Math.abs(session.expiresIn() - 5 * MINUTE) < 3, `${session.expiresIn()}`);
      assert.ok(session.canPlay(CLIP));
      assert.deepEqual(events, []);
      await world.advance(3.5 * MINUTE);
      assert.deepEqual(events, []);
      await world.advance(MINUTE);
      assert.deepEqual(events, ["expiring", "renewed"]);
    });
  }

  for (const minutes of [-10, 10]) {
    test(`may be set by ${minutes} minutes while the page is open`, async () => {
      world = new World();
      world.issue();
      const { session, events } = await world.open();
      world.setClock(minutes * MINUTE);
      // The timers of the mock go by the clock that was set.
      await world.advance(11 * MINUTE + 1);
      assert.deepEqual(world.requests, ["GET", "GET"]);
      const left = (session.pass?.expiresAt ?? 0) - world.serverTime;
      assert.ok(Math.abs(session.expiresIn() - left) < 2, `${session.expiresIn()}, not ${left}`);
      assert.deepEqual(events, []);
    });
  }

  test("is not believed where the signer cannot be asked", async () => {
    world = new World({ skew: 2 * 60 * MINUTE * 1000 });
    world.issue();
    world.failures = Array.from({ length: 4 }, () => new TypeError("Failed to fetch"));
    const { events } = await world.open();
    await world.advance(2 * MINUTE);
    assert.ok(!events.includes("expired"));
  });
});

describe("a machine that slept", () => {
  test("wakes after the end of the pass, which is told and renewed at once", async () => {
    world = new World();
    const { session, events } = await world.open();
    await world.sleep(8 * 60 * MINUTE);
    assert.deepEqual(events, ["renewed", "expired", "renewed"]);
    assert.ok(session.canPlay(CLIP));
  });

  test("wakes without anyone telling the page", async () => {
    world = new World();
    const { events } = await world.open();
    world.document.hidden = true;
    await world.sleep(8 * 60 * MINUTE);
    assert.deepEqual(events, ["renewed"]);
    await world.advance(MINUTE);
    assert.deepEqual(events, ["renewed", "expired", "renewed"]);
  });

  test("finds out what was revoked meanwhile", async () => {
    world = new World();
    const { session, events } = await world.open();
    world.revoked = true;
    await world.sleep(MINUTE);
    assert.deepEqual(events, ["renewed", "revoked"]);
    assert.ok(!session.canPlay(CLIP));
  });

  test("is not asked for at every glance", async () => {
    world = new World();
    world.issue();
    await world.open();
    for (let glance = 0; glance < 20; glance += 1) {
      await world.show();
      await world.advance(1);
    }
    assert.deepEqual(world.requests, ["GET"]);
  });
});

describe("offline", () => {
  test("nobody is asked, and at once when the network is back", async () => {
    world = new World();
    const { session, events } = await world.open();
    await world.connect(false);
    await world.advance(59 * MINUTE);
    assert.deepEqual(events, ["renewed", "expiring"]);
    assert.deepEqual(world.requests, ["POST"]);
    await world.connect(true);
    assert.deepEqual(events, ["renewed", "expiring", "renewed"]);
    assert.ok(session.expiresIn() > 59 * MINUTE);
  });

  test("the end comes all the same", async () => {
    world = new World();
    const { session, events } = await world.open();
    await world.connect(false);
    await world.advance(61 * MINUTE);
    assert.deepEqual(events, ["renewed", "expiring", "expired"]);
    assert.ok(!session.canPlay(CLIP));
  });
});

describe("a signer in trouble", () => {
  test("is asked ever more rarely, and no more than a minute apart", async () => {
    world = new World();
    world.issue();
    const { events } = await world.open();
    world.failures = Array.from({ length: 24 }, () => problem(503, "store-unavailable"));
    await world.advance(55.6 * MINUTE);
    const at = world.count("POST");
    assert.ok(at >= 1);
    await world.advance(4 * MINUTE);
    const more = world.count("POST") - at;
    assert.ok(more >= 4 && more <= 11, `${more} attempts in four minutes`);
    assert.ok(!events.includes("renewed"));
    await world.advance(30 * MINUTE);
    assert.deepEqual(events, ["expiring", "expired", "renewed"]);
  });

  test("says itself when it wants to be asked again", async () => {
    world = new World();
    world.failures = [problem(503, "signing-throttled", { "retry-after": "40" })];
    const { session } = await world.open();
    await world.advance(38);
    assert.deepEqual(world.requests, ["POST"]);
    await world.advance(3);
    assert.deepEqual(world.requests, ["POST", "POST"]);
    assert.ok(session.canPlay(CLIP));
  });

  test("may say so with a date", async () => {
    world = new World();
    const date = new Date((world.serverTime + 40) * 1000).toUTCString();
    world.failures = [problem(429, "signing-throttled", { "retry-after": date })];
    await world.open();
    await world.advance(37);
    assert.deepEqual(world.requests, ["POST"]);
    await world.advance(4);
    assert.deepEqual(world.requests, ["POST", "POST"]);
  });

  test("that says no is not asked again until the page is shown", async () => {
    world = new World();
    world.failures = [problem(401, "identity-missing")];
    const { session, events } = await world.open();
    await world.advance(60 * MINUTE);
    assert.deepEqual(world.requests, ["POST"]);
    assert.equal(session.pass, null);
    assert.deepEqual(events, []);
    await world.show();
    await world.advance(1);
    assert.deepEqual(world.requests, ["POST", "POST"]);
    assert.deepEqual(events, ["renewed"]);
  });

  test("that does not answer is given up on", async () => {
    world = new World();
    const { session } = await world.open({ automatic: false });
    globalThis.fetch = () => new Promise(() => {});
    const given = assert.rejects(session.renew(), { name: "TimeoutError" });
    await Promise.all([given, world.advance(16)]);
  });

  test("is reported to who asks", async () => {
    world = new World();
    const { session } = await world.open();
    world.failures = [problem(503, "signing-failed", { "retry-after": "2" })];
    const failed = await session.renew().catch((error) => error);
    assert.ok(failed instanceof SignerRefused);
    assert.equal(failed.status, 503);
    assert.equal(failed.type, "urn:edgepass:problem:signing-failed");
    assert.equal(failed.retryAfter, 2000);
  });
});

describe("a revoked session", () => {
  test("is told at renewal, once, and not renewed", async () => {
    world = new World();
    const { session, events } = await world.open();
    world.revoked = true;
    await world.advance(3 * 60 * MINUTE);
    assert.deepEqual(events, ["renewed", "expiring", "revoked"]);
    assert.ok(session.revoked);
    assert.ok(!session.canPlay(CLIP));
    assert.equal(world.count("POST"), 2);
  });

  test("is told when asked for, and in every tab", async () => {
    world = new World();
    const here = await world.open();
    const there = await world.open();
    world.revoked = true;
    await here.session.check();
    await settled();
    assert.deepEqual(here.events, ["renewed", "revoked"]);
    assert.deepEqual(there.events, ["revoked"]);
  });

  test("ends with a new sign-in", async () => {
    world = new World();
    const { session, events } = await world.open();
    world.revoked = true;
    await session.check();
    world.revoked = false;
    world.session = "s2";
    await session.renew();
    assert.deepEqual(events, ["renewed", "revoked", "renewed"]);
    assert.equal(session.pass?.session, "s2");
    assert.ok(session.canPlay(CLIP));
  });

  test("of somebody else is not this one", async () => {
    world = new World();
    world.issue();
    const { session } = await world.open();
    world.session = "s2";
    await session.check();
    assert.ok(!session.canPlay(CLIP));
    assert.ok(!session.revoked);
    await world.advance(1);
    assert.equal(session.pass?.session, "s2");
  });
});

describe("several tabs", () => {
  for (const { how, browser, visible } of [
    { how: "with Web Locks", browser: {}, visible: true },
    { how: "with a lease", browser: { locks: false }, visible: true },
    { how: "with Web Locks and a cookie out of sight", browser: {}, visible: false },
    { how: "with a lease and a cookie out of sight", browser: { locks: false }, visible: false },
  ]) {
    test(`renew once, ${how}`, async () => {
      world = new World(browser);
      world.visibleCookie = visible;
      const tabs = [await world.open(), await world.open(), await world.open()];
      const before = world.count("POST");
      await Promise.all([...tabs.map(({ session }) => session.renew()), world.advance(5)]);
      assert.equal(world.count("POST"), before + 1);
      const passes = tabs.map(({ session }) => session.pass?.issuedAt);
      assert.equal(new Set(passes).size, 1);
      for (const { events } of tabs) assert.equal(events.at(-1), "renewed");
    });
  }

  test("renew by themselves once", async () => {
    world = new World();
    const tabs = [await world.open(), await world.open(), await world.open()];
    const before = world.count("POST");
    await world.advance(59 * MINUTE);
    assert.equal(world.count("POST"), before + 1);
    for (const { events } of tabs) assert.equal(events.at(-1), "renewed");
  });

  test("without locks and without storage do it each for itself", async () => {
    world = new World({ locks: false, storage: false });
    const { session } = await world.open();
    await Promise.all([session.renew(), world.advance(5)]);
    assert.equal(world.count("POST"), 2);
  });

  test("notice that another signed out", async () => {
    world = new World();
    const { session } = await world.open();
    world.document.cookie = "theme=dark";
    await world.advance(MINUTE);
    await world.show();
    assert.equal(session.pass, null);
    assert.ok(!session.canPlay(CLIP));
  });
});

describe("the site's own renewal", () => {
  test("is used in place of the endpoint", async () => {
    world = new World();
    let signalled = false;
    const { session } = await world.open({
      renew: async (signal) => {
        signalled = signal instanceof AbortSignal;
        return Response.json(world.issue());
      },
    });
    assert.deepEqual(world.requests, []);
    assert.ok(signalled);
    assert.ok(session.canPlay(CLIP));
  });

  test("may set the cookie and say nothing", async () => {
    world = new World();
    const { session } = await world.open({
      renew: async () => {
        world.issue();
        return new Response(null, { status: 204 });
      },
    });
    assert.ok(session.expiresIn() > 59 * MINUTE);
  });

  test("that gives nothing is an error", async () => {
    world = new World();
    const { session } = await world.open({
      renew: async () => new Response(null, { status: 204 }),
    });
    assert.equal(session.pass, null);
    const failed = assert.rejects(session.renew(), /neither a body nor a cookie/);
    await Promise.all([failed, world.advance(1)]);
  });

  test("may send what an authorizer wants", async () => {
    world = new World();
    /** @type {RequestInit[]} */
    const sent = [];
    await world.open({
      endpoint: "https://api.example.com/edgepass/session",
      fetch: async (url, init) => {
        sent.push(init);
        return globalThis.fetch(url, { ...init, headers: { authorization: "Bearer t" } });
      },
    });
    assert.equal(sent[0]?.credentials, "include");
    assert.equal(sent[0]?.method, "POST");
  });
});

describe("after a refusal at the edge", () => {
  test("all players share one new pass", async () => {
    world = new World();
    const { session } = await world.open();
    await world.advance(1);
    const sentAt = performance.now();
    await world.advance(1);
    const again = await Promise.all([1, 2, 3].map(() => session.recover(sentAt)));
    assert.deepEqual(again, [true, true, true]);
    assert.equal(world.count("POST"), 2);
    assert.ok(await session.recover(sentAt), "what was sent before the renewal is sent again");
    assert.equal(world.count("POST"), 2);
  });

  test("that a new pass did not help with, none is got again and again", async () => {
    world = new World();
    const { session } = await world.open();
    await world.advance(1);
    assert.ok(await session.recover(performance.now()));
    await world.advance(1);
    assert.ok(!(await session.recover(performance.now())));
    assert.equal(world.count("POST"), 2);
    await world.advance(10);
    assert.ok(await session.recover(performance.now()));
  });

  test("for a revoked session there is no second try", async () => {
    world = new World();
    const { session, events } = await world.open();
    world.revoked = true;
    assert.ok(!(await session.recover(performance.now())));
    assert.ok(!(await session.recover(performance.now())));
    assert.equal(world.count("POST"), 2);
    assert.deepEqual(events, ["renewed", "revoked"]);
  });
});
