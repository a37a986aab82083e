// What a front end in strict TypeScript may rely on, and what must not compile.

import { openSession, SignerRefused } from "../../wasm/session/session.js";
import type { Pass, SessionEvent } from "../../wasm/session/session.js";
import { attachVideo } from "../../wasm/session/video.js";
import { fetchWith } from "../../wasm/session/fetch.js";
import { hlsConfig } from "../../wasm/session/hls.js";
import Hls from "hls.js";
import * as dashjs from "dashjs";
import { attachDash } from "../../wasm/session/dash.js";

const session = openSession({ renewBefore: 60, renew: (signal) => fetch("/renew", { signal }) });

export const pass: Pass | null = session.pass;
export const left: number = session.expiresIn(Date.now());
export const good: boolean = session.canPlay(new URL("https://media.example.com/a"));
export const renewed: Promise<Pass> = session.renew();
export const status = (error: unknown) => (error instanceof SignerRefused ? error.status : null);
session.addEventListener("revoked", (event: SessionEvent) => event.pass?.expiresAt.toFixed());
export const detach: () => void = attachVideo(document.createElement("video"), session);
export const response: Promise<Response> = fetchWith(session)("/media/a");
export const hls = new Hls({ ...hlsConfig(Hls, session), maxBufferLength: 4 });
attachDash(dashjs.MediaPlayer().create(), session);

// @ts-expect-error There is no such event.
session.addEventListener("renewal", () => {});
// @ts-expect-error A pass may be missing.
export const end: number = session.pass.expiresAt;
// @ts-expect-error Seconds, not a date.
openSession({ renewBefore: new Date() });
// @ts-expect-error Not a session.
fetchWith({});
// @ts-expect-error What is told is read only.
session.revoked = false;
