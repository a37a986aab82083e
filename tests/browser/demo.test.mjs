// @ts-check
//
// The demo site of `edgepass dev`, served by the real program and driven in a real browser.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  attempt,
  facts,
  focused,
  overflow,
  playsTo,
  refused,
  secondsLeft,
  settled,
  signIn,
  tabTo,
  text,
} from "./demo-page.mjs";
import { Demo } from "./demo.mjs";

/** CloudFront's answer to every one of the refusals but the first. */
const ACCESS_DENIED = /<Error><Code>AccessDenied<\/Code><Message>Access denied<\/Message><\/Error>/;

/** @param {RegExp} body of CloudFront's own refusal; the bundle has one for all */
const refusal = (body) => (demo.kind === "lambda" ? /^403 Forbidden$/ : body);

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

const demo = await Demo.open();

after(() => demo.close());

describe("a signed-in viewer", { concurrency: 3 }, () => {
  for (const { engine, query, says } of [
    { engine: "native HLS", query: "", says: /browser's own HLS/ },
    { engine: "Media Source", query: "?player=mse", says: /Media Source/ },
  ]) {
    test(`plays the clip with ${engine}`, async () => {
      await demo.visit({}, query, async (page, { answers }) => {
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
        await demo.shoot(page, `playing-${engine.toLowerCase().replaceAll(" ", "-")}`);
      });
    });
  }

  test("plays the whole clip through Media Source, and again", async () => {
    await demo.visit({}, "?player=mse", async (page, { answers }) => {
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
    await demo.visit({}, "", async (page) => {
      await signIn(page, "alice");
      const policy = JSON.parse(await text(page, "#pass-policy"));
      assert.equal(policy.Statement[0].Resource, `${demo.origin}/media/alice/*`);
      const said = await facts(page, "#pass-claims");
      for (const name of ["Subject", "Session"]) {
        assert.match(said.get(name) ?? "", /^[\w-]{43}$/, "it is no pseudonym");
      }
      assert.equal(said.get("Opens"), `${demo.origin}/media/alice/*`);
      assert.equal(said.get("Methods"), "GET, HEAD");
      assert.ok(said.get("Issued") && said.get("Expires"));
      const first = await secondsLeft(page);
      const end = policy.Statement[0].Condition.DateLessThan["AWS:EpochTime"];
      assert.ok(first > 0 && end > 0);
      await page.waitForFunction(
        (digits) => {
          const now = document.getElementById("session-countdown")?.textContent;
          return now !== digits;
        },
        await text(page, "#session-countdown"),
      );
      assert.ok((await secondsLeft(page)) < first, "the countdown does not go down");
    });
  });

  test("is let into the folders of the own claims and no others, as Bob too", async () => {
    await demo.visit({}, "", async (page, { answers }) => {
      await signIn(page, "alice");
      await signIn(page, "bob");
      // An editor: CloudFront's one pattern covers more than the claims open.
      assert.match(await text(page, "#pass-policy"), /\/media\/\*/);
      const opened = (await facts(page, "#pass-claims")).get("Opens");
      assert.equal(
        opened,
        ["bob", "shared"].map((name) => `${demo.origin}/media/${name}/*`).join(""),
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
    await demo.visit({}, "", async (page) => {
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
    await demo.visit({}, "", async (page) => {
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
    await demo.visit({}, "", async (page) => {
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

describe("a viewer is refused", { concurrency: 3 }, () => {
  for (const { trial, clip, code, body } of REFUSALS) {
    test(`with ${code}, and let in again afterwards`, async () => {
      await demo.visit({}, "", async (page, { answers }) => {
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
        await demo.shoot(page, `refused-${code}`);
      });
    });
  }
});

describe("why, asked by the keyboard on a phone", { concurrency: 3 }, () => {
  const viewport = { width: 360, height: 780 };

  for (const { trial, cause } of [
    { trial: "none", cause: "unsigned-request" },
    { trial: "tampered", cause: "signed-by-another-key" },
    { trial: "expired", cause: "expired" },
    { trial: "other", cause: "resource-mismatch" },
  ]) {
    test(`${trial}: ${cause}, as \`edgepass explain\` says`, async () => {
      await demo.visit({ viewport }, "", async (page, { count }) => {
        await signIn(page, "alice");
        const refusal = await refused(page, trial);
        assert.equal(count("GET", "/explainer/explainer.wasm"), 0, "it was not asked for");
        await tabTo(page, "why");
        await page.keyboard.press("Enter");
        await page.locator("#why-answer .cause").first().waitFor();
        assert.equal(count("GET", "/explainer/explainer.wasm"), 1);

        const shown = await page.locator("#why-answer .cause").evaluateAll((causes) =>
          causes.map((element) => ({
            id: element.getAttribute("data-cause"),
            certainty: element.querySelector("[data-certainty]")?.textContent,
            evidence: element.querySelector(".evidence")?.textContent,
            fix: [...element.querySelectorAll(".fix")].map((line) => line.textContent),
          })),
        );
        const { causes } = await demo.explain(refusal);
        const said = causes.map(({ id, certainty, evidence, fix }) => {
          return { id, certainty, evidence: evidence.join("\n"), fix };
        });
        assert.deepEqual(shown, said);
        assert.equal(shown[0]?.id, cause);
        assert.equal(await overflow(page), 0);

        assert.doesNotMatch(refusal.cookies.join("; "), /Edgepass/, "the claims token is told");
        const secrets = refusal.cookies.join("; ").match(/(?<=(Policy|Signature)=)[^;]+/g) ?? [];
        assert.equal(secrets.length, trial === "none" ? 0 : 2);
        for (const secret of secrets) assert.ok(!(await page.content()).includes(secret));
        await demo.shoot(page, `why-${cause}`);
      });
    });
  }

  test("a claim's refusal: nothing that CloudFront would refuse", async () => {
    await demo.visit({ viewport }, "", async (page) => {
      await signIn(page, "alice");
      await attempt(page, "token-missing");
      await page.locator("#why").click();
      await page.getByText("what Edgepass says above").waitFor();
      assert.match(await text(page, "#why-answer"), /x-edgepass-reason: claims-missing/);
    });
  });
});

describe("the page", { concurrency: 3 }, () => {
  test("fits a phone", async () => {
    await demo.visit({ viewport: { width: 360, height: 780 } }, "", async (page) => {
      assert.equal(await overflow(page), 0);
      await signIn(page, "alice");
      await attempt(page, "token-swapped");
      assert.equal(await overflow(page), 0);
      await demo.shoot(page, "phone");
    });
  });

  test("follows the colour scheme", async () => {
    /** @param {"light" | "dark"} colorScheme */
    const brightness = async (colorScheme) => {
      let sum = 0;
      await demo.visit({ colorScheme }, "", async (page) => {
        await signIn(page, "alice");
        await attempt(page, "token-expired");
        await demo.shoot(page, colorScheme);
        const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        sum = (colour.match(/\d+/g) ?? []).reduce((total, part) => total + Number(part), 0);
      });
      return sum;
    };
    assert.ok((await brightness("light")) > 600);
    assert.ok((await brightness("dark")) < 150);
  });

  test("can be used with the keyboard alone", async () => {
    await demo.visit({}, "", async (page) => {
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

/** @param {string} user */
function media(user) {
  return `/media/${user}/index.m3u8`;
}
