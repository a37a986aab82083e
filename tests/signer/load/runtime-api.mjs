// @ts-check
// The Lambda runtime API for one function instance, on loopback: hands out one event at a time, as
// Lambda does, and takes the time until its answer.

import { once } from "node:events";
import { createServer } from "node:http";

/** @typedef {{ milliseconds: number, body: string }} Answer */

export class RuntimeApi {
  /** @type {import("node:http").Server} */ #server;
  /** The function, waiting for an event. @type {import("node:http").ServerResponse | undefined} */
  #waiting;
  /** The event, waiting for the function. @type {string | undefined} */
  #event;
  /** @type {((answer: Answer) => void) | undefined} */
  #answered;
  /** @type {((problem: Error) => void) | undefined} */
  #failed;
  #handedOut = 0;
  #count = 0;

  constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @returns {Promise<string>} the value of AWS_LAMBDA_RUNTIME_API */
  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `127.0.0.1:${address.port}`;
  }

  close() {
    this.#waiting?.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * Invokes the function once.
   *
   * @param {string} event
   * @returns {Promise<Answer>}
   */
  invoke(event) {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#event = event;
      this.#handOut();
    });
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  #serve(request, response) {
    const url = request.url ?? "";
    if (url.endsWith("/invocation/next")) {
      this.#waiting = response;
      this.#handOut();
      return;
    }
    /** @type {Buffer[]} */
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const milliseconds = performance.now() - this.#handedOut;
      response.writeHead(202).end();
      const body = Buffer.concat(parts).toString();
      if (url.endsWith("/response")) this.#answered?.({ milliseconds, body });
      else this.#failed?.(new Error(`${url}: ${body}`));
    });
  }

  #handOut() {
    if (this.#waiting === undefined || this.#event === undefined) return;
    const [response, event] = [this.#waiting, this.#event];
    this.#waiting = this.#event = undefined;
    this.#count += 1;
    this.#handedOut = performance.now();
    response
      .writeHead(200, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(event),
        "lambda-runtime-aws-request-id": `00000000-0000-4000-8000-${String(this.#count).padStart(12, "0")}`,
        "lambda-runtime-deadline-ms": String(Date.now() + 10_000),
        "lambda-runtime-invoked-function-arn":
          "arn:aws:lambda:eu-central-1:123456789012:function:session",
      })
      .end(event);
  }
}
