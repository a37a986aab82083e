// The KeyValueStore: which keys sign claims tokens, and who is revoked. README.md has its layout. Nothing
// in it is signed: who may write it decides.

import { isTime } from "./claims.js";
import { checkLifetime, MAX_CLOCK_SKEW } from "./conditions.js";
import { refuse } from "./refusal.js";
import { cf, crypto } from "./runtime.js";
import { maxStale } from "./settings.js";

/** What holds for all passes: the value of `m`. */
export async function readStore() {
  try {
    const text = await cf.kvs().get("m");
    const store = JSON.parse(text);
    if (store.v === 1 && isTime(store.at) && isTime(store.all) && isTime(store.life)) {
      return store;
    }
  } catch (problem) {
    // It is not there, or something failed: both are the same to a viewer.
  }
  refuse("revocation-unknown");
}

/** Refuses what is revoked. `secret` is the key that signed the claims. */
export async function checkStanding(claims, store, secret, now) {
  checkLifetime(claims, store.life);
  if (now > store.at + maxStale || store.at > now + MAX_CLOCK_SKEW) refuse("revocation-stale");
  const thumbprint = store.gone[0] && sha256(secret, "hex").slice(0, 16);
  let isGood =
    (!store.all || claims.iat > store.all) && !store.gone.some((gone) => gone === thumbprint);
  if (isGood) {
    try {
      const kvs = cf.kvs();
      const subject = "u." + hashed(claims.sub);
      const isSessionRevoked = await kvs.exists("s." + hashed(claims.jti));
      const hasCutOff = await kvs.exists(subject);
      if (hasCutOff) {
        const cutOff = await kvs.get(subject);
        // What is no number revokes.
        isGood = /^\d+(?!\n)$/.test(cutOff) && claims.iat > cutOff;
      }
      isGood = isGood && !isSessionRevoked;
    } catch (problem) {
      refuse("revocation-unknown");
    }
  }
  if (!isGood) refuse("revoked");
}

/** What an identifier is looked up by. */
function hashed(identifier) {
  return sha256(identifier, "base64url").slice(0, 22);
}

function sha256(text, encoding) {
  return crypto.createHash("sha256").update(text).digest(encoding);
}
