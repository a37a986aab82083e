// @ts-check
// `inspect` and `explain` say what the program says.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { corpus } from "./cases.mjs";
import { project } from "./project.mjs";

const folder = project();
const required = createRequire(join(folder, "package.json"));
/** @type {typeof import("edgepass")} */
const { inspect } = required("edgepass");
/** @type {typeof import("edgepass/explain")} */
const { explain } = required("edgepass/explain");

const program = new URL("../../target/debug/edgepass", import.meta.url).pathname;
const scenarios = new URL("../explain/scenarios/", import.meta.url).pathname;

/**
 * What the program prints with `--json`, whatever it exits with.
 *
 * @param {string[]} words
 * @param {string} [cwd]
 * @returns {Promise<any>} nothing if it prints nothing
 */
function printed(words, cwd = folder) {
  return new Promise((resolve, reject) => {
    execFile(program, [...words, "--json"], { cwd }, (error, stdout) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve(stdout === "" ? undefined : JSON.parse(stdout));
    });
  });
}

/** The program's words in the package's spelling. @param {any} printed */
function inspection({ verified, credential, policy, claims, ...reason }) {
  const seconds = (/** @type {any} */ time) => time?.seconds ?? null;
  return {
    verified,
    credential: credential && {
      carrier: credential.carrier,
      keyId: credential.key_id,
      hash: credential.hash.toUpperCase(),
      canned: credential.canned,
      signatureBytes: credential.signature_bytes,
    },
    policy: policy && {
      text: policy.text,
      resource: policy.resource,
      startsAt: seconds(policy.starts),
      expiresAt: seconds(policy.expires),
      network: policy.address,
    },
    claims: claims && {
      header: claims.header,
      claims: claims.claims,
      text: claims.text,
      signatureBytes: claims.signature_bytes,
    },
    fault: reason.code === null ? null : reason,
  };
}

test("inspect: every credential of the corpus", async (t) => {
  let compared = 0;
  for (const { name, request } of corpus().cases) {
    const { scheme, host, path, query, cookies } = request;
    const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
    // The program takes one or the other.
    const [credential, words] =
      cookies.length > 0 ? [{ cookies }, cookies.map((line) => `--cookie=${line}`)] : [url, [url]];
    const expected = await printed(["inspect", ...words]);
    if (expected === undefined) continue; // a URL that its command line does not take
    assert.deepEqual(await inspect(credential), inspection(expected), name);
    compared += 1;
  }
  t.diagnostic(`${compared} compared`);
  assert.ok(compared > 200);
});

/**
 * The command line of a scenario as evidence.
 *
 * @param {string[]} words
 * @param {string} cwd
 */
function evidence(words, cwd) {
  const file = (/** @type {string} */ name) => readFileSync(join(cwd, name), "utf8");
  /** @type {Record<string, any>} */
  const known = { cookies: [], publicKeys: [], keyGroups: [] };
  const left = words.flatMap((word) => (/^--[a-z-]+=/.test(word) ? split(word) : [word]));
  while (left.length > 0) {
    const word = left.shift() ?? "";
    const value = () => left.shift() ?? "";
    if (!word.startsWith("--")) known["url"] = word;
    else if (word === "--now") known["now"] = moment(value());
    else if (word === "--cookie") known["cookies"].push(value());
    else if (word === "--method" || word === "--ip") known[word.slice(2)] = value();
    else if (word === "--signed-url") known["signedUrl"] = value();
    else if (word === "--response") known["response"] = file(value());
    else if (word === "--distribution") known["distribution"] = file(value());
    else if (word === "--key-group") known["keyGroups"].push(JSON.parse(file(value())));
    else if (word === "--bucket-policy") known["bucketPolicy"] = file(value());
    else if (word === "--public-access-block") known["publicAccessBlock"] = file(value());
    else if (word === "--public-key") {
      const [, id, name = ""] = /^(?:([^=./\\]*)=)?(.*)$/.exec(value()) ?? [];
      known["publicKeys"].push({ ...(id ? { id } : {}), pem: file(name) });
    } else throw new Error(`the option ${word} is not known here`);
  }
  return known;
}

/** @param {string} word `--name=value` */
function split(word) {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

/** @param {string} when */
function moment(when) {
  return /^[0-9]+$/.test(when) ? Number(when) : new Date(when);
}

test("explain: every scenario", async (t) => {
  const names = readdirSync(scenarios);
  assert.ok(names.length > 50, `only ${names.length} scenarios were found`);
  for (const name of names) {
    const cwd = join(scenarios, name);
    const { arguments: words } = JSON.parse(readFileSync(join(cwd, "scenario.json"), "utf8"));
    const { source, causes, notes, missing } = await explain(evidence(words, cwd));
    const found = {
      source,
      causes: causes.map(({ id, certainty, evidence, fix }) => ({ id, certainty, evidence, fix })),
      notes: notes.map(({ id, evidence, fix }) => ({ id, evidence, fix })),
      missing,
    };
    assert.deepEqual(found, await printed(["explain", ...words], cwd), name);
  }
  t.diagnostic(`${names.length} compared`);
});

test("evidence of the wrong kind is refused", async () => {
  const wrong = explain({ url: "https://media.example.com/", distribution: "{}" });
  await assert.rejects(wrong, { name: "ConfigurationError", message: /^`distribution` / });
});
