// @ts-check
//
// What the pages of all players do: they open a session, play, and keep what goes wrong.

import { openSession } from "/session/session.js";

/** @typedef {{ errors: string[], session: ReturnType<typeof openSession> }} Playing */

/**
 * Plays `?media=` with a pass, and shows what the tests ask for.
 *
 * @param {(video: HTMLVideoElement, media: string, playing: Playing) => unknown} start
 */
export async function play(start) {
  const parameters = new URLSearchParams(location.search);
  const endpoint = parameters.get("endpoint") ?? "/edgepass/session";
  const session = openSession({ endpoint });
  /** @type {Playing} */
  const playing = { errors: [], session };
  Object.assign(globalThis, { playing });
  await session.ready;
  const video = document.querySelector("video");
  if (video) await start(video, parameters.get("media") ?? "", playing);
}
