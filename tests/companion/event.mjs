// @ts-check
// Viewer-request events as CloudFront hands them to a function (AWS: "CloudFront Functions event
// structure").

/**
 * @typedef {object} Wanted
 * @property {string} [method]
 * @property {string} [uri]
 * @property {string | null} [query] null if there is no `?`
 * @property {string} [ip]
 * @property {string | null} [host]
 * @property {string[]} [cookies] one for each line of the `Cookie` header
 * @property {[string, string][]} [headers] further ones; a name may be there twice
 */

export const HOST = "media.example.com";
export const FILE = "/video/a.mp4";

/**
 * The event as JSON, and its query.
 *
 * @param {Wanted} wanted
 */
export function functionEvent({
  method = "GET",
  uri = FILE,
  query = null,
  ip = "203.0.113.178",
  host = HOST,
  cookies = [],
  headers = [],
} = {}) {
  /** @type {[string, string][]} */
  const parsed = cookies
    .flatMap((line) => line.split(";"))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== "")
    .map((cookie) => {
      const at = cookie.indexOf("=");
      return at < 0 ? [cookie, ""] : [cookie.slice(0, at).trim(), cookie.slice(at + 1).trim()];
    });
  /** @type {[string, string][]} */
  const lower = headers.map(([name, value]) => [name.toLowerCase(), value]);
  if (host !== null) lower.unshift(["host", host]);
  const parameters =
    query === null
      ? []
      : query.split("&").map((part) => {
          const [name = "", ...value] = part.split("=");
          return /** @type {[string, string]} */ ([name, value.join("=")]);
        });
  const event =
    `{"version":"1.0",` +
    `"context":{"distributionDomainName":"d111111abcdef8.cloudfront.net","distributionId":"EDFDVBD6EXAMPLE",` +
    `"eventType":"viewer-request","requestId":"4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ=="},` +
    `"viewer":{"ip":${JSON.stringify(ip)}},` +
    `"request":{"method":${JSON.stringify(method)},"uri":${JSON.stringify(uri)},` +
    `"querystring":${collected(parameters)},"headers":${collected(lower)},"cookies":${collected(parsed)}}}`;
  return { event, query };
}

/**
 * `{"name":{"value":"…","multiValue":[…]}}`, written by hand: `__proto__` is a name like any other.
 *
 * @param {[string, string][]} pairs
 */
function collected(pairs) {
  /** @type {Map<string, string[]>} */
  const byName = new Map();
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value]);
  const members = [...byName].map(([name, values]) => {
    const entry =
      values.length === 1
        ? { value: values[0] }
        : { value: values[0], multiValue: values.map((value) => ({ value })) };
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  return `{${members.join(",")}}`;
}
