// @ts-check
import Hls from "/npm/hls.js/dist/hls.mjs";
import { hlsConfig } from "/session/hls.js";
import { play } from "./page.js";

play((video, media, { errors, session }) => {
  const hls = new Hls({ ...hlsConfig(Hls, session), maxBufferLength: 4, maxMaxBufferLength: 4 });
  hls.on(Hls.Events.ERROR, (_, { details, response }) => {
    if (response) errors.push(`${details} ${response.code}`);
  });
  hls.loadSource(media);
  hls.attachMedia(video);
  return video.play();
});
