// @ts-check
// The examples of the package's README run as they stand there; the worker is in workers.test.mjs.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { corpus } from "./cases.mjs";
import { command, here, project, run } from "./project.mjs";

const folder = project();
const readme = readFileSync(new URL("../../wasm/npm/README.md", import.meta.url), "utf8");
const node = join(here, "node_modules/node22/bin/node");

/** @param {string} heading */
function example(heading) {
  const [, section = ""] = readme.split(`# ${heading}\n`);
  const [, source = ""] = /```js\n(.*?)```/s.exec(section) ?? [];
  assert.notEqual(source, "", heading);
  return source;
}

const found = corpus().cases.find(
  ({ request, expect, configuration }) =>
    expect.decision === "allow" &&
    request.query?.includes("Policy=") &&
    request.address === null &&
    configuration.claims === "off",
);
assert.ok(found);
const { request, configuration, now } = found;
const target = `${request.path}?${request.query}`;
const url = `${request.scheme}://${request.host}${target}`;
const key = (/** @type {string} */ name) =>
  readFileSync(new URL(`../vectors/keys/${name}.public.pem`, import.meta.url), "utf8");

const GIVEN = `
  const given = ${JSON.stringify({ url, configuration, rsa: key("rsa"), p256: key("p256") })};
  const { configuration } = given;
  const [signedUrl, publicKeyPem, claimsPem] = [given.url, given.rsa, given.p256];
  const [headers, ip, distribution, response] = [{}, "192.0.2.7", undefined, undefined];
  Date.now = () => ${now * 1000};
  const logged = [];
  const print = console.log;
  console.log = (...words) => void logged.push(words);
`;

/**
 * @param {string} heading
 * @param {string} after what to find out once the example has run
 * @param {string} [before]
 */
async function ran(heading, after, before = "") {
  const source = `${GIVEN}${before}${example(heading)}\n${after}`;
  const file = `${heading.replace(/\W+/g, "-")}.mjs`;
  writeFileSync(join(folder, file), source);
  return file;
}

const LOGGED = "print(JSON.stringify(logged));";
const URL_GIVEN = "const { url } = given;\n";

test("Verify", async () => {
  const [[stage, code]] = await run(folder, node, [await ran("Verify", LOGGED, URL_GIVEN)]);
  assert.deepEqual([stage, code], ["authenticate", "unknown-key"]);
});

test("Node", async () => {
  const after = `
    server.listen(0, "127.0.0.1", async () => {
      const { request } = await import("node:http");
      const { port } = server.address();
      const answers = [];
      for (const path of [${JSON.stringify(target)}, "/a.mp4"]) {
        const headers = { host: ${JSON.stringify(request.host)} };
        const asked = request({ port, path, headers }).end();
        answers.push(await new Promise((done) => asked.on("response", (got) => done(got.statusCode))));
      }
      server.close();
      print(JSON.stringify(answers));
    });`;
  assert.deepEqual(await run(folder, node, [await ran("Node", after)]), [200, 403]);
});

test("Browsers", async () => {
  const [[expires]] = await run(folder, node, [await ran("Browsers", LOGGED)]);
  assert.ok(new Date(expires).getTime() > now * 1000);
});

test("Deno and Bun", async () => {
  const source = example("Deno and Bun").replace("export default", "const site =");
  const after = `
    const answers = [];
    for (const url of [given.url, "https://media.example.com/a.mp4"]) {
      answers.push((await site.fetch(new Request(url))).status);
    }
    print(JSON.stringify(answers));`;
  writeFileSync(join(folder, "site.mjs"), `${GIVEN}${source}${after}`);
  const deno = ["run", "--allow-read", "--no-remote", "--quiet", "site.mjs"];
  assert.deepEqual(await run(folder, command("deno"), deno), [200, 403]);
  assert.deepEqual(await run(folder, command("bun"), ["run", "site.mjs"]), [200, 403]);
});

test("Vercel's edge runtime, and others", async () => {
  const loaded = `
    const { readFileSync } = await import("node:fs");
    const file = "node_modules/edgepass/verifier.wasm";
    const module = new WebAssembly.Module(readFileSync(file));
  `;
  const heading = "Vercel's edge runtime, and others";
  const source = example(heading).replace(/import module .*\n/, loaded);
  const after = `
    const verifier = await createVerifier(configuration);
    print(JSON.stringify(await verifier.verify({ url: given.url })));`;
  writeFileSync(join(folder, "handed-in.mjs"), `${GIVEN}${source}${after}`);
  assert.equal((await run(folder, node, ["handed-in.mjs"])).decision, "allow");
});

test("Explain a 403", async () => {
  const later = `${URL_GIVEN}Date.now = () => 4e12;\n`;
  const [[source, id]] = await run(folder, node, [await ran("Explain a 403", LOGGED, later)]);
  assert.deepEqual([source, id], ["unknown", "expired"]);
});
