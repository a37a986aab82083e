// @ts-check

/** @typedef {import("./fetch.js").PlayerSession} PlayerSession */
/**
 * What is needed of dash.js's `MediaPlayer`.
 *
 * @typedef {{
 *   addRequestInterceptor(interceptor: (request: any) => Promise<any>): void;
 *   addResponseInterceptor(interceptor: (response: any) => Promise<any>): void;
 * }} DashPlayer
 */

/**
 * Makes a dash.js player send the cookies of the pass along, and get a new pass where the edge
 * refuses. dash.js asks again by itself, a second later and three times, before it gives up
 * (`streaming.retryAttempts`).
 *
 * @param {DashPlayer} player
 * @param {PlayerSession} session
 */
export function attachDash(player, session) {
  /** @type {WeakMap<object, number>} */
  const sentAt = new WeakMap();

  player.addRequestInterceptor(async (request) => {
    if (session.covers(request.url)) request.credentials = "include";
    sentAt.set(request, performance.now());
    return request;
  });

  player.addResponseInterceptor(async (response) => {
    const { request, status } = response;
    const refused = status === 403 && session.covers(request.url);
    if (refused) await session.recover(sentAt.get(request) ?? performance.now());
    return response;
  });
}
