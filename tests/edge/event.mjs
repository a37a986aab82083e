// @ts-check
// Events as CloudFront sends them (AWS: "Lambda@Edge event structure").

/**
 * @typedef {object} Wanted
 * @property {string} [method]
 * @property {string} [uri]
 * @property {string} [querystring]
 * @property {string} [clientIp]
 * @property {string | null} [host]
 * @property {string[]} [cookies] one for each line
 * @property {Record<string, string | string[]>} [headers] further ones, of one line or several
 */

export const HOST = "media.example.com";
export const FILE = "/video/a.mp4";

/**
 * A viewer-request event.
 *
 * @param {Wanted} wanted
 */
export function viewerRequest({
  method = "GET",
  uri = FILE,
  querystring = "",
  clientIp = "203.0.113.178",
  host = HOST,
  cookies = [],
  headers: more = {},
} = {}) {
  /** @type {Record<string, { key?: string, value: string }[]>} */
  const headers = {};
  if (host !== null) headers["host"] = [{ key: "Host", value: host }];
  headers["user-agent"] = [{ key: "User-Agent", value: "curl/7.66.0" }];
  headers["accept"] = [{ key: "accept", value: "*/*" }];
  if (cookies.length > 0) headers["cookie"] = cookies.map((value) => ({ key: "Cookie", value }));
  for (const [name, value] of Object.entries(more)) {
    headers[name.toLowerCase()] = [value].flat().map((value) => ({ key: name, value }));
  }
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: "d111111abcdef8.cloudfront.net",
            distributionId: "EDFDVBD6EXAMPLE",
            eventType: "viewer-request",
            requestId: "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==",
          },
          request: { clientIp, headers, method, querystring, uri },
        },
      },
    ],
  };
}

/**
 * The request inside.
 *
 * @param {ReturnType<typeof viewerRequest>} event
 */
export function requestOf(event) {
  const [record] = event.Records;
  if (record === undefined) throw new Error("the event has no record");
  return record.cf.request;
}
