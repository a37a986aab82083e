// @ts-check
import { PATIENCE } from "./tabs.js";

/** The longest wait between two attempts, and the first, in milliseconds. */
const LONGEST = 60_000;
const FIRST = 1000;

/** The signer did not give what it was asked for. */
export class SignerRefused extends Error {
  /**
   * @param {number} status of the response; 0 where it was none
   * @param {string} type of the problem, such as `urn:edgepass:problem:revoked`, or empty
   * @param {number} retryAfter when the signer wants to be asked again, in milliseconds from now
   */
  constructor(status, type, retryAfter) {
    super(`the signer answered ${status}${type && `, ${type}`}`);
    this.name = "SignerRefused";
    this.status = status;
    this.type = type;
    this.retryAfter = retryAfter;
  }
}

/**
 * The JSON that the signer answers with; an empty object where there is none.
 *
 * @param {(signal: AbortSignal) => Promise<Response>} send
 * @returns {Promise<any>}
 * @throws {SignerRefused} when it says no
 * @throws {Error} when it cannot be reached, or takes too long
 */
export async function answer(send) {
  const signal = AbortSignal.timeout(PATIENCE);
  const late = new Promise((_, reject) => {
    signal.onabort = () => reject(signal.reason);
  });
  const response = /** @type {Response} */ (await Promise.race([send(signal), late]));
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new SignerRefused(response.status, body.type ?? "", retryAfter(response.headers));
}

/**
 * How long to wait after a failure before the next attempt, in milliseconds: longer each time, not
 * the same in every browser, and never what the signer did not allow. Infinity where asking again is
 * of no use.
 *
 * @param {unknown} error
 * @param {number} attempts that have failed so far
 */
export function patience(error, attempts) {
  const longer = Math.min(LONGEST, FIRST * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
  if (!(error instanceof SignerRefused)) return longer;
  const { status, retryAfter } = error;
  const passes = status >= 500 || status === 408 || status === 429;
  return passes ? Math.max(longer, retryAfter) : Infinity;
}

/**
 * Seconds, or a date (RFC 9110, 10.2.3).
 *
 * @param {Headers} headers
 */
function retryAfter(headers) {
  const value = headers.get("retry-after") ?? "0";
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, wait || 0);
}
