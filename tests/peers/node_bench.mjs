// @ts-check
// Node for tests/bench: `sign ALGORITHM TIMES` (the JS SDK) or `verify ALGORITHM TIMES`
// (node:crypto) in, nanoseconds out.
//
// Run with the folder of the keys, the policy and its signatures. To verify, the key is parsed
// once; the JS SDK takes nothing but PEM.

import { getSignedCookies } from "@aws-sdk/cloudfront-signer";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const folder = process.argv[2] ?? ".";
const policy = readFileSync(join(folder, "policy"));

for await (const line of createInterface({ input: process.stdin })) {
  const [what = "", algorithm = "", times] = line.split(" ");
  const name = algorithm.startsWith("RSA") ? "rsa" : "p256";
  const hash = algorithm.endsWith("SHA256") ? "SHA256" : "SHA1";
  const once = what === "sign" ? signing(name, hash) : verifying(algorithm, name, hash);
  const start = process.hrtime.bigint();
  for (let left = Number(times); left > 0; left -= 1) once();
  process.stdout.write(`${process.hrtime.bigint() - start}\n`);
}

/**
 * @param {string} name
 * @param {"SHA1" | "SHA256"} algorithm
 */
function signing(name, algorithm) {
  const privateKey = readFileSync(join(folder, `${name}.pem`), "utf8");
  return () =>
    getSignedCookies({
      url: "https://media.example.com/courses/42/*",
      keyPairId: "K2JCJMDEHXQW5F",
      privateKey,
      dateLessThan: new Date(1767290400 * 1000),
      ipAddress: "203.0.113.0/24",
      algorithm,
    });
}

/**
 * @param {string} algorithm
 * @param {string} name
 * @param {string} hash
 */
function verifying(algorithm, name, hash) {
  const key = createPublicKey(readFileSync(join(folder, `${name}.public.pem`)));
  const signature = readFileSync(join(folder, `${algorithm}.signature`));
  return () => {
    if (!verify(hash, policy, key, signature)) throw new Error("the signature does not hold");
  };
}
