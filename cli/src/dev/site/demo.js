// @ts-check
import { Edge } from "./edge.js";
import { find } from "./element.js";
import { Inspector } from "./inspector.js";
import { LogOut } from "./log-out.js";
import { PassPanel } from "./pass-panel.js";
import { Player } from "./player.js";
import { watchPlayerRequests } from "./player-requests.js";
import { RequestLog } from "./request-log.js";
import { openSession } from "./session/session.js";
import { SessionPanel } from "./session-panel.js";
import { TrialPanel } from "./trial-panel.js";
import { ask } from "./trials.js";
import { Users } from "./users.js";
import { Walk } from "./walk.js";

/** @typedef {import("./edge.js").Exchange} Exchange */
/** @typedef {import("./edge.js").User} User */
/** @typedef {import("./session/session.js").Session} Session */
/** @typedef {import("./trials.js").Trial} Trial */

/** The lifetime of passes here (grants.toml), in seconds. */
const LIFETIME = 300;

const log = new RequestLog();
const walk = new Walk();
const main = find("main", HTMLElement);
const notice = find("notice", HTMLElement);
const edge = new Edge(seen);

const users = new Users(
  (user) => act(() => signIn(user)),
  () => act(signOut),
);
const passPanel = new PassPanel();
const sessionPanel = new SessionPanel(
  () => act(renew),
  (age) => act(() => renewAtAge(age)),
);
const logOut = new LogOut(edge, () => act(logOutEverywhere));
const inspector = new Inspector(() => act(inspectSigned));
const trialPanel = new TrialPanel((trial) => act(() => tryOut(trial)));
const player = new Player(
  edge,
  (path) => act(() => explainStop(path)),
  new URLSearchParams(location.search).get("player") === "mse",
);

/** The clip of who is signed in, and that of somebody else. @type {{ own: string, other: string } | null} */
let clips = null;
/** @type {Session | null} */
let session = null;
/** How old a pass may get before it is renewed, in seconds. @type {number | null} */
let age = null;
let acting = Promise.resolve();
let waiting = 0;

watchPlayerRequests(seen);
act(showViewer);

/**
 * Carries out what a person asked for, one after the other: two at once would share the cookies.
 *
 * @param {() => Promise<void>} action
 */
function act(action) {
  waiting += 1;
  main.setAttribute("aria-busy", "true");
  acting = acting
    .then(action)
    .then(() => showTrouble(null), showTrouble)
    .then(() => {
      waiting -= 1;
      main.setAttribute("aria-busy", `${waiting > 0}`);
    });
}

/** @param {Error | null} error */
function showTrouble(error) {
  notice.hidden = error === null;
  notice.textContent = error?.message ?? "";
}

/** @param {string} user */
async function signIn(user) {
  await edge.signIn(user);
  await showViewer();
}

async function signOut() {
  follow(null);
  await edge.dropPass();
  await edge.signOut();
  await showViewer();
}

async function showViewer() {
  const me = await edge.me();
  const viewer = me.users.find(({ id }) => id === me.user);
  const stranger = me.users.find(({ id }) => id !== me.user);
  clips = viewer && stranger ? { own: viewer.clip, other: stranger.clip } : null;
  users.show(me);
  walk.showViewer(viewer?.name ?? null);
  walk.showIdle();
  trialPanel.clear();
  logOut.clear();
  for (const panel of [trialPanel, logOut, inspector]) panel.enable(clips !== null);
  follow(clips && open());
  player.show(viewer?.clip ?? null, session);
  await session?.ready;
  // What kept it from a pass is told to who is waiting for one.
  if (session && !session.pass && !session.revoked) await session.renew();
  await showPass();
}

/** The session as a site of one's own would open it, but for the log of requests. */
function open() {
  return openSession({
    fetch: (url, init) => edge.fetch(new Request(url, init)),
    ...(age === null ? {} : { renewBefore: LIFETIME - age }),
  });
}

/** @param {Session | null} next */
function follow(next) {
  session?.close();
  session = next;
  sessionPanel.follow(next);
  next?.addEventListener("renewed", () => act(showPass));
  next?.addEventListener("revoked", () => {
    player.stop("Stopped: the session was revoked. Sign in again for a new one.");
    logOut.enable(false);
    act(showPass);
  });
}

async function renew() {
  await session?.renew();
  await showPass();
}

/** @param {number | null} seconds */
async function renewAtAge(seconds) {
  age = seconds;
  if (clips === null) return;
  follow(open());
  player.follow(session);
  await session?.ready;
}

async function logOutEverywhere() {
  if (clips === null || session === null) return;
  await logOut.run(session, clips.own);
  await showPass();
}

async function inspectSigned() {
  if (clips !== null) await inspector.show(await edge.signedUrl(clips.own));
}

async function showPass() {
  if (clips === null) passPanel.showNone();
  else passPanel.show(await edge.pass(clips.own));
}

/** @param {Trial} trial */
async function tryOut(trial) {
  if (clips === null) return;
  player.hold();
  const good = await edge.pass(clips.own);
  const answer = await attempt(trial, clips[trial.clip]);
  const afterwards = await ask(edge, clips.own);
  trialPanel.show(trial, answer, good.credential, afterwards);
  walk.showAnswer(answer.status, answer.reason);
  await showPass();
  player.release();
}

/**
 * Tries to get in, and puts a good pass back whatever happens.
 *
 * @param {Trial} trial
 * @param {string} path
 */
async function attempt(trial, path) {
  try {
    await trial.prepare(edge);
    return await ask(edge, path, trial.init);
  } finally {
    await session?.renew();
  }
}

/** @param {string} path that the player could not have */
async function explainStop(path) {
  const { reason, pass } = await ask(edge, path);
  const why = pass.verdict.message ?? "the clip could not be played";
  player.explain(reason === null ? `Stopped: ${why}.` : `Refused, ${reason}: ${why}.`);
  await showPass();
}

/** @param {Exchange} exchange */
function seen(exchange) {
  log.add(exchange);
  if (exchange.path.startsWith("/media/")) walk.showAnswer(exchange.status, exchange.reason);
}
