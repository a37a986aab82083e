// @ts-check
import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Response} Response */
/**
 * @typedef {object} Answer to a request for content, as it was on the wire
 * @property {string} path
 * @property {number} status
 * @property {string | undefined} reason the header `x-edgepass-reason`
 * @property {boolean} sent whether the request carried a signature
 */
/**
 * @typedef {object} Refusal what there is to explain it by
 * @property {string} url
 * @property {string} response its head and body, as text
 * @property {string[]} cookies
 * @property {{ id: string, pem: string }[]} publicKeys
 */

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
export async function answer(response) {
  const { cookie = "" } = await response.request().allHeaders();
  return {
    path: new URL(response.url()).pathname,
    status: response.status(),
    reason: response.headers()["x-edgepass-reason"],
    sent: /(^|; )CloudFront-Signature=/.test(cookie),
  };
}

/**
 * @param {Page} page
 * @param {"alice" | "bob"} user
 */
export async function signIn(page, user) {
  await page.locator(`#user-${user}`).click();
  await settled(page);
  await page.locator(`#user-${user}[aria-pressed="true"]`).waitFor();
  await page.locator('#pass[data-state="good"]').waitFor();
}

/**
 * @param {Page} page
 * @param {string} trial
 */
export async function attempt(page, trial) {
  await page.locator(`#trial-${trial}`).click();
  await settled(page);
  await page.locator(`#trial-${trial}[aria-current]`).waitFor();
  await page.locator('#pass[data-state="good"]').waitFor();
}

/**
 * @param {Page} page
 * @param {string} trial
 * @returns {Promise<Refusal>}
 */
export async function refused(page, trial) {
  const content = page.waitForResponse((response) => response.status() === 403);
  const pass = page.waitForResponse(async (response) => {
    return response.url().includes("/demo/pass?") && (await response.json()).evidence !== null;
  });
  await attempt(page, trial);
  const [answer, { evidence }] = await Promise.all([content, pass.then((seen) => seen.json())]);
  const head = (await answer.headersArray()).map(({ name, value }) => `${name}: ${value}`);
  const response = ["HTTP/1.1 403", ...head, "", await answer.text()].join("\r\n");
  return { url: answer.url(), response, ...evidence };
}

/**
 * Lets passes be renewed 15 seconds after they were issued.
 *
 * @param {Page} page
 */
export async function renewEarly(page) {
  await page.locator("#session-when").selectOption("15");
  await settled(page);
}

/**
 * Puts a bad pass in place of the good one, behind the page's back.
 *
 * @param {Page} page
 * @param {string} kind
 */
export async function spoil(page, kind) {
  const { origin } = new URL(page.url());
  const headers = { origin, "content-type": "application/json" };
  const response = await page.request.post(`${origin}/demo/pass`, { headers, data: { kind } });
  assert.equal(response.status(), 204);
}

/**
 * Waits until the page has carried out what it was told to do.
 *
 * @param {Page} page
 */
export async function settled(page) {
  await page.locator('main[aria-busy="false"]').waitFor();
}

/**
 * @param {Page} page
 * @param {number} second
 */
export async function playsTo(page, second) {
  await page.waitForFunction(
    (least) => (document.querySelector("video")?.currentTime ?? 0) > least,
    second,
  );
}

/**
 * What a list on the page says, by its terms.
 *
 * @param {Page} page
 * @param {string} list
 */
export async function facts(page, list) {
  const rows = await page.locator(`${list} > div`).all();
  const entries = rows.map(async (row) => {
    const [term, said] = await Promise.all(
      ["dt", "dd"].map((part) => row.locator(part).textContent()),
    );
    return /** @type {[string, string]} */ ([term ?? "", said ?? ""]);
  });
  return new Map(await Promise.all(entries));
}

/** @param {Page} page */
export async function secondsLeft(page) {
  const digits = await text(page, "#session-countdown");
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * @param {Page} page
 * @param {string} id
 */
export async function tabTo(page, id) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === id) return;
  }
  assert.fail(`\`#${id}\` cannot be reached with the Tab key`);
}

/** @param {Page} page */
export function focused(page) {
  return page.evaluate(() => document.activeElement?.id);
}

/** @param {Page} page */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/**
 * @param {Page} page
 * @param {string} selector
 */
export async function text(page, selector) {
  return (await page.locator(selector).textContent()) ?? "";
}
