// @ts-check
// The corpus in Chromium, in a site that Vite has built.
//
// EDGEPASS_CHROMIUM  the browser (default: Debian's chromium)

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";
import { build, preview } from "vite";

import { corpus } from "./cases.mjs";
import { project } from "./project.mjs";

const folder = project();
const { cases } = corpus();

const SITE = `
  import { runCorpus } from "./corpus.mjs";
  import { createVerifier, inspect } from "edgepass";
  import { explain } from "edgepass/explain";

  Object.assign(window, {
    corpus: (cases) => runCorpus(createVerifier, cases),
    inspect,
    explain,
  });
`;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("vite").PreviewServer} */
let server;
/** @type {string} */
let address;

before(async () => {
  writeFileSync(join(folder, "site.js"), SITE);
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/site.js"></script>\n',
  );
  const options = /** @type {const} */ ({ root: folder, configFile: false, logLevel: "warn" });
  await build(options);
  server = await preview({ ...options, preview: { port: 0, host: "127.0.0.1" } });
  address = server.resolvedUrls?.local[0] ?? "";
  browser = await chromium.launch({
    executablePath: process.env["EDGEPASS_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking"],
  });
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** @param {string} script that runs before the site's own */
async function opened(script = "") {
  const page = await browser.newPage();
  /** @type {string[]} */
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  page.on("pageerror", (error) => assert.fail(error));
  await page.addInitScript(script);
  await page.goto(address);
  await page.waitForFunction(() => "explain" in window);
  return { page, fetched };
}

/** Fails what asks WebCrypto, which a page that is not secure has not. */
const NO_WEB_CRYPTO = `
  SubtleCrypto.prototype.verify = () => {
    throw new Error("WebCrypto was asked");
  };
`;

test("Chromium: every case, our own crypto", async () => {
  const { page, fetched } = await opened(NO_WEB_CRYPTO);
  const { run, differences } = await page.evaluate(
    (cases) => /** @type {any} */ (window).corpus(cases),
    cases,
  );
  assert.deepEqual(differences, []);
  assert.equal(run, cases.length);
  const modules = fetched.filter((path) => path.endsWith(".wasm"));
  assert.equal(modules.length, 1, `fetched: ${modules}`);
  assert.match(modules[0] ?? "", /verifier/);
});

test("Chromium: inspect and explain, each from its own module", async () => {
  const { page, fetched } = await opened();
  const signature = `${"A".repeat(342)}__`;
  const expired = `https://media.example.com/a.mp4?Expires=1767225600&Signature=${signature}&Key-Pair-Id=K1RSAEXAMPLE`;
  const [inspection, explanation] = await page.evaluate(async (url) => {
    const site = /** @type {any} */ (window);
    return [await site.inspect(url), await site.explain({ url })];
  }, expired);
  assert.equal(inspection.verified, false);
  assert.equal(inspection.policy.expiresAt, 1767225600);
  assert.equal(explanation.causes[0].id, "expired");
  const modules = fetched.filter((path) => path.endsWith(".wasm")).map((path) => path.slice(8, 17));
  assert.deepEqual(modules.sort(), ["explainer", "inspector"]);
});
