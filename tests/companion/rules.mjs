// @ts-check
// What AWS demands of a response that a function makes: "CloudFront Functions event structure",
// "Restrictions on edge functions".

/** Header names that a function may not add, and those that it may not change. */
const DISALLOWED =
  /^(?:connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache.*|x-edge-.*|x-forwarded-proto|x-real-ip|cdn-loop|content-length|host|transfer-encoding|via|warning)$/;

/**
 * What is wrong with a generated response; nothing if CloudFront takes it.
 *
 * @param {any} response
 * @returns {string[]}
 */
export function responseFaults({ statusCode, headers, body, ...others }) {
  const faults = [];
  if (!Number.isInteger(statusCode)) faults.push("the status is no number");
  if (Object.keys(others).length > 0) faults.push(`there are also ${Object.keys(others)}`);
  if (body !== undefined && typeof body !== "string") faults.push("the body is no string");
  for (const [name, entry] of Object.entries(headers)) {
    if (name !== name.toLowerCase()) faults.push(`${name} is not in lower case`);
    if (DISALLOWED.test(name)) faults.push(`${name} may not be set`);
    const { value, ...more } = /** @type {any} */ (entry);
    if (typeof value !== "string" || /[^\x20-\x7e]/.test(value))
      faults.push(`${name} is malformed`);
    if (Object.keys(more).length > 0) faults.push(`${name} has also ${Object.keys(more)}`);
  }
  return faults;
}
