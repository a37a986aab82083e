// @ts-check
// What an answer of the function says.

import { isDeepStrictEqual } from "node:util";

/**
 * @typedef {object} Verdict a refusal has a code; what is let through has the rest
 * @property {string} [code]
 * @property {string} [query]
 * @property {Record<string, object>} [cookies]
 * @property {string | undefined} [context]
 *
 * @param {import("./engines/trials.mjs").Result} result
 * @param {import("./engines/trials.mjs").Trial} trial
 * @returns {Verdict}
 */
export function verdictOf(result, trial) {
  if (result.answer === undefined) return { code: `threw ${result.threw}` };
  const answer = JSON.parse(result.answer);
  if (answer.statusCode !== undefined) return { code: JSON.parse(result.lines[0] ?? "{}").code };
  const { querystring } = JSON.parse(trial.event).request;
  const isUnchanged = isDeepStrictEqual(answer.querystring, querystring);
  const query = typeof answer.querystring === "string" ? answer.querystring : "";
  return {
    query: isUnchanged ? (trial.query ?? "") : query,
    cookies: answer.cookies,
    context: answer.headers["x-edgepass-context"]?.value,
  };
}
