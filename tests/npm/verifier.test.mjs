// @ts-check
// The verifier as programs use it: verdicts, Fetch requests, wrong configurations, traps.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { mock, test } from "node:test";
import { pathToFileURL } from "node:url";

import { corpus } from "./cases.mjs";
import { project } from "./project.mjs";

const verify = mock.method(crypto, "verify");

const folder = project();
const { resolve } = createRequire(join(folder, "package.json"));
/** @type {typeof import("edgepass")} */
const {
  ConfigurationError,
  createVerifier,
  forwardRequest,
  inspect,
  verify: verifyOnce,
} = await import(pathToFileURL(join(folder, "node_modules/edgepass/index.default.js")).href);

const admitted = corpus().cases.filter(({ expect }) => expect.decision === "allow");
const withClaims = admitted.find(
  ({ name, request, configuration }) =>
    name.startsWith("allow/") && configuration.claims !== "off" && request.cookies.length > 0,
);
const byUrl = admitted.find(
  ({ request, configuration }) =>
    request.query?.includes("Policy=") && configuration.claims === "off",
);
assert.ok(withClaims && byUrl);

/** @param {import("./corpus.mjs").Case} found */
function asked({ request: { scheme, host, path, query, cookies, origin, address }, now }) {
  const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
  const headers = { cookie: [...cookies, "other=1"], origin };
  return /** @type {const} */ ([
    { url, headers },
    { ip: address, now },
  ]);
}

test("an admitted request says who, until when, and what may go on", async () => {
  const verdict = await verifyOnce(asked(withClaims)[0], {
    ...asked(withClaims)[1],
    configuration: withClaims.configuration,
  });
  assert.equal(verdict.decision, "allow", JSON.stringify(verdict));
  assert.ok(verdict.decision === "allow" && verdict.claims && verdict.policy);
  assert.equal(typeof verdict.claims.sub, "string");
  assert.equal(verdict.expiresAt, Math.min(verdict.claims.exp, verdict.policy.expiresAt));
  assert.equal(verdict.forward.cookie, "other=1");
});

test("a refusal has its facts and what to do", async () => {
  const verifier = await createVerifier(byUrl.configuration);
  const verdict = await verifier.verify({ url: "https://media.example.com/a.mp4" });
  assert.deepEqual(verdict, {
    decision: "deny",
    stage: "find",
    code: "credential-missing",
    cloudfront: "MissingKey",
    credential: null,
    meaning: "no signing parameter in the URL and no signing cookie",
    hint: "issue a pass; if there is one, check that the browser sends it: Domain, Path, SameSite, credentials mode",
  });
});

test("a Fetch request, and what of it goes on", async () => {
  const verifier = await createVerifier(byUrl.configuration);
  const [{ url }, context] = asked(byUrl);
  const headers = { cookie: "other=1", "x-edgepass-context": "forged", accept: "*/*" };
  const request = new Request(`${url}#fragment`, { headers });
  const verdict = await verifier.verify(request, { ...context, now: new Date(byUrl.now * 1000) });
  assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
  const forwarded = forwardRequest(request, verdict);
  assert.doesNotMatch(forwarded.url, /Policy|Signature|Key-Pair-Id/);
  assert.deepEqual([...forwarded.headers.keys()], ["accept", "cookie"]);
  const { url: rest } = forwarded;
  assert.deepEqual(verdict.forward, { url: rest, cookie: "other=1", referer: null, context: null });
});

test("what becomes of headers on their way to the origin", async () => {
  const vectors = new URL("../vectors/forwarding.json", import.meta.url);
  const { headers, referers } = JSON.parse(readFileSync(vectors, "utf8"));
  const verifier = await createVerifier(byUrl.configuration);
  const [{ url }, context] = asked(byUrl);
  const forwarded = async (/** @type {Headers} */ headers) => {
    const request = new Request(url, { headers });
    const verdict = await verifier.verify(request, context);
    assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
    return forwardRequest(request, verdict).headers;
  };

  const sent = new Headers();
  for (const name of [...headers.removed, ...headers.kept]) sent.set(name, "forged");
  assert.deepEqual([...(await forwarded(sent)).keys()], headers.kept.toSorted());

  for (const { sent, forwarded: expected } of referers) {
    // A Fetch header is a string of bytes.
    if (/[^\0-\xff]/.test(sent.join())) continue;
    const headers = new Headers();
    for (const line of sent) headers.append("referer", line);
    assert.equal((await forwarded(headers)).get("referer"), expected, sent);
  }
  assert.equal((await forwarded(new Headers())).has("referer"), false);
});

test("a signature that held is not verified again", async () => {
  const verifier = await createVerifier(byUrl.configuration);
  verify.mock.resetCalls();
  for (let count = 0; count < 3; count += 1) {
    assert.equal((await verifier.verify(...asked(byUrl))).decision, "allow");
  }
  assert.equal(verify.mock.callCount(), 1);
});

test("many at a time do not get each other's answers", async () => {
  const verifier = await createVerifier(byUrl.configuration);
  const [{ url }, context] = asked(byUrl);
  const forged = url.replace(/Signature=../, "Signature=AA");
  const verdicts = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      verifier.verify({ url: index % 2 === 0 ? url : forged }, context),
    ),
  );
  verdicts.forEach((verdict, index) => {
    assert.equal(
      verdict.decision === "allow" ? "" : verdict.code,
      index % 2 ? "signature-invalid" : "",
    );
  });
});

const pem = readFileSync(new URL("../vectors/keys/rsa.public.pem", import.meta.url), "utf8");
const privatePem = readFileSync(
  new URL("../vectors/keys/rsa.private.pem", import.meta.url),
  "utf8",
);
const key = { pem, algorithms: ["RSA-SHA256"] };

/** The modulus of the key with another exponent. @param {string} e in base64url */
function spkiOf(e) {
  const jwk = { ...crypto.createPublicKey(pem).export({ format: "jwk" }), e };
  return crypto
    .createPublicKey({ key: jwk, format: "jwk" })
    .export({ format: "der", type: "spki" });
}

/** @type {Record<string, { configuration: unknown, message: RegExp }>} */
const wrong = {
  nothing: { configuration: undefined, message: /^`configuration` is not an object/ },
  "no keys": { configuration: {}, message: /^`keys` is empty/ },
  "no claims keys": { configuration: { keys: [key] }, message: /^`claimsKeys` is empty/ },
  "a misspelt member": {
    configuration: { keys: [key], claims: "off", schema: "https" },
    message: /^`schema` is no member/,
  },
  "a misspelt member of a key": {
    configuration: { keys: [{ ...key, algorithm: "ES256" }], claims: "off" },
    message: /^`keys\[0\]\.algorithm` is no member/,
  },
  "an unknown algorithm": {
    configuration: { keys: [{ pem, algorithms: ["RS256"] }], claims: "off" },
    message: /^`keys\[0\]\.algorithms` has another/,
  },
  "an algorithm of another kind": {
    configuration: { keys: [{ pem, algorithms: ["ECDSA-SHA256"] }], claims: "off" },
    message: /^`keys\[0\]` has an algorithm of another kind/,
  },
  "a key of exponent 1": {
    configuration: { keys: [{ spki: spkiOf("AQ"), algorithms: ["RSA-SHA256"] }], claims: "off" },
    message: /^`keys\[0\]\.spki` has numbers that are those of no public key/,
  },
  "a claims key of exponent 2": {
    configuration: {
      keys: [key],
      claimsKeys: [{ id: "a", algorithm: "RS256", spki: spkiOf("Ag") }],
    },
    message: /^`claimsKeys\[0\]\.spki` has numbers that are those of no public key/,
  },
  "a private key": {
    configuration: { keys: [{ pem: privatePem, algorithms: ["RSA-SHA256"] }], claims: "off" },
    message: /^`keys\[0\]\.pem` is a private key/,
  },
  "the key of credentials for claims": {
    configuration: { keys: [key], claimsKeys: [{ id: "a", algorithm: "RS256", pem }] },
    message: /^`claimsKeys` has a key that is in `keys` too/,
  },
  "a short secret": {
    configuration: { keys: [key], claimsKeys: [{ id: "a", algorithm: "HS256", secret: "short" }] },
    message: /^`claimsKeys\[0\]\.secret` has fewer than 32 bytes/,
  },
  ...Object.fromEntries(
    Object.entries({
      "a public key": pem,
      "a public key after a comment": `# a comment\n${pem}`,
      "a public key without its first and last line": pem.replace(/-----.*-----/g, ""),
      "a public key in base64": btoa(pem),
      "a public key in DER": Buffer.from(pem.replace(/-----.*-----/g, ""), "base64"),
      "a private key": privatePem,
    }).map(([name, secret]) => [
      `${name} for a secret`,
      {
        configuration: { keys: [key], claimsKeys: [{ id: "a", algorithm: "HS256", secret }] },
        message: /^`claimsKeys\[0\]\.secret` is a key of another kind/,
      },
    ]),
  ),
  "half a second": {
    configuration: { keys: [key], claims: "off", maxLifetimeSeconds: 0.5 },
    message: /integer/,
  },
};

for (const [name, { configuration, message }] of Object.entries(wrong)) {
  test(`a wrong configuration: ${name}`, async () => {
    await assert.rejects(createVerifier(/** @type {any} */ (configuration)), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /MII/, "a key is in the message");
      return true;
    });
  });
}

test("what is no request is denied", async () => {
  const verifier = await createVerifier(byUrl.configuration);
  for (const request of [undefined, null, {}, { url: 7 }, { url: "/a" }, { url: "\ud800" }]) {
    const verdict = await verifier.verify(/** @type {any} */ (request));
    assert.ok(verdict.decision === "deny");
    assert.equal(verdict.code, "request-malformed");
  }
});

test("a trap ends one request, and not the verifier", async () => {
  const verifier = await createVerifier(byUrl.configuration);
  const [request, context] = asked(byUrl);
  assert.equal((await verifier.verify(request, context)).decision, "allow");
  const url = `https://media.example.com/${"a".repeat(1 << 20)}`;
  const grow = mock.method(TextEncoder.prototype, "encodeInto", () => {
    throw new WebAssembly.RuntimeError("unreachable");
  });
  await assert.rejects(verifier.verify({ url: `${url}é` }, context), WebAssembly.RuntimeError);
  grow.mock.restore();
  verify.mock.resetCalls();
  assert.equal((await verifier.verify(request, context)).decision, "allow");
  assert.equal(verify.mock.callCount(), 1, "memory from before the trap was used");
});

test("inspect never shows a signature", async () => {
  for (const { request } of corpus().cases) {
    const { scheme, host, path, query, cookies } = request;
    const url = `${scheme}://${host}${path}${query === null ? "" : `?${query}`}`;
    const shown = JSON.stringify(await inspect({ url, cookies }));
    for (const [, signature = ""] of `${url};${cookies}`.matchAll(/Signature=([^&;,]{40,})/g)) {
      assert.ok(!shown.includes(signature));
    }
  }
});

test("the modules are files that can be asked for", () => {
  for (const name of ["verifier", "inspector", "explainer"]) {
    const module = new WebAssembly.Module(readFileSync(resolve(`edgepass/${name}.wasm`)));
    assert.deepEqual(
      WebAssembly.Module.imports(module).filter(({ kind }) => kind !== "function"),
      [],
    );
  }
});
