// @ts-check
// @ts-expect-error This file of the package comes without types.
import { MediaPlayer } from "/npm/dashjs/dist/modern/esm/dash.all.min.js";
import { attachDash } from "/session/dash.js";
import { play } from "./page.js";

play((video, media, { errors, session }) => {
  const player = MediaPlayer().create();
  player.updateSettings({
    streaming: { buffer: { bufferTimeDefault: 4, bufferTimeAtTopQuality: 4 } },
  });
  attachDash(player, session);
  player.on(MediaPlayer.events.ERROR, (/** @type {any} */ { error }) => {
    errors.push(`${error.code} ${error.data?.response?.status}`);
  });
  player.initialize(video, media, true);
});
