// @ts-check
// Every case of the corpus in native mode, through the minified function in three engines, beside the
// Lambda@Edge bundle: the same verdict, the same code, the same request to the origin.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { bundled as lambdaBundled, handlerOf } from "../edge/bundle.mjs";
import { viewerRequest } from "../edge/event.mjs";
import { functionCode } from "./bundled.mjs";
import { sources, variants } from "./corpus.mjs";
import * as njs from "./engines/njs.mjs";
import * as quickjs from "./engines/quickjs.mjs";
import * as vm from "./engines/vm.mjs";
import { functionEvent } from "./event.mjs";
import { verdictOf } from "./verdict.mjs";

/** @typedef {import("./corpus.mjs").Variant} Variant */
/** @typedef {import("./verdict.mjs").Verdict} Verdict */

const all = variants();

/** Indices of `all` by configuration. @type {Map<string, number[]>} */
const byToml = new Map();
all.forEach(({ toml }, index) => byToml.set(toml, [...(byToml.get(toml) ?? []), index]));

/** What the Lambda@Edge bundle says of each variant. @type {Verdict[]} */
const expected = [];

before(async () => {
  let clock = 0;
  /** @type {string[]} */
  let logged = [];
  for (const [toml, indices] of byToml) {
    const key = `[[key]]\nid = "K1RSAEXAMPLE"\npem_file = "rsa.public.pem"\nalgorithms = ["RSA-SHA256"]`;
    const handler = await handlerOf(lambdaBundled(`${toml}\n${key}`), {
      now: () => clock,
      log: (line) => logged.push(line),
    });
    for (const index of indices) {
      const { request, now } = /** @type {Variant} */ (all[index]);
      const { method, host, path, query, cookies, address, origin, referer } = request;
      /** @type {Record<string, string | string[]>} */
      const headers = {};
      if (origin !== undefined) headers["Origin"] = origin;
      if (referer !== undefined) headers["Referer"] = referer;
      clock = now * 1000;
      logged = [];
      const answer = await handler(
        viewerRequest({
          method,
          host,
          uri: path,
          querystring: query ?? "",
          cookies,
          clientIp: address ?? "",
          headers,
        }),
      );
      if (answer.status !== undefined) {
        expected[index] = { code: JSON.parse(logged[0] ?? "{}").code };
        continue;
      }
      const line = answer.headers["cookie"]?.[0]?.value;
      const { event } = functionEvent({ cookies: line === undefined ? [] : [line] });
      expected[index] = {
        query: answer.querystring,
        cookies: JSON.parse(event).request.cookies,
        context: answer.headers["x-edgepass-context"]?.[0]?.value,
      };
    }
  }
});

/**
 * Why the function may answer otherwise; nothing if it may not. It then refuses, or CloudFront never
 * sends such a request.
 *
 * @param {Variant} variant
 */
function divergence({ request, now }) {
  const { query, cookies, host, path } = request;
  if (cookies.join("").length > 32_000) return "CloudFront refuses a request of 32 KB";
  if (`https://${host}${path}?${query}`.length > 8192) return "CloudFront refuses a URL of 8 KB";
  const tokens = `${query};${cookies.join(";")}`.match(/[\w-]+\.[\w-]+\.[\w-]+/g) ?? [];
  for (const token of tokens) {
    const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    if (/\d{16}/.test(claims)) return "numbers beyond 2^53";
    if (/\*[^*"]*\?[^*"]*\*/.test(claims)) return "`?` between two `*`";
  }
  if ((now * 1000) / 1000 !== now) return "the clock has no such millisecond";
  return undefined;
}

for (const [name, { run }] of Object.entries({ vm, njs, quickjs })) {
  for (const seen of /** @type {const} */ (["request", "visible"])) {
    const what = seen === "request" ? "hidden" : "visible";
    test(`in ${name}, CloudFront's own values ${what}`, async (t) => {
      assert.ok(all.length > 2000, `only ${all.length} variants were found`);
      /** @type {string[]} */
      const differences = [];
      /** @type {Map<string, number>} */
      const apart = new Map();
      let [allowed, refused] = [0, 0];
      for (const [toml, indices] of byToml) {
        const chosen = indices.map((index) => /** @type {Variant} */ (all[index]));
        const trials = chosen.map((variant) => trialOf(variant, seen));
        const results = await run(functionCode(toml), trials);
        indices.forEach((index, place) => {
          const variant = /** @type {Variant} */ (all[index]);
          const result = results[place];
          const trial = trials[place];
          if (!result || !trial) throw new Error("a trial has no result");
          const verdict = verdictOf(result, trial);
          const reason = divergence(variant);
          if (reason !== undefined) {
            apart.set(reason, (apart.get(reason) ?? 0) + 1);
            return;
          }
          if (expected[index]?.code === undefined) allowed += 1;
          else refused += 1;
          try {
            assert.deepEqual(verdict, expected[index]);
          } catch {
            const [ours, theirs] = [verdict, expected[index]].map((one) => JSON.stringify(one));
            differences.push(`${variant.name}: ${ours} instead of ${theirs}`);
          }
        });
      }
      t.diagnostic(`${allowed} allowed, ${refused} refused, in ${byToml.size} configurations`);
      for (const [reason, count] of apart) t.diagnostic(`${count} not compared: ${reason}`);
      assert.deepEqual(differences, []);
      assert.ok(allowed > 300 && refused > 1000, `${allowed} allowed, ${refused} refused`);
    });
  }
}

/**
 * @param {Variant} variant
 * @param {"request" | "visible"} seen
 */
function trialOf(variant, seen) {
  const { method, host, path, query, cookies, address } = variant[seen];
  const event = functionEvent({
    method,
    host,
    uri: path,
    query,
    cookies,
    ip: address ?? "",
    headers: sources(variant[seen]),
  });
  return { ...event, now: variant.now, store: null };
}
