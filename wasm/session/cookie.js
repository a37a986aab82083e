// @ts-check

/** @typedef {import("./session.js").Pass} Pass */

/** `Edgepass-Session=v1.<session>.<issued>.<expires>`, times in seconds since 1970. */
const SESSION = /(?:^|;\s*)Edgepass-Session=v1\.([\w-]+)\.(\d+)\.(\d+)(?=;|$)/g;

/**
 * The pass that the readable cookie tells of, the latest where there are several, or null. Anyone can
 * write that cookie: it is for display and planning, and edges do not look at it.
 *
 * @param {string} cookies as in `document.cookie`
 * @returns {Pass | null}
 */
export function readSessionCookie(cookies) {
  /** @type {Pass | null} */
  let latest = null;
  for (const [, session = "", issued, expires] of cookies.matchAll(SESSION)) {
    const pass = { session, issuedAt: Number(issued), expiresAt: Number(expires), resources: null };
    if (latest === null || pass.issuedAt > latest.issuedAt) latest = pass;
  }
  return latest;
}
