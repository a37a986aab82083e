// @ts-check
// A request as the module takes it, from a Fetch `Request` or from what other servers have.

/**
 * @typedef {import("../index.js").VerifiableRequest} VerifiableRequest
 */

/**
 * @param {VerifiableRequest} request
 */
export function viewerRequest(request) {
  const { url, method = "GET", headers = {}, cookies = [] } = /** @type {any} */ (request ?? {});
  const isFetch = Object.prototype.toString.call(request) === "[object Request]";
  return {
    // A `Request` keeps the fragment, which never travels.
    url: isFetch ? withoutFragment(url) : String(url),
    method: String(method),
    cookies: [header(headers, "cookie", "\n") ?? "", ...[cookies].flat()].join("\n"),
    origin: header(headers, "origin", ", "),
    referer: header(headers, "referer", ", "),
  };
}

/** @param {string} url */
function withoutFragment(url) {
  const start = url.indexOf("#");
  return start < 0 ? url : url.slice(0, start);
}

/**
 * A header that is there several times keeps all its values: what is no single origin is none.
 *
 * @param {any} headers `Headers`, or a record whose names are in any case
 * @param {string} name
 * @param {string} separator
 * @returns {string | undefined}
 */
function header(headers, name, separator) {
  if (typeof headers.get === "function") return headers.get(name) ?? undefined;
  /** @type {string[]} */
  const values = [];
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name && value != null) values.push(...[value].flat().map(String));
  }
  return values.length > 0 ? values.join(separator) : undefined;
}

/**
 * @param {Date | number | undefined} now
 * @returns {number} seconds
 */
export function seconds(now) {
  if (now === undefined) return Date.now() / 1000;
  return now instanceof Date ? now.getTime() / 1000 : Number(now);
}
