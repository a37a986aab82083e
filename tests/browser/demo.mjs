// @ts-check
//
// EDGEPASS_BIN          the program (default: the debug build of this workspace)
// EDGEPASS_EDGE         what checks requests: `native` (default) or `lambda`
// EDGEPASS_CHROMIUM     the browser (default: Debian's chromium)
// EDGEPASS_SCREENSHOTS  a folder for screenshots (default: a temporary one, whose name is printed)

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { answer, settled } from "./demo-page.mjs";
import { LocalEdge } from "./local-edge.mjs";

/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/** @typedef {import("playwright-core").BrowserContextOptions} Options */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./demo-page.mjs").Answer} Answer */
/** @typedef {import("./demo-page.mjs").Refusal} Refusal */
/**
 * @typedef {object} Wire What went over it so far.
 * @property {() => Promise<Answer[]>} answers to the requests for content
 * @property {(method: string, path: string) => number} count of answers to other requests
 */

const PROGRAM =
  process.env["EDGEPASS_BIN"] ??
  fileURLToPath(new URL("../../target/debug/edgepass", import.meta.url));
const EDGE = process.env["EDGEPASS_EDGE"] ?? "native";
const BROWSER = process.env["EDGEPASS_CHROMIUM"] ?? "/usr/bin/chromium";

/** What browsers say of their own accord about refusals and a network that is gone, which is what
 * these tests are about. */
const EXPECTED = /^Failed to load resource: .*( 403 |ERR_INTERNET_DISCONNECTED)/;

/** A running `edgepass dev`, and a browser. */
export class Demo {
  kind = EDGE;
  #browser;
  #edge;
  #state;
  #screenshots;

  /**
   * @param {Browser} browser
   * @param {LocalEdge} edge
   * @param {string} state
   * @param {string} screenshots
   */
  constructor(browser, edge, state, screenshots) {
    this.#browser = browser;
    this.#edge = edge;
    this.#state = state;
    this.#screenshots = screenshots;
  }

  static async open() {
    const state = await mkdtemp(join(tmpdir(), "edgepass-state-"));
    const screenshots =
      process.env["EDGEPASS_SCREENSHOTS"] ??
      (await mkdtemp(join(tmpdir(), "edgepass-screenshots-")));
    await mkdir(screenshots, { recursive: true });
    console.log(`screenshots: ${screenshots}`);
    const edge = await LocalEdge.start(PROGRAM, state, EDGE);
    const browser = await chromium.launch({
      executablePath: BROWSER,
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--headless",
        // Two tabs play and count at the same time.
        "--disable-renderer-backgrounding",
        "--disable-background-timer-throttling",
        "--autoplay-policy=no-user-gesture-required",
      ],
    });
    return new Demo(browser, edge, state, screenshots);
  }

  get origin() {
    return this.#edge.origin;
  }

  /** The folder of the content, in which tests may put more. */
  get content() {
    return join(this.#state, "content");
  }

  async close() {
    await this.#browser.close();
    await this.#edge.stop();
    await rm(this.#state, { recursive: true, force: true });
  }

  /**
   * What the program says of a refusal that the page got.
   *
   * @param {Refusal} refusal
   * @returns {Promise<{ causes: { id: string, certainty: string, evidence: string[], fix: string[] }[] }>}
   */
  async explain({ url, response, cookies, publicKeys }) {
    const folder = await mkdtemp(join(this.#state, "refusal-"));
    await writeFile(join(folder, "response"), response);
    const options = ["--json", "--response", join(folder, "response")];
    for (const cookie of cookies) options.push("--cookie", cookie);
    for (const { id, pem } of publicKeys) {
      await writeFile(join(folder, id), pem);
      options.push("--public-key", `${id}=${join(folder, id)}`);
    }
    const { stdout } = await promisify(execFile)(PROGRAM, ["explain", url, ...options]);
    return JSON.parse(stdout);
  }

  /**
   * Opens the demo in a fresh browser context. What the page complains about fails the test, except
   * what is expected of browsers.
   *
   * @param {Options} options
   * @param {string} query
   * @param {(page: Page, wire: Wire) => Promise<void>} steps
   * @param {(page: Page) => Promise<void>} [prepare] before the page is opened
   */
  async visit(options, query, steps, prepare) {
    await this.browse(options, async (context) => {
      const page = await context.newPage();
      await prepare?.(page);
      await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) => {
          console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
        });
      });
      const complaints = listen(page);
      const wire = watch(page);
      const opened = await page.goto(`${this.origin}/${query}`);
      assert.match(opened?.headers()["content-security-policy"] ?? "", /default-src 'self'/);
      await settled(page);
      await steps(page, wire);
      assert.deepEqual(complaints, []);
    });
  }

  /**
   * @param {Options} options
   * @param {(context: BrowserContext) => Promise<void>} steps
   */
  async browse(options, steps) {
    const context = await this.#browser.newContext(options);
    context.setDefaultTimeout(20_000);
    try {
      await steps(context);
    } finally {
      // Players go on fetching, and what a route handler still answers must not fail the next test.
      const routed = [context, ...context.pages()];
      await Promise.all(routed.map((it) => it.unrouteAll({ behavior: "ignoreErrors" })));
      await context.close();
    }
  }

  /**
   * @param {Page} page
   * @param {string} name
   */
  async shoot(page, name) {
    await page.screenshot({ path: join(this.#screenshots, `${name}.png`), fullPage: true });
  }
}

/**
 * What the page complains about, from now on.
 *
 * @param {Page} page
 */
export function listen(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`${error}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !EXPECTED.test(message.text()))
      complaints.push(message.text());
  });
  return complaints;
}

/**
 * What goes over the wire, from now on.
 *
 * @param {Page} page
 * @returns {Wire}
 */
export function watch(page) {
  /** @type {Promise<Answer>[]} */
  const answers = [];
  /** @type {string[]} */
  const others = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/media/")) answers.push(answer(response));
    else others.push(`${response.request().method()} ${pathname}`);
  });
  return {
    answers: () => Promise.all(answers),
    count: (method, path) => others.filter((other) => other === `${method} ${path}`).length,
  };
}
