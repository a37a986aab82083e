// @ts-check

/** @typedef {Pick<import("./session.js").Session, "covers" | "recover">} PlayerSession */

/**
 * A `fetch` that sends the cookies of the pass along, and where the edge refuses gets a new pass and
 * asks once more. The refusal is the answer if that does not help. URLs that the pass is not for are
 * left as they are.
 *
 * @param {PlayerSession} session
 * @param {(request: Request) => Promise<Response>} [send] what it stands before
 * @returns {(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>}
 */
export function fetchWith(session, send = (request) => fetch(request)) {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!session.covers(request.url)) return send(request);
    const attempt = () => send(new Request(request.clone(), { credentials: "include" }));
    const sentAt = performance.now();
    const response = await attempt();
    const again = response.status === 403 && (await session.recover(sentAt));
    return again ? attempt() : response;
  };
}
