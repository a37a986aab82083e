// @ts-check
// The session function beside what one writes with AWS's own signers: each alone behind the same
// runtime API, one event after another, as Lambda does with one instance. Prints a table.
//
// `node load.mjs BINARY`; the others are those of tests/peers.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { RuntimeApi } from "./runtime-api.mjs";

const [binary = ""] = process.argv.slice(2);
const SECONDS = Number(process.env["LOAD_SECONDS"] ?? 8);
// Under a second is to see whether it runs.
const [WARM_SECONDS, STARTS] = SECONDS < 1 ? [0, 1] : [0.5, 5];

const here = new URL(".", import.meta.url).pathname;
const root = join(here, "../../..");
const peers = join(root, "tests/peers");
const python = join(peers, ".venv/bin/python");
const folder = mkdtempSync(join(tmpdir(), "edgepass-load-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name @param {string[]} words @returns {string} */
function keyFile(name, ...words) {
  const file = join(folder, name);
  execFileSync("openssl", ["genpkey", "-out", file, ...words], { stdio: "pipe" });
  return file;
}
const rsa = keyFile("rsa.pem", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048");
const p256 = keyFile("p256.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
const claims = keyFile("claims.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
const siteSecret = join(folder, "site-secret");
writeFileSync(siteSecret, "a site secret of the load test, 32 bytes or more");

const GRANTS = `
site = "https://media.example.com"
max_lifetime = "12h"
[cookies]
domain = "media.example.com"
[[grant]]
name = "subscribers"
when = { "cognito:groups" = "subscribers" }
resources = ["https://media.example.com/standard/*"]
lifetime = "4h"
`;

/** @param {string} key @returns {Record<string, string>} */
const session = (key) => ({
  EDGEPASS_GRANTS: GRANTS,
  EDGEPASS_KEY: `file:${key}`,
  EDGEPASS_KEY_ID: "K2JCJMDEHXQW5F",
  EDGEPASS_CLAIMS_KEY: `file:${claims}`,
  EDGEPASS_CLAIMS_KEY_ID: "claims-2026-11",
  EDGEPASS_SITE_SECRET: `file:${siteSecret}`,
  EDGEPASS_STORE: "memory",
  EDGEPASS_EDGE_CLAIMS: "required",
  EDGEPASS_TOKEN_HEADER: "authorization",
});

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {string[]} command
 * @property {Record<string, string>} environment
 * @property {() => number} zipped bytes to upload
 */

const packages = execFileSync(
  python,
  ["-c", "import cryptography, os; print(os.path.dirname(os.path.dirname(cryptography.__file__)))"],
  { encoding: "utf8" },
).trim();

const sessionZipped = zipped([[binary, "bootstrap"]]);

/** @type {Candidate[]} */
const candidates = [
  {
    name: "edgepass, RSA-2048 + claims ES256",
    command: [binary],
    environment: session(rsa),
    zipped: () => sessionZipped,
  },
  {
    name: "edgepass, P-256 + claims ES256",
    command: [binary],
    environment: session(p256),
    zipped: () => sessionZipped,
  },
  {
    name: "Node, @aws-sdk/cloudfront-signer, RSA-2048",
    command: [process.execPath, join(peers, "session_function.mjs")],
    environment: { PRIVATE_KEY_FILE: rsa },
    zipped: () =>
      zipped([
        [join(peers, "session_function.mjs"), "index.mjs"],
        [join(peers, "node_modules"), "node_modules"],
      ]),
  },
  {
    name: "Python, botocore + cryptography, RSA-2048",
    command: [python, join(peers, "session_function.py")],
    environment: { PRIVATE_KEY_FILE: rsa },
    // Lambda's own runtime has botocore already.
    zipped: () =>
      zipped([
        [join(peers, "session_function.py"), "index.py"],
        ...["cryptography", "cffi", "pycparser"].map(
          (name) => /** @type {[string, string]} */ ([join(packages, name), name]),
        ),
      ]),
  },
];

/**
 * @param {[string, string][]} entries what is zipped, and its name in the archive
 * @returns {number} bytes
 */
function zipped(entries) {
  const archive = join(folder, "function.zip");
  execFileSync(python, [join(here, "zip.py"), archive, ...entries.flat()]);
  return statSync(archive).size;
}

/** The event, with a sign-in of now. @returns {string} */
function event() {
  const file = join(root, "signer/tests/events/http-api-jwt.json");
  const recorded = JSON.parse(readFileSync(file, "utf8"));
  const now = Math.floor(Date.now() / 1000);
  const times = { auth_time: `${now - 60}`, iat: `${now - 60}`, exp: `${now + 3600}` };
  const known = recorded.requestContext.authorizer.jwt.claims;
  Object.assign(known, times);
  // As the identity provider signed it: with numbers, and with a list.
  const payload = { ...known, "cognito:groups": known["cognito:groups"].slice(1, -1).split(" ") };
  for (const name of Object.keys(times)) payload[name] = Number(known[name]);
  const parts = [{ alg: "RS256" }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  recorded.headers.authorization = `Bearer ${parts.join(".")}.c2lnbmF0dXJl`;
  delete recorded.headers.origin;
  return JSON.stringify(recorded);
}

/**
 * Starts a candidate; hands it to `use` with the time from its start to its first answer.
 *
 * @param {Candidate} candidate
 * @param {(api: RuntimeApi, pid: number, firstMilliseconds: number) => Promise<void>} use
 */
async function started({ name, command, environment }, use) {
  const api = new RuntimeApi();
  const address = await api.listen();
  const [program = "", ...words] = command;
  const start = performance.now();
  const child = spawn(program, words, {
    env: {
      PATH: process.env["PATH"] ?? "",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      AWS_LAMBDA_FUNCTION_NAME: "session",
      AWS_LAMBDA_FUNCTION_VERSION: "1",
      AWS_LAMBDA_RUNTIME_API: address,
      ...environment,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    const failed = ended.then(([code]) => Promise.reject(new Error(`${name} ended: ${code}`)));
    failed.catch(() => {});
    const first = await Promise.race([api.invoke(event()), failed]);
    const milliseconds = performance.now() - start;
    const answer = JSON.parse(first.body);
    const signed = answer.cookies?.some((/** @type {string} */ cookie) =>
      cookie.startsWith("CloudFront-Signature="),
    );
    if (answer.statusCode !== 200 || !signed) throw new Error(`${name}: ${first.body}`);
    await use(api, child.pid ?? 0, milliseconds);
  } finally {
    child.kill("SIGKILL");
    await ended;
    api.close();
  }
}

/** @param {number} pid @returns {number} bytes */
function resident(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024;
}

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

const columns = ["requests/s", "p50", "p99", "start to first response", "peak memory", "zipped"];
console.log(`| ${["", ...columns].join(" | ")} |`);
console.log(`| --- |${" ---: |".repeat(columns.length)}`);
for (const candidate of candidates) {
  /** @type {number[]} */
  const starts = [];
  for (let left = STARTS - 1; left > 0; left -= 1) {
    await started(candidate, async (_, __, milliseconds) => void starts.push(milliseconds));
  }
  await started(candidate, async (api, pid, milliseconds) => {
    starts.push(milliseconds);
    const text = event();
    /** @type {number[]} */
    const times = [];
    const warm = performance.now() + WARM_SECONDS * 1000;
    while (performance.now() < warm) await api.invoke(text);
    const begin = performance.now();
    while (performance.now() - begin < SECONDS * 1000) {
      times.push((await api.invoke(text)).milliseconds);
    }
    const seconds = (performance.now() - begin) / 1000;
    times.sort((a, b) => a - b);
    starts.sort((a, b) => a - b);
    const row = [
      candidate.name,
      (times.length / seconds).toFixed(0),
      `${quantile(times, 0.5).toFixed(2)} ms`,
      `${quantile(times, 0.99).toFixed(2)} ms`,
      `${quantile(starts, 0.5).toFixed(0)} ms`,
      `${(resident(pid) / 1e6).toFixed(1)} MB`,
      `${(candidate.zipped() / 1e6).toFixed(2)} MB`,
    ];
    console.log(`| ${row.join(" | ")} |`);
  });
}
