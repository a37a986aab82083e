// @ts-check
// The WASM module as the handler uses it: texts go through its memory, numbers through its calls.

import { __wbg_reset_state, Decision, EdgeValidator, initSync } from "./edgepass.js";

/**
 * @typedef {import("./handler.mjs").Answer} Answer
 * @typedef {import("./handler.mjs").Validator} Validator
 *
 * @typedef {{ bytes: Uint8Array, now: number }} Head as it was taken
 * @typedef {{ name: string, bytes: number, received: number, room: number }} Wanted a body, and what
 *   has come of it
 * @typedef {{ head: Head, memory: WebAssembly.Memory, room: number, bytes: number }} Held a state,
 *   and where its body lies
 */

/** UTF-8 needs at most three bytes for a unit of UTF-16. */
const BYTES_OF_UNIT = 3;

/** @type {Answer} */
const FORWARD = { forward: { cookie: null } };

/**
 * @param {object} parts
 * @param {WebAssembly.Module} parts.module
 * @param {string} parts.settings the JSON that `edgepass bundle` wrote
 * @returns {() => Validator} makes a validator; from the second time on in fresh memory, with the
 *   state that the last one had
 */
export function starter({ module, settings }) {
  let fresh = true;
  /** @type {Held | undefined} */
  let held;
  /** The last head that was taken: no older one will be. @type {Head | undefined} */
  let latest;
  /** When a look-up last began, in seconds. @type {number | undefined} */
  let lookedUp;

  return function start() {
    if (!fresh) __wbg_reset_state();
    fresh = false;
    const { memory } = initSync({ module });
    const validator = new EdgeValidator(latest ? denying(settings) : settings);
    let bytes = Buffer.from(memory.buffer);
    /** @type {Wanted | undefined} */
    let wanted;

    // A memory that grew leaves an empty buffer behind.
    const current = () => (bytes.length > 0 ? bytes : (bytes = Buffer.from(memory.buffer)));
    const text = (/** @type {"utf8" | "hex"} */ encoding) => {
      const start = validator.text();
      return current().toString(encoding, start, start + validator.text_bytes());
    };

    /** @type {Validator} */
    const started = {
      decide(request, cookies, now) {
        const most = request.length * BYTES_OF_UNIT;
        const room = validator.room(most);
        const written = current().write(request, room, most, "utf8");
        switch (validator.decide(written, cookies, now)) {
          case Decision.Forward:
            return FORWARD;
          case Decision.ForwardWithCookies:
            return { forward: { cookie: text("utf8") } };
          case Decision.Other:
            return JSON.parse(text("utf8"));
          default:
            throw new Error("the module gave no answer");
        }
      },

      beginLookUp(now) {
        const isDue = validator.begin_look_up(now);
        if (isDue) lookedUp = now;
        return isDue;
      },

      takeHead(head, now) {
        const room = validator.room(head.length);
        current().set(head, room);
        const length = validator.take_head(head.length, now);
        if (length < 0) return false;
        latest = { bytes: head, now };
        if (length === 0) {
          wanted = undefined;
          if (held) held.head = latest;
          return true;
        }
        const name = text("hex");
        if (wanted?.name !== name) wanted = { name, bytes: length, received: 0, room: 0 };
        return true;
      },

      headIsUnchanged: (now) => validator.head_is_unchanged(now),

      wantedBody: () => wanted,

      addToBody(chunk) {
        if (wanted === undefined) return false;
        if (chunk.length > wanted.bytes - wanted.received) {
          wanted.received = 0;
          return false;
        }
        if (wanted.received === 0) wanted.room = validator.body_room(wanted.bytes);
        current().set(chunk, wanted.room + wanted.received);
        wanted.received += chunk.length;
        return true;
      },

      dropBody() {
        if (wanted) wanted.received = 0;
      },

      takeBody(now) {
        if (wanted === undefined || latest === undefined || wanted.received < wanted.bytes)
          return false;
        const { room, bytes: length } = wanted;
        wanted.received = 0;
        if (!validator.take_body(now)) return false;
        wanted = undefined;
        held = { head: latest, memory, room, bytes: length };
        return true;
      },
    };
    const [last, lastSeen] = [held, latest];
    held = undefined;
    if (last) {
      // A trap leaves the bytes of the body as they were, and their digest tells if it did not.
      started.takeHead(last.head.bytes, last.head.now);
      started.addToBody(new Uint8Array(last.memory.buffer, last.room, last.bytes));
      started.takeBody(last.head.now);
    }
    if (lastSeen && lastSeen !== last?.head) started.takeHead(lastSeen.bytes, lastSeen.now);
    // What went wrong in a look-up is not tried again sooner than otherwise.
    if (lookedUp !== undefined) started.beginLookUp(lookedUp);
    return started;
  };
}

/**
 * The settings once there was a state: that none was ever loaded is no longer true.
 *
 * @param {string} settings
 */
function denying(settings) {
  const { revocation, ...others } = JSON.parse(settings);
  return JSON.stringify({ ...others, revocation: { ...revocation, when_unknown: "deny" } });
}
