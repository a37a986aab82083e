// @ts-check
// The longest that CloudFront lets through of each kind, made to be slow. All are let in or refused by the
// last check that looks at them. A size of 1 is the limit; others are for seeing how the work grows.

import { trial } from "./engines.mjs";
import { CLAIMS, signed } from "./token.mjs";

const cookie = (/** @type {object} */ claims) =>
  `Edgepass-Claims=${signed({ ...CLAIMS, ...claims })}`;
const times = (/** @type {string} */ text, /** @type {number} */ count) =>
  text.repeat(Math.max(1, Math.floor(count / text.length)));
const list = (/** @type {number} */ size, /** @type {(index: number) => string} */ entry) =>
  Array.from({ length: Math.max(1, Math.floor(32 * size)) }, (_, index) => entry(index));

const plain = cookie({});

/** @type {Record<string, (size: number) => import("./engines.mjs").Trial>} */
export const WORST = {
  "4,000 query components": (size) => trial({ cookies: [plain], query: times("a&", 8000 * size) }),
  "2,600 components with an escape in the name": (size) =>
    trial({ cookies: [plain], query: times("%61&", 8000 * size) }),
  "800 components of ours": (size) =>
    trial({ cookies: [plain], query: times("Policy=1&", 8000 * size) }),
  "a long name without an end": (size) =>
    trial({ cookies: [plain], query: times("E", 8000 * size) }),
  "a query of escapes": (size) =>
    trial({ cookies: [plain], query: `a=${times("%41", 8000 * size)}` }),
  "a path of segments": (size) => trial({ cookies: [plain], uri: `/${times("a/", 8000 * size)}` }),
  "a path of semicolons": (size) =>
    trial({ cookies: [plain], uri: `/a${times(";", 8000 * size)}` }),
  "a path of escapes": (size) => trial({ cookies: [plain], uri: `/${times("%41", 8000 * size)}` }),
  "a path of dots": (size) => trial({ cookies: [plain], uri: `/${times(".a/..b/", 8000 * size)}` }),
  "a Referer of components": (size) =>
    trial({ cookies: [plain], headers: [["Referer", `https://a/?${times("%61&", 8000 * size)}`]] }),
  "1,500 cookies": (size) =>
    trial({
      cookies: [plain, ...Array.from({ length: 1500 * size }, (_, index) => `cookie${index}=1`)],
    }),
  "a token of 4,096 dots": (size) =>
    trial({ cookies: [`Edgepass-Claims=${times(".", 4096 * size)}`] }),
  "a header of commas": (size) =>
    trial({
      cookies: [
        `Edgepass-Claims=${Buffer.from(times(",", 2900 * size)).toString("base64url")}.x.x`,
      ],
    }),
  "32 networks of IPv6": (size) =>
    trial({
      cookies: [cookie({ net: list(size, (index) => `2001:db8:${index}::/48`) })],
      ip: "2001:db9::1",
    }),
  "32 origins": (size) =>
    trial({ cookies: [cookie({ org: list(size, (index) => `https://a${index}.example`) })] }),
  "32 patterns that nearly match": (size) =>
    trial({
      cookies: [cookie({ res: list(size, () => "https://*/*aab*aab*aab*aab*x") })],
      uri: `/${times("a", 8000)}`,
    }),
  "one pattern of many runs": (size) =>
    trial({
      cookies: [cookie({ res: [`https://*/${times("*a", 2000 * size)}*b`] })],
      uri: `/${times("a", 8000)}`,
    }),
  "one run that is nearly found everywhere": (size) =>
    trial({
      cookies: [cookie({ res: [`https://*/*${"a".repeat(1000)}b*`] })],
      uri: `/${times("a", 8000 * size)}`,
    }),
  "a query against `?` wildcards": (size) =>
    trial({
      cookies: [cookie({ res: [`https://*/*?${times("?", 2000 * size)}`] })],
      query: times("a", 2000 * size),
    }),
  "a claim set of escapes": (size) => trial({ cookies: [cookie({ ctx: times('"', 700 * size) })] }),
};
