// @ts-check
// From `edgepass revoke` to the refusal: the real program publishes, the deployed function fetches.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as passed } from "node:timers/promises";

import { bundled, edgeToml, keys, program } from "../bundle.mjs";
import { Instance } from "../instance.mjs";
import { CLAIMS_KEYS, Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import { MAX_STALE_SECONDS, REFRESH_SECONDS, WatchingEdge } from "../watching-edge.mjs";

const site = mkdtempSync(join(tmpdir(), "edgepass-site-"));
after(() => rmSync(site, { recursive: true }));

/** @param {string} words */
function edgepass(words) {
  return execFileSync(program, words.split(" "), { cwd: site, encoding: "utf8", stdio: "pipe" });
}

/** @param {string[]} trusted */
function delegate(...trusted) {
  const listed = trusted.map(
    (name) => `--trust K1${name.toUpperCase()}EXAMPLE=${keys}${name}.public.pem`,
  );
  const delegation = edgepass(
    `revocations delegate --site https://media.example.com --serial ${serial++} --root-key root/private.pem --state-key state/public.pem ${listed.join(" ")} --claims-trust claims-rs256=${keys}rsa-other.public.pem`,
  );
  writeFileSync(join(site, "delegation.pem"), delegation);
}
let serial = 1;

function publish() {
  edgepass(
    "revocations publish --store file:revocations.json --to file:published --state-key state/private.pem --delegation delegation.pem --max-lifetime 12h",
  );
}

/** @param {string} path */
function published(path) {
  try {
    return readFileSync(join(site, "published", path));
  } catch {
    return undefined;
  }
}

edgepass("keygen --algorithm ecdsa-p256 --out root");
edgepass("keygen --algorithm ecdsa-p256 --out state");
delegate("rsa");
publish();

const server = await StateServer.of(published);

/** @param {string[]} [options] @param {number} [refreshSeconds] */
function bundle(options = [], refreshSeconds = 1) {
  const revocation = `
    [revocation]
    url = "${server.url}"
    root_pem_file = "${site}/root/public.pem"
    refresh_seconds = ${refreshSeconds}
    max_stale_seconds = ${MAX_STALE_SECONDS}`;
  return bundled(edgeToml({ claims: "required", tables: CLAIMS_KEYS + revocation }), options);
}

test("a session, then a person, then a key are revoked, and others go on", async () => {
  const [one, other, third] = [1, 2, 3].map((viewer) => Pass.signed().withClaims("RS256", viewer));
  assert.ok(one && other && third);
  const byP256 = Pass.signed({ key: "p256" }).withClaims("RS256", 4);
  const instance = await Instance.started(bundle());
  for (const pass of [one, other, third]) await instance.becomes("admitted", pass);
  assert.equal(await instance.asked(byP256), "unknown-key");

  edgepass(`revoke session ${one.session} --store file:revocations.json`);
  publish();
  await instance.becomes("revoked", one);
  assert.equal(await instance.asked(other), "admitted");

  edgepass(`revoke subject ${other.subject} --store file:revocations.json`);
  publish();
  await instance.becomes("revoked", other);
  assert.equal(await instance.asked(third), "admitted");

  delegate("rsa", "p256");
  publish();
  await instance.becomes("admitted", byP256);
  edgepass(`revoke key --public-key ${keys}rsa.public.pem --store file:revocations.json`);
  publish();
  await instance.becomes("revoked", third);
  assert.equal(await instance.asked(byP256), "admitted");

  edgepass(`revoke session ${one.session} --undo --store file:revocations.json`);
  edgepass(`revoke key --public-key ${keys}rsa.public.pem --undo --store file:revocations.json`);
  publish();
  await instance.becomes("admitted", one);
  await instance.stopped();
});

test("the refusal comes within the bounds that are documented", async () => {
  const [one, other] = [5, 6].map((viewer) => Pass.signed().withClaims("RS256", viewer));
  assert.ok(one && other);
  publish();
  const edge = await WatchingEdge.of(bundle([], REFRESH_SECONDS));
  assert.equal(await edge.asked(one), "admitted", edge.facts.join());

  edgepass(`revoke session ${one.session} --store file:revocations.json`);
  publish();
  edge.pass(REFRESH_SECONDS - 1);
  assert.equal(await edge.asked(one), "admitted", "it is not yet time to look");
  edge.pass(1);
  assert.equal(await edge.asked(one), "revoked", edge.facts.join());
  assert.equal(await edge.asked(other), "admitted");

  edgepass(`revoke session ${other.session} --store file:revocations.json`);
  edge.clock = (inspected().generated_at + MAX_STALE_SECONDS) * 1000;
  assert.equal(await edge.asked(other), "admitted", "it is not published");
  edge.pass(1);
  assert.equal(await edge.asked(other), "revocation-stale");
  assert.deepEqual(edge.facts, []);
});

test("an instance that has just started takes no state older than its bundle knew", async () => {
  const paths = ["head", `body/${inspected().body}`];
  const old = new Map(paths.map((path) => [path, published(path)]));
  publish();
  const folder = bundle(["--state", join(site, "published", "head")]);
  const { revocation } = JSON.parse(readFileSync(join(folder, "settings.json"), "utf8"));
  const { sequence, serial: delegation } = inspected();
  assert.deepEqual([revocation.sequence, revocation.serial], [sequence, delegation]);

  const pass = Pass.signed({ key: "p256" }).withClaims("RS256", 1);
  await (await Instance.started(folder)).becomes("admitted", pass);
  server.instead = ({ url = "" }, response) => {
    const bytes = old.get(url.replace("/edgepass/state/", ""));
    return bytes !== undefined && !!response.end(bytes);
  };
  await (await Instance.started(bundle())).becomes("admitted", pass);
  const late = await Instance.started(folder);
  for (let tries = 0; tries < 200 && late.facts.at(-1) !== "the head is refused"; tries += 1) {
    assert.equal(await late.asked(pass), "revocation-unknown");
    await passed(100);
  }
  assert.equal(late.facts.at(-1), "the head is refused");
});

/** What is published now. */
function inspected() {
  return JSON.parse(edgepass("revocations inspect published/head --json")).head;
}
