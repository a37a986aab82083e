// What users write, which must compile.

import { codes } from "edgepass/codes";
import {
  type Code,
  type Configuration,
  ConfigurationError,
  type Verdict,
  createVerifier,
  forwardRequest,
  inspect,
  verify,
} from "edgepass";
import { type Explanation, explain } from "edgepass/explain";
import { explainerFrom, inspectorFrom, verifierFrom } from "edgepass/module";

const configuration: Configuration = {
  keys: [
    { id: "K2JCJMDEHXQW5F", pem: "-----BEGIN PUBLIC KEY-----", algorithms: ["RSA-SHA256"] },
    { spki: new Uint8Array(), algorithms: ["ECDSA-SHA256", "ECDSA-SHA1"] },
  ],
  claimsKeys: [
    { id: "a", algorithm: "ES256", pem: "" },
    { id: "b", algorithm: "HS256", secret: new Uint8Array(32) },
  ],
  maxLifetimeSeconds: 43200,
  mode: "native",
  scheme: "https",
};

export async function answered(request: Request): Promise<Response> {
  const verifier = await createVerifier(configuration);
  const verdict = await verifier.verify(request, { ip: "192.0.2.7", now: new Date() });
  if (verdict.decision === "deny") {
    const { code, stage, hint }: { code: Code; stage: string; hint: string } = verdict;
    if (verdict.code === "expired") {
      const only: "conditions" = verdict.stage;
      console.log(only);
    }
    return new Response(`${code} ${stage} ${hint} ${codes[code].meaning}`, { status: 403 });
  }
  console.log(verdict.claims?.sub, verdict.expiresAt, verdict.forward.context);
  return fetch(forwardRequest(request, verdict));
}

export async function others(module: WebAssembly.Module): Promise<void> {
  const off: Configuration = { keys: configuration.keys, claims: "off" };
  const headers = { cookie: ["a=1", "b=2"], origin: undefined };
  const verdict: Verdict = await verify(
    { url: "https://media.example.com/", method: "HEAD", headers, cookies: "c=3" },
    { configuration: off, ip: null, now: 1767225600 },
  );
  const { policy, fault } = await inspect({ cookies: ["a=1"] });
  const { causes, notes }: Explanation = await explain({
    url: "https://media.example.com/1.ts",
    signedUrl: "https://media.example.com/master.m3u8",
    now: 0,
  });
  await verifierFrom(module)(off);
  await inspectorFrom(module)("https://media.example.com/");
  await explainerFrom(module)({ distribution: {} });
  console.log(
    verdict.decision,
    policy?.expiresAt,
    fault?.message,
    causes[0]?.certainty,
    notes[0]?.id,
  );
  console.log(new ConfigurationError("") instanceof Error);
}
