// @ts-check
import "/npm/shaka-player/dist/shaka-player.compiled.js";
import { registerShaka } from "/session/shaka.js";
import { play } from "./page.js";

play(async (video, media, { errors, session }) => {
  const { shaka } = /** @type {any} */ (globalThis);
  registerShaka(shaka, session);
  const player = new shaka.Player();
  await player.attach(video);
  player.configure({ streaming: { bufferingGoal: 4, rebufferingGoal: 1 } });
  /** @param {{ code: number, data: unknown[] }} error */
  const keep = ({ code, data }) => errors.push(`${code} ${data[1]}`);
  player.addEventListener("error", (/** @type {any} */ event) => keep(event.detail));
  await player.load(media).then(() => video.play(), keep);
});
