// @ts-check
import { attachVideo } from "/session/video.js";
import { play } from "./page.js";

play((video, media, { errors, session }) => {
  attachVideo(video, session);
  video.addEventListener("error", () => errors.push(`error ${video.error?.code}`));
  video.crossOrigin = "use-credentials";
  video.src = media;
  return video.play().catch(() => {}); // The `error` event tells why.
});
