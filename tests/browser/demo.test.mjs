// @ts-check
//
// The demo site of `edgepass dev`, served by the real program and driven in a real browser.
//
// EDGEPASS_BIN          the program (default: the debug build of this workspace)
// EDGEPASS_EDGE         what checks requests: `native` (default) or `lambda`
// EDGEPASS_CHROMIUM     the browser (default: Debian's chromium)
// EDGEPASS_SCREENSHOTS  a folder for screenshots (default: a temporary one, whose name is printed)

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import {
  answer,
  attempt,
  facts,
  focused,
  overflow,
  playsTo,
  secondsLeft,
  settled,
  signIn,
  tabTo,
  text,
} from "./demo-page.mjs";
import { LocalEdge } from "./local-edge.mjs";

/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {import("playwright-core").BrowserContextOptions} Options */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./demo-page.mjs").Answer} Answer */

const PROGRAM =
  process.env["EDGEPASS_BIN"] ??
  fileURLToPath(new URL("../../target/debug/edgepass", import.meta.url));
const EDGE = process.env["EDGEPASS_EDGE"] ?? "native";
const BROWSER = process.env["EDGEPASS_CHROMIUM"] ?? "/usr/bin/chromium";

/** CloudFront's answer to every one of the refusals but the first. */
const ACCESS_DENIED = /<Error><Code>AccessDenied<\/Code><Message>Access denied<\/Message><\/Error>/;

/** @param {RegExp} body of CloudFront's own refusal; the bundle has one for all */
const refusal = (body) => (EDGE === "lambda" ? /^403 Forbidden$/ : body);

const REFUSALS = [
  { trial: "none", clip: "alice", code: "credential-missing", body: /<Error><Code>\w+<\/Code>/ },
  { trial: "tampered", clip: "alice", code: "signature-invalid", body: ACCESS_DENIED },
  { trial: "expired", clip: "alice", code: "expired", body: ACCESS_DENIED },
  { trial: "other", clip: "bob", code: "resource-mismatch", body: ACCESS_DENIED },
  { trial: "token-missing", clip: "alice", code: "claims-missing", body: ACCESS_DENIED },
  { trial: "token-swapped", clip: "alice", code: "claims-not-bound", body: ACCESS_DENIED },
  { trial: "token-expired", clip: "alice", code: "claims-expired", body: ACCESS_DENIED },
  { trial: "method", clip: "alice", code: "claims-mismatch", body: ACCESS_DENIED },
];

/** @type {LocalEdge} */
let edge;
/** @type {Browser} */
let browser;
let state = "";
let screenshots = process.env["EDGEPASS_SCREENSHOTS"] ?? "";

before(async () => {
  state = await mkdtemp(join(tmpdir(), "edgepass-state-"));
  screenshots ||= await mkdtemp(join(tmpdir(), "edgepass-screenshots-"));
  await mkdir(screenshots, { recursive: true });
  console.log(`screenshots: ${screenshots}`);
  edge = await LocalEdge.start(PROGRAM, state, EDGE);
  browser = await chromium.launch({
    executablePath: BROWSER,
    args: ["--no-sandbox", "--disable-background-networking", "--headless"],
  });
});

after(async () => {
  await browser?.close();
  await edge?.stop();
  await rm(state, { recursive: true, force: true });
});

describe("a signed-in viewer", () => {
  for (const { engine, query, says } of [
    { engine: "native HLS", query: "", says: /browser's own HLS/ },
    { engine: "Media Source", query: "?player=mse", says: /Media Source/ },
  ]) {
    test(`plays the clip with ${engine}`, async () => {
      await visit({}, query, async (page, { answers }) => {
        await signIn(page, "alice");
        await page.locator("#play").click();
        await playsTo(page, 1);
        assert.match(await text(page, "#player-status"), says);
        assert.equal(
          await page.evaluate(() => document.querySelector("video")?.error ?? null),
          null,
        );
        const seen = await answers();
        const segments = seen.filter(({ path }) => path.endsWith(".m4s"));
        assert.ok(segments.length > 0, "no segment was fetched");
        assert.deepEqual(
          seen.filter(({ status }) => status >= 400),
          [],
        );
        await shoot(page, `playing-${engine.toLowerCase().replaceAll(" ", "-")}`);
      });
    });
  }

  test("plays the whole clip through Media Source, and again", async () => {
    await visit({}, "?player=mse", async (page, { answers }) => {
      await signIn(page, "alice");
      for (const round of [1, 2]) {
        await page.locator("#play").click();
        await playsTo(page, 0.1);
        await page.evaluate(() => {
          const video = document.querySelector("video");
          if (video) video.currentTime = video.duration - 0.5;
        });
        await page.getByRole("button", { name: "Play again" }).waitFor();
        const playlists = (await answers()).filter(
          ({ path }) => path === "/media/alice/index.m3u8",
        );
        assert.equal(playlists.length, round);
      }
    });
  });

  test("sees the pass decoded, and its time run", async () => {
    await visit({}, "", async (page) => {
      await signIn(page, "alice");
      const policy = JSON.parse(await text(page, "#pass-policy"));
      assert.equal(policy.Statement[0].Resource, `${edge.origin}/media/alice/*`);
      const said = await facts(page, "#pass-claims");
      for (const name of ["Subject", "Session"]) {
        assert.match(said.get(name) ?? "", /^[\w-]{43}$/, "it is no pseudonym");
      }
      assert.equal(said.get("Opens"), `${edge.origin}/media/alice/*`);
      assert.equal(said.get("Methods"), "GET, HEAD");
      assert.ok(said.get("Issued") && said.get("Expires"));
      const first = await secondsLeft(page);
      const end = policy.Statement[0].Condition.DateLessThan["AWS:EpochTime"];
      assert.ok(first > 0 && end > 0);
      await page.waitForFunction(
        (digits) => {
          const now = document.getElementById("pass-countdown")?.textContent;
          return now !== digits;
        },
        await text(page, "#pass-countdown"),
      );
      assert.ok((await secondsLeft(page)) < first, "the countdown does not go down");
    });
  });

  test("is let into the folders of the own claims and no others, as Bob too", async () => {
    await visit({}, "", async (page, { answers }) => {
      await signIn(page, "alice");
      await signIn(page, "bob");
      // An editor: CloudFront's one pattern covers more than the claims open.
      assert.match(await text(page, "#pass-policy"), /\/media\/\*/);
      const opened = (await facts(page, "#pass-claims")).get("Opens");
      assert.equal(
        opened,
        ["bob", "shared"].map((name) => `${edge.origin}/media/${name}/*`).join(""),
      );
      await page.locator("#play").click();
      await playsTo(page, 0.5);
      await attempt(page, "other");
      const refusal = (await answers()).find(({ status }) => status === 403);
      assert.equal(refusal?.path, "/media/alice/index.m3u8");
      assert.equal(refusal?.reason, "claims-mismatch");
      const shared = await page.evaluate(
        async () => (await fetch("/media/shared/index.m3u8", { cache: "no-store" })).status,
      );
      assert.equal(shared, 200);
    });
  });

  test("gains nothing by forging what scripts can write", async () => {
    await visit({}, "", async (page) => {
      await signIn(page, "alice");
      const before = await facts(page, "#pass-claims");
      const seen = await page.evaluate(async () => {
        const held = document.cookie;
        document.cookie = "Edgepass-Session=v1.forged.1.9999999999; Path=/";
        /** @param {string} path */
        const status = async (path) => (await fetch(path, { cache: "no-store" })).status;
        return {
          held,
          own: await status("/media/alice/index.m3u8"),
          other: await status("/media/bob/index.m3u8"),
          session: (await (await fetch("/edgepass/session")).json()).session,
        };
      });
      // The one cookie that scripts can read.
      assert.match(seen.held, /^Edgepass-Session=v1\.[\w-]{43}\.\d+\.\d+$/);
      assert.deepEqual([seen.own, seen.other], [200, 403]);
      assert.equal(seen.session, before.get("Session"));
    });
  });

  test("loses the pass by signing out", async () => {
    await visit({}, "", async (page) => {
      await signIn(page, "alice");
      await page.getByRole("button", { name: "Sign out" }).click();
      await settled(page);
      await page.locator('#pass[data-state="none"]').waitFor();
      assert.ok(await page.locator("#play").isDisabled());
      const status = await page.evaluate(
        async () => (await fetch("/media/alice/index.m3u8", { cache: "no-store" })).status,
      );
      assert.equal(status, 403);
    });
  });

  test("gets a pass of another session by signing in again", async () => {
    await visit({}, "", async (page) => {
      await signIn(page, "alice");
      const first = await facts(page, "#pass-claims");
      await page.getByRole("button", { name: "Sign out" }).click();
      await settled(page);
      await signIn(page, "alice");
      const second = await facts(page, "#pass-claims");
      assert.equal(second.get("Subject"), first.get("Subject"));
      assert.notEqual(second.get("Session"), first.get("Session"));
    });
  });
});

describe("a viewer is refused", () => {
  for (const { trial, clip, code, body } of REFUSALS) {
    test(`with ${code}, and let in again afterwards`, async () => {
      await visit({}, "", async (page, { answers }) => {
        await signIn(page, "alice");
        await attempt(page, trial);

        assert.equal(await text(page, "#trial-status"), "403");
        assert.equal(await text(page, "#trial-code"), code);
        const shown = (await text(page, "#trial-body")).replaceAll(/>\s+</g, "><");
        assert.match(shown.trim(), refusal(body));
        assert.doesNotMatch(await text(page, "#trial-message"), /^let in$/i);
        const stop = code.startsWith("claims-") ? "claims" : "policy";
        assert.equal(await text(page, `#walk-${stop}`), code);
        assert.equal(await page.locator(`#walk[data-decision="deny-${stop}"]`).count(), 1);

        const [refused, letIn, ...more] = await answers();
        const sent = trial !== "none";
        assert.deepEqual(refused, { path: media(clip), status: 403, reason: code, sent });
        assert.deepEqual(letIn, {
          path: media("alice"),
          status: 200,
          reason: undefined,
          sent: true,
        });
        assert.deepEqual(more, []);
        await page.locator('#pass[data-state="good"]').waitFor();
        await shoot(page, `refused-${code}`);
      });
    });
  }

  test("in the middle of a clip, and told why", async () => {
    await visit({}, "?player=mse", async (page) => {
      await signIn(page, "alice");
      await page.locator("#play").click();
      await playsTo(page, 0.1);
      await page.evaluate(async () => {
        const video = document.querySelector("video");
        video?.pause();
        const headers = { "content-type": "application/json" };
        const body = JSON.stringify({ kind: "expired" });
        await fetch("/demo/pass", { method: "POST", headers, body });
        await video?.play();
      });
      await page.getByText(/^Refused, expired: /).waitFor();
      await page.locator('#pass[data-state="bad"]').waitFor();
      await page.getByRole("button", { name: "Renew" }).click();
      await settled(page);
      await page.getByRole("button", { name: "Try again" }).click();
      await playsTo(page, 0.5);
    });
  });
});

describe("the page", () => {
  test("fits a phone", async () => {
    await visit({ viewport: { width: 390, height: 844 } }, "", async (page) => {
      assert.equal(await overflow(page), 0);
      await signIn(page, "alice");
      await attempt(page, "token-swapped");
      assert.equal(await overflow(page), 0);
      await shoot(page, "phone");
    });
  });

  test("follows the colour scheme", async () => {
    /** @param {"light" | "dark"} colorScheme */
    const brightness = async (colorScheme) => {
      let sum = 0;
      await visit({ colorScheme }, "", async (page) => {
        await signIn(page, "alice");
        await attempt(page, "token-expired");
        await shoot(page, colorScheme);
        const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        sum = (colour.match(/\d+/g) ?? []).reduce((total, part) => total + Number(part), 0);
      });
      return sum;
    };
    assert.ok((await brightness("light")) > 600);
    assert.ok((await brightness("dark")) < 150);
  });

  test("can be used with the keyboard alone", async () => {
    await visit({}, "", async (page) => {
      await tabTo(page, "user-alice");
      await page.keyboard.press("Enter");
      await settled(page);
      await page.locator('#pass[data-state="good"]').waitFor();
      assert.equal(await focused(page), "user-alice");
      await tabTo(page, "play");
      await page.keyboard.press("Space");
      await playsTo(page, 0.2);
      await tabTo(page, "trial-tampered");
      await page.keyboard.press("Enter");
      await settled(page);
      await page.locator("#trial-code").waitFor();
      assert.equal(await focused(page), "trial-tampered");
    });
  });
});

/**
 * Opens the demo in a fresh browser context. What the page complains about fails the test, except the
 * browser's own line for a 403, which is what the demo is about.
 *
 * @param {Options} options
 * @param {string} query
 * @param {(page: Page, wire: { answers: () => Promise<Answer[]> }) => Promise<void>} steps `answers`
 *   are those to the requests for content so far
 */
async function visit(options, query, steps) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(15_000);
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    /** @type {Promise<Answer>[]} */
    const answers = [];
    page.on("pageerror", (error) => complaints.push(`${error}`));
    page.on("console", (message) => {
      const expected = /^Failed to load resource: .* 403 /.test(message.text());
      if (["error", "warning"].includes(message.type()) && !expected)
        complaints.push(message.text());
    });
    page.on("response", (response) => {
      if (new URL(response.url()).pathname.startsWith("/media/")) answers.push(answer(response));
    });
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const opened = await page.goto(`${edge.origin}/${query}`);
    assert.match(opened?.headers()["content-security-policy"] ?? "", /default-src 'self'/);
    await settled(page);
    await steps(page, { answers: () => Promise.all(answers) });
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** @param {string} user */
function media(user) {
  return `/media/${user}/index.m3u8`;
}

/**
 * @param {Page} page
 * @param {string} name
 */
async function shoot(page, name) {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
