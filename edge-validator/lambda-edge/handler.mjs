// @ts-check
// From a Lambda@Edge viewer-request event to what CloudFront is to do. It never throws, and
// whatever goes wrong is a refusal.

import { isRemoved } from "./removed-headers.mjs";

/** @import { StateWatch } from "./state.mjs" */

/**
 * @typedef {{ key?: string, value: string }} Header
 * @typedef {Record<string, Header[]>} Headers lower-case names
 * @typedef {object} EdgeRequest AWS: "Lambda@Edge event structure"
 * @property {string} clientIp
 * @property {Headers} headers
 * @property {string} method
 * @property {string} querystring without `?`
 * @property {string} uri
 *
 * @typedef {{ status: string, statusDescription?: string, headers?: Headers, body?: string }} EdgeResponse
 *
 * @typedef {object} Change of a request that goes on; a query or referer that is not there stays as it
 *   was, and null removes a header
 * @property {string} [querystring]
 * @property {string | null} cookie
 * @property {string | null} [referer]
 * @property {string} [context]
 *
 * @typedef {object} Answer what the module decides
 * @property {Change} [forward]
 * @property {EdgeResponse} [respond]
 * @property {object} [log] one line, without any credential
 *
 * @typedef {object} Validator
 * @property {(request: string, cookies: number, now: number) => Answer} decide
 * @property {(now: number) => boolean} beginLookUp whether the caller has to look up the state
 * @property {(head: Uint8Array, now: number) => boolean} takeHead of the state; whether it is taken
 * @property {(now: number) => void} headIsUnchanged since it was taken
 * @property {() => { name: string, received: number } | undefined} wantedBody the body to fetch for
 *   it, and how many bytes of that are here
 * @property {(chunk: Uint8Array) => boolean} addToBody whether that is not too much
 * @property {() => void} dropBody all of it that is here
 * @property {(now: number) => boolean} takeBody whether it is the one that the head names
 *
 * @typedef {<T>(question: (validator: Validator) => T) => T} Ask
 */

/** Hands `ctx` of an admitted request's claims token to the origin. */
const CONTEXT_HEADER = "x-edgepass-context";

/**
 * @param {object} parts
 * @param {() => Validator} parts.start makes a validator; after a failure it is called again and
 *   must start with fresh memory
 * @param {() => number} parts.now milliseconds, as Date.now
 * @param {(line: string) => void} parts.log
 * @param {StateWatch} [parts.state] where revocation is checked
 * @returns {(event: unknown) => Promise<EdgeRequest | EdgeResponse>}
 */
export function createHandler({ start, now, log, state }) {
  /** @type {Validator | undefined} */
  let validator;
  try {
    // While the instance starts, which no viewer waits for.
    validator = start();
    void state?.lookUp(ask);
  } catch {
    // The first request tries again, and logs why it fails.
  }

  /** @type {Ask} */
  function ask(question) {
    const asked = validator ?? start();
    // A trap leaves the module's memory as it was in mid-work: who does not answer is not asked
    // again, and the next request gets a new one.
    validator = undefined;
    try {
      const answer = question(asked);
      validator = asked;
      return answer;
    } finally {
      if (validator === undefined) state?.forget();
    }
  }

  /**
   * @param {string} request
   * @param {number} cookies
   * @param {number} seconds
   * @returns {Answer}
   */
  function decide(request, cookies, seconds) {
    return ask((asked) => {
      const answer = asked.decide(request, cookies, seconds);
      if (!answer.forward && !answer.respond) throw new Error("the module gave no answer");
      return answer;
    });
  }

  return async function handler(event) {
    let requestId = "";
    try {
      const { config, request } = viewerRequest(event);
      const { headers } = request;
      requestId = text(config["requestId"]);
      const asText = lines(request);
      const lookUp = state?.lookUp(ask);
      if (lookUp) await lookUp;
      const answer = decide(asText, headers["cookie"]?.length ?? 0, now() / 1000);
      if (answer.log) log(JSON.stringify({ ...answer.log, requestId }));
      return answer.forward ? forwarded(request, answer.forward) : (answer.respond ?? refusal());
    } catch (error) {
      const fact = error instanceof Error ? error.message : "unknown";
      log(JSON.stringify({ edgepass: "failed", fact, requestId, enforced: true }));
      return refusal();
    }
  };
}

/** @returns {EdgeResponse} */
function refusal() {
  return {
    status: "403",
    statusDescription: "Forbidden",
    headers: {
      "cache-control": [{ key: "cache-control", value: "no-store" }],
      "content-type": [{ key: "content-type", value: "text/plain; charset=utf-8" }],
    },
    body: "403 Forbidden\n",
  };
}

/**
 * @param {unknown} event
 * @returns {{ config: Record<string, unknown>, request: EdgeRequest }}
 */
function viewerRequest(event) {
  const cf = /** @type {any} */ (event)?.Records?.[0]?.cf;
  const request = cf?.request;
  if (typeof request !== "object" || request === null) {
    throw new TypeError("the event has no request");
  }
  if (typeof request.headers !== "object" || request.headers === null) {
    throw new TypeError("the event's request has no headers");
  }
  return { config: cf.config ?? {}, request };
}

/**
 * The request as the module takes it, one field a line. The path is last: a line feed inside a field
 * ends up in it, and makes it malformed.
 *
 * @param {EdgeRequest} request
 * @returns {string}
 */
function lines({ clientIp, headers, method, querystring, uri }) {
  return (
    `${text(method)}\n${valueOf(headers, "host")}\n${text(clientIp)}\n` +
    `${valueOf(headers, "origin")}\n${valueOf(headers, "referer")}\n` +
    `${valueOf(headers, "access-control-request-method")}\n${valueOf(headers, "sec-fetch-mode")}\n` +
    `${text(querystring)}\n${cookies(headers)}${text(uri)}`
  );
}

/**
 * @param {EdgeRequest} request
 * @param {Change} change
 * @returns {EdgeRequest}
 */
function forwarded(request, { querystring, cookie, referer, context }) {
  const { headers } = request;
  for (const name in headers) {
    if (isRemoved(name)) delete headers[name];
  }
  if (querystring !== undefined) request.querystring = querystring;
  if (cookie !== null) headers["cookie"] = [{ key: "Cookie", value: cookie }];
  else if (headers["cookie"] !== undefined) delete headers["cookie"];
  if (referer === null) delete headers["referer"];
  else if (referer !== undefined) headers["referer"] = [{ key: "Referer", value: referer }];
  if (context !== undefined) headers[CONTEXT_HEADER] = [{ key: CONTEXT_HEADER, value: context }];
  return request;
}

/**
 * The value of a header, several lines joined as RFC 9110, 5.2, has it. Nothing if there is none, and
 * a blank if it is empty, since an empty `Origin` is not the same as none.
 *
 * @param {Headers} headers
 * @param {string} name
 * @returns {string}
 */
function valueOf(headers, name) {
  const lines = headers[name];
  if (lines === undefined) return "";
  if (!Array.isArray(lines)) throw new TypeError("a header of the event is not a list");
  if (lines.length === 0) return "";
  return lines.map((line) => text(line?.value)).join(", ") || " ";
}

/**
 * @param {Headers} headers
 * @returns {string} a line for each `Cookie` header
 */
function cookies({ cookie }) {
  if (cookie === undefined) return "";
  if (!Array.isArray(cookie)) throw new TypeError("a header of the event is not a list");
  let values = "";
  for (const line of cookie) values += `${text(line?.value)}\n`;
  return values;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  if (typeof value !== "string") throw new TypeError("a field of the event is not a string");
  return value;
}
