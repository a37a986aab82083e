// Forgotten checks and wrong configurations: every marked line must not compile.

import {
  type Allowed,
  type Configuration,
  type Verdict,
  createVerifier,
  forwardRequest,
} from "edgepass";

declare const verdict: Verdict;
declare const request: Request;
const key = { pem: "", algorithms: ["RSA-SHA256"] } as const;

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
