// @ts-check
// Keeps the state of what is revoked recent. Lambda freezes an instance between requests, so
// nothing can go on in the background: a request that finds the state due waits for a look-up. The
// validator says when it is due.

/** @import { Ask } from "./handler.mjs" */

/** The longest head (`policy::MAX_HEAD_BYTES`). */
const MAX_HEAD_BYTES = 16 * 1024;

/** A connection that was kept would be dead after a freeze, and nothing is unpacked here. */
const HEADERS = { "accept-encoding": "identity", connection: "close" };

/**
 * @typedef {object} Response
 * @property {number | undefined} status
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {AsyncIterable<Uint8Array>} body
 *
 * @typedef {object} StateWatch
 * @property {(ask: Ask) => Promise<void> | undefined} lookUp the look-up that a request has to wait
 *   for, one for all requests; undefined if the state is not due. It never fails: what cannot be
 *   fetched, or is refused, is logged, and the state in hand stays
 * @property {() => Promise<void>} settled once no look-up is under way
 * @property {() => void} forget for a validator that starts anew: the head is fetched whole again
 */

/**
 * @param {object} parts
 * @param {string} parts.url of the head
 * @param {number} parts.patience how long a look-up may take, and requests wait for it, in
 *   milliseconds
 * @param {() => number} parts.now milliseconds, as Date.now
 * @param {(line: string) => void} parts.log
 * @returns {StateWatch}
 */
export function watchState({ url, patience, now, log }) {
  /** Of the last head that was taken. */
  let etag = "";
  /** How much of a body was here when it last went on before the head, and was not all. */
  let stuckAt = 0;
  /** @type {{ began: number, controller: AbortController, over: Promise<void> } | undefined} */
  let lookUp;

  /** @param {Ask} ask */
  function begin(ask) {
    const controller = new AbortController();
    const { signal } = controller;
    const began = now();
    const timer = setTimeout(() => {
      controller.abort(new Error(`it took more than ${patience} ms`));
    }, patience);
    const aborted = new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    const ended = Promise.race([follow(ask, signal), aborted]).catch((error) => {
      const fact = factOf(signal.aborted ? signal.reason : error);
      log(JSON.stringify({ edgepass: "state", fact }));
    });
    const over = ended.then(() => {
      clearTimeout(timer);
      // What was not read to its end is not read on.
      controller.abort();
      if (lookUp?.controller === controller) lookUp = undefined;
    });
    return { began, controller, over };
  }

  /**
   * @param {Ask} ask
   * @param {AbortSignal} signal
   */
  async function follow(ask, signal) {
    await goOn(ask, signal);
    const known = etag === "" ? undefined : { "if-none-match": etag };
    const response = await fetched(url, known, signal);
    if (response.status === 200) {
      const head = await whole(response, MAX_HEAD_BYTES);
      signal.throwIfAborted();
      if (!ask((validator) => validator.takeHead(head, now() / 1000))) {
        throw new Error("the head is refused");
      }
      etag = response.headers.etag ?? "";
    } else if (response.status === 304 && known !== undefined) {
      ask((validator) => validator.headIsUnchanged(now() / 1000));
    } else {
      throw new Error(`the head is answered with ${response.status}`);
    }
    const wanted = ask((validator) => validator.wantedBody());
    if (wanted !== undefined) await followBody(wanted, ask, signal);
  }

  /**
   * With a body of which a part is here, before a later head can name another: else a large one
   * would never be here whole where heads come faster. Not twice in a row to no avail.
   *
   * @param {Ask} ask
   * @param {AbortSignal} signal
   */
  async function goOn(ask, signal) {
    const begun = ask((validator) => validator.wantedBody());
    if (begun !== undefined && begun.received > stuckAt) {
      stuckAt = begun.received;
      try {
        await followBody(begun, ask, signal);
      } catch {
        // If the head still names it, that says why.
        signal.throwIfAborted();
      }
    }
    stuckAt = 0;
  }

  /**
   * @param {{ name: string, received: number }} wanted
   * @param {Ask} ask
   * @param {AbortSignal} signal
   */
  async function followBody({ name, received }, ask, signal) {
    const range = received > 0 ? { range: `bytes=${received}-` } : undefined;
    const response = await fetched(new URL(`body/${name}`, url), range, signal);
    const goesOn = response.status === 206 && startOf(response) === received && received > 0;
    if (!goesOn) {
      ask((validator) => validator.dropBody());
      if (response.status !== 200) throw new Error(`the body is answered with ${response.status}`);
    }
    for await (const chunk of response.body) {
      signal.throwIfAborted();
      if (!ask((validator) => validator.addToBody(chunk))) throw new Error("the body is too long");
      release(chunk);
    }
    signal.throwIfAborted();
    if (!ask((validator) => validator.takeBody(now() / 1000))) {
      throw new Error("the body is not the one that the head names");
    }
  }

  return {
    lookUp(ask) {
      if (lookUp === undefined) {
        if (ask((validator) => validator.beginLookUp(now() / 1000))) lookUp = begin(ask);
      } else if (!isWithin(now(), lookUp.began, patience)) {
        // The instance was frozen, and the server's answer will not come any more.
        lookUp.controller.abort(new Error("the instance was frozen meanwhile"));
        lookUp = begin(ask);
      }
      return lookUp?.over;
    },

    settled: () => lookUp?.over ?? Promise.resolve(),

    forget() {
      lookUp?.controller.abort(new Error("the validator starts anew"));
      etag = "";
    },
  };
}

/**
 * Whether a time is in what follows another one; it is not if the clock was set back.
 *
 * @param {number} time
 * @param {number} start
 * @param {number} length
 */
function isWithin(time, start, length) {
  return time >= start && time < start + length;
}

/**
 * By `node:http`, of which a redirection is an answer like any other: `fetch` takes 11 MB more, and
 * as much again for a body as that has.
 *
 * @param {string | URL} url
 * @param {Record<string, string> | undefined} headers
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
function fetched(url, headers, signal) {
  const { protocol } = new URL(url);
  const { get } = process.getBuiltinModule(protocol === "http:" ? "node:http" : "node:https");
  const options = { agent: false, headers: { ...HEADERS, ...headers }, signal };
  return new Promise((resolve, reject) => {
    const request = get(url, options, (body) =>
      resolve({ status: body.statusCode, headers: body.headers, body }),
    );
    // Of what comes from the socket, the response gets a copy.
    request.on("socket", (socket) => socket.on("data", release));
    request.on("error", reject);
  });
}

/**
 * @param {Response} response
 * @param {number} limit
 */
async function whole(response, limit) {
  const parts = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > limit) throw new Error(`the head has more than ${limit} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** A closed port: what is sent there is gone. @type {MessagePort | undefined} */
let nowhere;

/**
 * Frees what was copied, if nothing else lies there: it would be collected only after tens of
 * megabytes. Node 20 has no `transfer`.
 *
 * @param {Uint8Array} chunk
 */
function release({ buffer, byteLength }) {
  if (!(buffer instanceof ArrayBuffer) || byteLength !== buffer.byteLength) return;
  if (nowhere === undefined) {
    nowhere = new MessageChannel().port1;
    nowhere.close();
  }
  nowhere.postMessage(buffer, [buffer]);
}

/** @param {Response} response */
function startOf({ headers }) {
  const [, start] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
  return Number(start);
}

/** @param {unknown} error */
function factOf(error) {
  if (!(error instanceof Error)) return "unknown";
  // Where several addresses were tried, Node says what failed by a code only.
  return error.message || String(/** @type {NodeJS.ErrnoException} */ (error).code);
}
