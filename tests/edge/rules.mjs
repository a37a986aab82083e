// @ts-check
// What AWS demands of a viewer-request function's answer: "Generate HTTP responses in request
// triggers", "Restrictions on edge functions", "Quotas".

/** Header names that a function may not add; the viewer's own are not even shown to it. */
const DISALLOWED = [
  /^connection$/,
  /^expect$/,
  /^keep-alive$/,
  /^proxy-/,
  /^trailer$/,
  /^upgrade$/,
  /^x-accel-/,
  /^x-amz-cf-/,
  /^x-amzn-/,
  /^x-cache/,
  /^x-edge-/,
  /^x-forwarded-proto$/,
  /^x-real-ip$/,
];

/** Header names that a viewer-request function may not change. */
const READ_ONLY = ["cdn-loop", "content-length", "host", "transfer-encoding", "via"];

const MAX_GENERATED_BYTES = 40 * 1024;
const MAX_URL_BYTES = 8192;

/**
 * What is wrong with a generated response; nothing if CloudFront takes it.
 *
 * @param {any} response
 * @returns {string[]}
 */
export function responseFaults(response) {
  const faults = [];
  const { status, statusDescription, headers, body, ...others } = response;
  if (typeof status !== "string" || !/^[2-5][0-9][0-9]$/.test(status)) {
    faults.push(`the status is ${JSON.stringify(status)}`);
  }
  if (typeof statusDescription !== "string") faults.push("the status description is no string");
  if (Object.keys(others).length > 0) faults.push(`there are also ${Object.keys(others)}`);
  if (body !== undefined && typeof body !== "string") faults.push("the body is no string");
  if (status === "204" && body !== undefined) faults.push("a 204 has a body");
  faults.push(...headerFaults(headers));
  for (const name of Object.keys(headers ?? {})) {
    if (DISALLOWED.some((pattern) => pattern.test(name)) || READ_ONLY.includes(name)) {
      faults.push(`the header ${name} may not be added`);
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(headers) + (body ?? ""));
  if (bytes > MAX_GENERATED_BYTES) faults.push(`headers and body have ${bytes} bytes`);
  return faults;
}

/**
 * What is wrong with a request that is to go on.
 *
 * @param {any} request
 * @param {any} viewers the request as it came
 * @returns {string[]}
 */
export function requestFaults(request, viewers) {
  const faults = headerFaults(request.headers);
  if (!request.uri.startsWith("/")) faults.push("the path does not begin with a slash");
  if (/[\s#\u0000-\u001f\u007f]/.test(request.querystring)) faults.push("the query is malformed");
  if (request.uri.length + request.querystring.length >= MAX_URL_BYTES) {
    faults.push("path and query are too long");
  }
  const names = new Set([...Object.keys(request.headers), ...Object.keys(viewers.headers)]);
  for (const name of names) {
    const [theirs, ours] = [viewers.headers[name], request.headers[name]].map((lines) =>
      JSON.stringify(lines),
    );
    if (theirs === ours) continue;
    if (READ_ONLY.includes(name)) faults.push(`the header ${name} was changed`);
    if (DISALLOWED.some((pattern) => pattern.test(name))) faults.push(`${name} was added`);
  }
  return faults;
}

/** @param {any} headers */
function headerFaults(headers) {
  const faults = [];
  for (const [name, lines] of Object.entries(headers ?? {})) {
    if (name !== name.toLowerCase()) faults.push(`the header ${name} is not in lower case`);
    if (!Array.isArray(lines) || lines.length === 0) {
      faults.push(`the header ${name} has no lines`);
      continue;
    }
    for (const { key, value } of lines) {
      if (key !== undefined && key.toLowerCase() !== name)
        faults.push(`${name} has the key ${key}`);
      if (typeof value !== "string" || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
        faults.push(`the header ${name} has a malformed value`);
      }
    }
  }
  return faults;
}
