// @ts-check

/** @typedef {import("./edge.js").Edge} Edge */
/** @typedef {import("./edge.js").Pass} Pass */

/**
 * @typedef {object} Trial A way to get in that must fail.
 * @property {string} id
 * @property {string} title
 * @property {string} about
 * @property {(edge: Edge) => Promise<void>} prepare
 * @property {"own" | "other"} clip whose clip is asked for
 * @property {RequestInit} init of the request
 */
/**
 * @typedef {object} Answer What the edge made of a request, and why.
 * @property {string} method
 * @property {string} path
 * @property {number} status
 * @property {string | null} reason the code in `x-edgepass-reason`
 * @property {string} body
 * @property {string} response all of it, as text
 * @property {Pass} pass what was sent with it
 */

/** @type {RequestInit} */
const AS_USUAL = {};

/** What CloudFront would refuse by itself. @type {Trial[]} */
export const POLICY_TRIALS = [
  {
    id: "none",
    title: "No pass",
    about: "Ask for the clip without any cookie.",
    prepare: async () => {},
    clip: "own",
    init: { credentials: "omit" },
  },
  {
    id: "tampered",
    title: "Tampered pass",
    about: "Alter the policy after it was signed.",
    prepare: (edge) => edge.spoilPass("tampered"),
    clip: "own",
    init: AS_USUAL,
  },
  {
    id: "expired",
    title: "Expired pass",
    about: "A genuine pass whose time is over.",
    prepare: (edge) => edge.spoilPass("expired"),
    clip: "own",
    init: AS_USUAL,
  },
  {
    id: "other",
    title: "Another user's path",
    about: "A good pass, for somebody else's clip.",
    prepare: async () => {},
    clip: "other",
    init: AS_USUAL,
  },
];

/** What CloudFront would let in, and the claims token does not. @type {Trial[]} */
export const CLAIMS_TRIALS = [
  {
    id: "token-missing",
    title: "No claims token",
    about: "CloudFront's cookies are good, and come alone.",
    prepare: (edge) => edge.spoilPass("token-missing"),
    clip: "own",
    init: AS_USUAL,
  },
  {
    id: "token-swapped",
    title: "Somebody else's token",
    about: "A genuine token, from another user's pass.",
    prepare: (edge) => edge.spoilPass("token-swapped"),
    clip: "own",
    init: AS_USUAL,
  },
  {
    id: "token-expired",
    title: "Expired token",
    about: "The policy still holds, the claims have ended.",
    prepare: (edge) => edge.spoilPass("token-expired"),
    clip: "own",
    init: AS_USUAL,
  },
  {
    id: "method",
    title: "Another method",
    about: "A good pass, to read with and not to delete.",
    prepare: async () => {},
    clip: "own",
    init: { method: "DELETE" },
  },
];

/**
 * Asks for content, and asks the edge what it thinks of that.
 *
 * @param {Edge} edge
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Answer>}
 */
export async function ask(edge, path, init) {
  const response = await edge.media(path, init);
  const body = await response.text();
  const pass = await edge.pass(path, init);
  const reason = response.headers.get("x-edgepass-reason");
  const method = init?.method ?? "GET";
  const { status, headers } = response;
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  const all = [`HTTP/1.1 ${status}`, ...lines, "", body].join("\r\n");
  return { method, path, status, reason, body, response: all, pass };
}
