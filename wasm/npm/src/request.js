// @ts-check
// A request as the module takes it, from a Fetch `Request` or from what other servers have.

/**
 * @typedef {import("../index.js").VerifiableRequest} VerifiableRequest
 */

/**
 * @typedef {object} ViewerRequest
 * @property {string} url
 * @property {string} method
 * @property {string} cookies the values of `Cookie` header lines, each on a line
 * @property {string | undefined} origin
 * @property {string | undefined} referer
 */

/** No URL is malformed, so the module denies it. @type {ViewerRequest} */
const MALFORMED = { url: "", method: "", cookies: "", origin: undefined, referer: undefined };

/**
 * Nothing is converted: a request with a member of the wrong type is malformed.
 *
 * @param {VerifiableRequest} request
 * @returns {ViewerRequest}
 */
export function viewerRequest(request) {
  try {
    return read(request);
  } catch {
    return MALFORMED;
  }
}

/** @param {any} request */
function read(request) {
  const { url, method = "GET", headers = {} } = request;
  const isFetch = isA("Request", request);
  // What a framework's subclass calls `cookies` is an object, and its header says the same.
  const { cookies = [] } = isFetch ? {} : request;
  return {
    // A `Request` keeps the fragment, which never travels.
    url: isFetch ? withoutFragment(url) : text(url),
    method: text(method),
    cookies: [header(headers, "cookie", "\n") ?? "", ...texts(cookies)].join("\n"),
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
 * All values of a header. A second `Origin` is not dropped, so that the list is not an allowed one.
 *
 * @param {any} headers `Headers`, or a record whose names are in any case
 * @param {string} name
 * @param {string} separator
 * @returns {string | undefined}
 */
function header(headers, name, separator) {
  if (isA("Headers", headers)) return headers.get(name) ?? undefined;
  // A `Map`, or a list of pairs, would seem to have no headers.
  if (!isPlainObject(headers)) throw new TypeError("the headers are no `Headers` and no record");
  /** @type {string[]} */
  const values = [];
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name && value != null) values.push(...texts(value));
  }
  return values.length > 0 ? values.join(separator) : undefined;
}

/** @param {unknown} value one text, or several */
function texts(value) {
  return Array.isArray(value) ? value.map(text) : [text(value)];
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  if (typeof value !== "string") throw new TypeError("a member of the request is not a string");
  return value;
}

/**
 * @param {string} name of a class, of this realm or another
 * @param {unknown} value
 */
function isA(name, value) {
  return Object.prototype.toString.call(value) === `[object ${name}]`;
}

/**
 * Whether all that an object says are members of its own, as in a literal or in parsed JSON.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isPlainObject(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Nothing is converted, since `null`, `""`, `false` and `[]` would all be 1970, when no pass has
 * expired.
 *
 * @param {unknown} now
 * @returns {number} seconds
 * @throws {TypeError} unless it is a time, or left out
 */
export function seconds(now) {
  const milliseconds = () => (now === undefined ? Date.now() : dateTime(now));
  const time = typeof now === "number" ? now : milliseconds() / 1000;
  if (time >= 0 && time < Infinity) return time;
  throw new TypeError(
    "`now` is not a time; give a `Date`, or seconds since 1970 as a number, or leave it out for this machine's clock",
  );
}

/** @param {unknown} date of any realm: what is none has no such time */
function dateTime(date) {
  try {
    return Date.prototype.getTime.call(date);
  } catch {
    return NaN;
  }
}
