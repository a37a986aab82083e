// @ts-check
// What one writes with the JS SDK's signer: the authorizer's groups decide, cookies come out. The
// loop at the end is all that Lambda's own runtime client does.

import { getSignedCookies } from "@aws-sdk/cloudfront-signer";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const privateKey = readFileSync(process.env["PRIVATE_KEY_FILE"] ?? "", "utf8");

/** @param {any} event */
function handler(event) {
  const claims = event.requestContext.authorizer.jwt.claims;
  if (!claims["cognito:groups"].includes("subscribers")) return { statusCode: 403 };
  const expires = Math.floor(Date.now() / 1000) + 4 * 3600;
  const policy = JSON.stringify({
    Statement: [
      {
        Resource: "https://media.example.com/standard/*",
        Condition: { DateLessThan: { "AWS:EpochTime": expires } },
      },
    ],
  });
  const cookies = getSignedCookies({
    keyPairId: "K2JCJMDEHXQW5F",
    privateKey,
    policy,
    algorithm: "SHA256",
  });
  return {
    statusCode: 200,
    cookies: Object.entries(cookies).map(
      ([name, value]) => `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`,
    ),
    headers: { "cache-control": "no-store", "content-type": "application/json" },
    body: JSON.stringify({ expires_at: expires }),
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const base = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime/invocation`;

/**
 * @param {string} path
 * @param {string} [body]
 * @returns {Promise<{ id: string, text: string }>}
 */
function call(path, body) {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const outgoing = request(`${base}/${path}`, { agent, method }, (response) => {
      /** @type {Buffer[]} */
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const id = String(response.headers["lambda-runtime-aws-request-id"]);
        resolve({ id, text: Buffer.concat(parts).toString() });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

for (;;) {
  const { id, text } = await call("next");
  await call(`${id}/response`, JSON.stringify(handler(JSON.parse(text))));
}
