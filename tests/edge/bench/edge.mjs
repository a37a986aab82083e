// @ts-check
// Measures the Lambda@Edge function beside its peers, and prints tables in Markdown.

import { JwtRsaVerifier } from "aws-jwt-verify";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";

import { bundled, deployed, edgeToml, keys } from "../bundle.mjs";
import { viewerRequest } from "../event.mjs";
import { CLAIMS_KEYS, Pass } from "../pass.mjs";
import { StateServer } from "../state-server.mjs";
import { bodyOf, headOf, nameOf, ROOT_PEM_FILE } from "../written-state.mjs";
import { contest } from "./contest.mjs";
import { load } from "./load.mjs";

/** So many more than the bundle remembers that when one comes again it is forgotten. */
const CREDENTIALS = 20_000;

const folder = bundled(edgeToml());
const handler = await deployed(folder);
const claimsFolder = bundled(edgeToml({ claims: "required", tables: CLAIMS_KEYS }));
const claimsHandler = await deployed(claimsFolder);
const expires = Math.floor(Date.now() / 1000) + 3600;

/** A million sessions are revoked, and nobody who watches. */
const body = bodyOf(1_000_000);
const head = headOf({ generatedAt: Math.floor(Date.now() / 1000), body });
const server = await StateServer.of((path) =>
  path === "head" ? head : path === `body/${nameOf(body)}` ? body : undefined,
);
// By one look-up, which a contest does not wait for.
const revocation = `
  [revocation]
  url = "${server.url}"
  root_pem_file = "${ROOT_PEM_FILE}"
  refresh_seconds = 3600
  max_stale_seconds = 3600`;
const revocationHandler = await deployed(
  bundled(edgeToml({ claims: "required", tables: CLAIMS_KEYS + revocation })),
);

/** @param {Pass} pass */
const eventWith = ({ cookie }) => viewerRequest({ cookies: [`theme=dark; ${cookie}`] });

/** @param {any} answer */
function admitted(answer) {
  if (answer.status !== undefined) throw new Error(`the pass was refused: ${answer.status}`);
}

/**
 * On a busy machine the first look-up of the state may take too long.
 *
 * @param {import("../bundle.mjs").Handler} handle
 * @param {object} event
 */
async function untilAdmitted(handle, event) {
  for (let tries = 0; tries < 30; tries += 1) {
    const answer = await handle(structuredClone(event));
    if (answer.status === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the state is not taken");
}

/**
 * @template T
 * @param {T[]} items
 */
function inTurn(items) {
  let next = 0;
  return () => /** @type {T} */ (items[next++ % items.length]);
}

/**
 * Each with a claims token. Half as many, since a pass then takes two places of the memory.
 *
 * @param {"RS256" | "HS256"} algorithm
 */
function withClaims(algorithm) {
  return Array.from({ length: CREDENTIALS / 2 }, (_, viewer) => {
    return Pass.signed({ expires: expires + viewer }).withClaims(algorithm, viewer);
  });
}

/** @param {"rsa" | "p256"} key */
function credentials(key) {
  return Array.from({ length: CREDENTIALS }, (_, viewer) => {
    return Pass.signed({ key, expires: expires + viewer });
  });
}

/**
 * @param {import("../bundle.mjs").Handler} handle
 * @param {Pass[]} passes
 */
function sight(handle, passes) {
  const pass = inTurn(passes);
  return {
    input: () => eventWith(pass()),
    once: async (/** @type {unknown} */ event) => admitted(await handle(event)),
  };
}

/**
 * The signatures of these passes alone, decoded beforehand.
 *
 * @param {"rsa" | "p256"} key
 * @param {Pass[]} passes
 */
function raw(key, passes) {
  const publicKey = createPublicKey(readFileSync(`${keys}${key}.public.pem`));
  const pass = inTurn(passes);
  return {
    input: () => pass().signed,
    once: (/** @type {{ policy: Buffer, signature: Buffer }} */ { policy, signature }) => {
      if (!verify("SHA256", policy, publicKey, signature)) throw new Error("it does not verify");
    },
  };
}

function awsJwtVerify() {
  const kid = "key-1";
  const issuer = "https://media.example.com";
  const privateKey = createPrivateKey(readFileSync(`${keys}rsa.private.pem`));
  const publicKey = createPublicKey(readFileSync(`${keys}rsa.public.pem`));
  const part = (/** @type {object} */ value) =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: issuer,
    aud: "viewers",
    sub: "viewer-1",
    iat: expires - 3600,
    exp: expires,
  };
  const signed = `${part({ alg: "RS256", kid, typ: "JWT" })}.${part(claims)}`;
  const token = `${signed}.${sign("SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
  const verifier = JwtRsaVerifier.create({
    issuer,
    audience: "viewers",
    jwksUri: `${issuer}/jwks`,
  });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
  verifier.cacheJwks(/** @type {any} */ ({ keys: [jwk] }));
  return { input: () => token, once: (/** @type {string} */ text) => verifier.verifySync(text) };
}

const [rsa, p256] = [credentials("rsa"), credentials("p256")];
const [rs256, hs256] = [withClaims("RS256"), withClaims("HS256")];

const [unseen, seen, unseenRs256, unseenHs256, seenClaims, seenRevocation] = [
  "**Edgepass**, a pass at first sight",
  "**Edgepass**, a pass seen before",
  "**Edgepass**, a pass with RS256 claims at first sight",
  "**Edgepass**, a pass with HS256 claims at first sight",
  "**Edgepass**, a pass with claims seen before",
  "**Edgepass**, a pass with claims seen before, a million others revoked",
];

await untilAdmitted(revocationHandler, eventWith(/** @type {Pass} */ (rs256[0])));

const byRsa = await contest("RSA-2048, SHA-256", [
  { name: "`node:crypto`", ...raw("rsa", rsa) },
  { name: seen, ...sight(handler, [Pass.signed({ expires })]) },
  { name: unseen, ...sight(handler, rsa) },
  { name: seenClaims, ...sight(claimsHandler, rs256.slice(0, 1)) },
  { name: seenRevocation, ...sight(revocationHandler, rs256.slice(0, 1)) },
  { name: unseenRs256, ...sight(claimsHandler, rs256) },
  { name: unseenHs256, ...sight(claimsHandler, hs256) },
  { name: "`aws-jwt-verify` 5.2.1, synchronous, its key cached", ...awsJwtVerify() },
]);
const byP256 = await contest("P-256, SHA-256", [
  { name: "`node:crypto`", ...raw("p256", p256) },
  { name: unseen, ...sight(handler, p256) },
]);
const loading = load(folder, eventWith(Pass.signed({ expires })));

goal("RSA-2048, first sight, × `node:crypto`", 1.5, byRsa(unseen).ratio);
goal("P-256, first sight, × `node:crypto`", 1.5, byP256(unseen).ratio);
goal("with RS256 claims, first sight, × `node:crypto`", 2.8, byRsa(unseenRs256).ratio);
goal("with HS256 claims, first sight, × `node:crypto`", 2, byRsa(unseenHs256).ratio);
goal("a pass seen before, µs", 5, byRsa(seen).time);
goal("a pass with claims seen before, µs", 5, byRsa(seenClaims).time);
goal("a pass with claims and revocation seen before, µs", 5, byRsa(seenRevocation).time);
goal("load to first verdict, × `import` of `aws-jwt-verify`", 0.65, loading);

/**
 * @param {string} what
 * @param {number} wanted
 * @param {number} measured
 */
function goal(what, wanted, measured) {
  const verdict = measured <= wanted ? "reached" : "**missed**";
  console.log(`- ${what}: goal ${wanted}, measured ${measured.toFixed(2)}: ${verdict}`);
}
