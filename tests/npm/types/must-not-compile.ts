// Forgotten checks and wrong configurations: every marked line must not compile.

import {
  type Allowed,
  type Configuration,
  type Verdict,
  createVerifier,
  forwardRequest,
} from "edgepass";
import { explain } from "edgepass/explain";
import { type Session, openSession } from "edgepass/session";

declare const verdict: Verdict;
declare const request: Request;
declare const session: Session;
const key = { pem: "", algorithms: ["RSA-SHA256"] } as const;
const claimsKey = { id: "a", algorithm: "ES256", pem: "" } as const;

// The decision has not been looked at.
// @ts-expect-error
verdict.claims;
// @ts-expect-error
verdict.forward;
// @ts-expect-error
verdict.code;
// @ts-expect-error
forwardRequest(request, verdict);
// @ts-expect-error
const admitted: Allowed = verdict;

// Looked at the wrong way round.
if (verdict.decision === "deny") {
  // @ts-expect-error
  verdict.claims;
  // @ts-expect-error
  forwardRequest(request, verdict);
  // @ts-expect-error
  if (verdict.code === "expird") console.log();
  // @ts-expect-error
  if (verdict.code === "expired" && verdict.stage === "claims") console.log();
}

// A verdict that nobody has made.
// @ts-expect-error
forwardRequest(request, { decision: "allow" });

// Not awaited.
const verifier = await createVerifier({ keys: [key], claims: "off" });
// @ts-expect-error
verifier.verify(request).decision;

// Claims tokens are demanded, and no key is trusted for them.
// @ts-expect-error
await createVerifier({ keys: [key] });
// @ts-expect-error
await createVerifier({ keys: [key], claims: "required" });
// @ts-expect-error
await createVerifier({ keys: [key], claims: "required", claimsKeys: [] });

// Values that JavaScript would convert.
// @ts-expect-error
await createVerifier({ keys: [key], claims: "Off" });
// @ts-expect-error
await createVerifier({ keys: [key], claims: null });
// @ts-expect-error
await createVerifier({ keys: [key], claims: false });
// @ts-expect-error
await createVerifier({ keys: key, claims: "off" });
// @ts-expect-error
await createVerifier({ keys: [{ pem: "", algorithms: "RSA-SHA256" }], claims: "off" });
// @ts-expect-error
await createVerifier({ keys: [{ ...key, id: null }], claims: "off" });
// @ts-expect-error
await createVerifier({ keys: [{ ...key, pem: [""] }], claims: "off" });
// @ts-expect-error
await createVerifier({ keys: [key], claims: "off", mode: null });
// @ts-expect-error
await createVerifier({ keys: [key], claimsKeys: [claimsKey], maxLifetimeSeconds: "3600" });
// @ts-expect-error
await createVerifier({ keys: [key], claimsKeys: [claimsKey], maxLifetimeSeconds: 3600n });
// @ts-expect-error
verifier.verify(request, { now: null });
// @ts-expect-error
verifier.verify(request, { now: "" });
// @ts-expect-error
verifier.verify(request, { now: false });
// @ts-expect-error
verifier.verify(request, { now: [] });
// @ts-expect-error
verifier.verify(request, { now: "1767225600" });
// @ts-expect-error
verifier.verify(request, { now: 1767225600n });
// @ts-expect-error
verifier.verify(request, { now: { valueOf: () => 0 } });
// @ts-expect-error
explain({ now: null });
// @ts-expect-error
explain({ now: "" });
// @ts-expect-error
explain({ now: false });
// @ts-expect-error
session.canPlay("https://media.example.com/", null);
// @ts-expect-error
session.canPlay("https://media.example.com/", "");
// @ts-expect-error
session.canPlay("https://media.example.com/", new Date());
// @ts-expect-error
session.expiresIn(null);
// @ts-expect-error
verifier.verify(request, 1767225600);
// @ts-expect-error
verifier.verify(request, { ip: ["192.0.2.7"] });
// @ts-expect-error
verifier.verify({ url: ["https://media.example.com/"] });
// @ts-expect-error
verifier.verify({ url: "https://media.example.com/", method: null });
// @ts-expect-error
verifier.verify({ url: "https://media.example.com/", headers: { origin: 7 } });
// @ts-expect-error
verifier.verify({ url: "https://media.example.com/", headers: new Map([["origin", ""]]) });
// @ts-expect-error
openSession({ renewBefore: "60" });
// @ts-expect-error
openSession({ automatic: "false" });

// Wrong keys.
// @ts-expect-error
await createVerifier({ keys: [], claims: "off" });
// @ts-expect-error
await createVerifier({ keys: [{ pem: "" }], claims: "off" });
// @ts-expect-error
const none: Configuration = { keys: [{ pem: "", algorithms: [] }], claims: "off" };
const both: Configuration = {
  // @ts-expect-error
  keys: [{ pem: "", spki: new Uint8Array(), algorithms: ["RSA-SHA256"] }],
  claims: "off",
};
const unknown: Configuration = {
  // @ts-expect-error
  keys: [{ pem: "", algorithms: ["RSA-SHA512"] }],
  claims: "off",
};
const secret: Configuration = {
  keys: [key],
  // @ts-expect-error
  claimsKeys: [{ id: "a", algorithm: "ES256", secret: "" }],
};

console.log(admitted, none, both, unknown, secret);
