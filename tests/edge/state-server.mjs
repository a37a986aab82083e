// @ts-check
// What stands before the published state: it serves files by HTTP as object storage does, or does
// what a test tells it to instead.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * @typedef {import("node:http").IncomingMessage} Incoming
 * @typedef {import("node:http").ServerResponse} Outgoing
 * @typedef {(path: string) => Buffer | undefined} Files
 */

export class StateServer {
  /** Every request that came. @type {{ path: string, headers: import("node:http").IncomingHttpHeaders }[]} */
  requests = [];
  /** How many connections were made. */
  connections = 0;
  /**
   * Tells whether it has answered, in place of the files.
   *
   * @type {(request: Incoming, response: Outgoing) => boolean}
   */
  instead = () => false;
  #files;
  #server;

  /** @param {Files} files */
  constructor(files) {
    this.#files = files;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("connection", (connection) => {
      this.connections += 1;
      // One that a test leaves hanging would keep the process.
      connection.unref();
    });
  }

  /**
   * It keeps no process alive.
   *
   * @param {Files} files
   */
  static async of(files) {
    const server = new StateServer(files);
    server.#server.listen(0, "127.0.0.1").unref();
    await once(server.#server, "listening");
    return server;
  }

  /** Of the head. */
  get url() {
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}/edgepass/state/head`;
  }

  get heads() {
    return this.requests.filter(({ path }) => path === "head");
  }

  get bodies() {
    return this.requests.filter(({ path }) => path.startsWith("body/"));
  }

  /**
   * @param {Incoming} request
   * @param {Outgoing} response
   */
  #answer(request, response) {
    const path = (request.url ?? "").replace("/edgepass/state/", "");
    this.requests.push({ path, headers: { ...request.headers } });
    if (this.instead(request, response)) return;
    const bytes = this.#files(path);
    if (bytes === undefined) {
      response.writeHead(403, { "content-type": "application/xml" }).end("<Error/>");
      return;
    }
    const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`;
    const { range, "if-none-match": known } = request.headers;
    const [, start] = /^bytes=(\d+)-$/.exec(range ?? "") ?? [];
    if (known === etag) response.writeHead(304, { etag }).end();
    else if (start !== undefined) {
      const end = `${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { etag, "content-range": `bytes ${start}-${end}` });
      response.end(bytes.subarray(Number(start)));
    } else response.writeHead(200, { etag, "content-length": bytes.length }).end(bytes);
  }
}
