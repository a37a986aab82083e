// @ts-check
import { EdgeClock } from "./clock.js";
import { Edge } from "./edge.js";
import { find } from "./element.js";
import { PassPanel } from "./pass-panel.js";
import { Player } from "./player.js";
import { watchPlayerRequests } from "./player-requests.js";
import { RequestLog } from "./request-log.js";
import { TrialPanel } from "./trial-panel.js";
import { ask } from "./trials.js";
import { Users } from "./users.js";
import { Walk } from "./walk.js";

/** @typedef {import("./edge.js").Exchange} Exchange */
/** @typedef {import("./edge.js").User} User */
/** @typedef {import("./trials.js").Trial} Trial */

const clock = new EdgeClock();
const log = new RequestLog();
const walk = new Walk();
const main = find("main", HTMLElement);
const notice = find("notice", HTMLElement);
const edge = new Edge(seen);

const users = new Users(
  (user) => act(() => signIn(user)),
  () => act(signOut),
);
const passPanel = new PassPanel(clock, () => act(renew));
const trialPanel = new TrialPanel((trial) => act(() => tryOut(trial)));
const player = new Player(
  edge,
  (path) => act(() => explainStop(path)),
  new URLSearchParams(location.search).get("player") === "mse",
);

/** The clip of who is signed in, and that of somebody else. @type {{ own: string, other: string } | null} */
let clips = null;
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
  await edge.issuePass();
  await showViewer();
}

async function signOut() {
  await edge.dropPass();
  await edge.signOut();
  await showViewer();
}

async function renew() {
  await edge.issuePass();
  await showPass();
}

async function showViewer() {
  const me = await edge.me();
  clock.set(me.now);
  const viewer = me.users.find(({ id }) => id === me.user);
  const stranger = me.users.find(({ id }) => id !== me.user);
  clips = viewer && stranger ? { own: viewer.clip, other: stranger.clip } : null;
  users.show(me);
  walk.showViewer(viewer?.name ?? null);
  walk.showIdle();
  trialPanel.clear();
  trialPanel.enable(clips !== null);
  player.show(viewer?.clip ?? null);
  await showPass();
}

async function showPass() {
  if (clips === null) {
    passPanel.showNobody();
    return;
  }
  const pass = await edge.pass(clips.own);
  clock.set(pass.now);
  passPanel.show(pass);
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
    await edge.issuePass();
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
