// @ts-check

/** @typedef {{ id: string, name: string, clip: string }} User */
/** @typedef {{ user: string | null, users: User[] }} Me */
/**
 * @typedef {object} Credential
 * @property {string} carrier
 * @property {string} key_id
 * @property {string} hash
 * @property {boolean} canned
 * @property {string} policy The exact text that was signed.
 * @property {string | null} claims What the claims token says, as it was signed.
 */
/**
 * @typedef {object} Verdict
 * @property {"allow" | "deny"} decision
 * @property {string | null} stage
 * @property {string | null} code
 * @property {string | null} message
 * @property {string | null} hint
 * @property {string | null} cloudfront
 */
/**
 * @typedef {object} Pass
 * @property {Credential | null} credential
 * @property {Verdict} verdict
 * @property {import("./explainer.js").Evidence | null} evidence What explains a refusal, and
 *   scripts cannot see.
 */
/** @typedef {{ method: string, path: string, status: number, reason: string | null }} Exchange */

/** There was no answer at all. */
export class NoAnswer extends Error {
  constructor() {
    super("the local edge does not answer; is `edgepass dev` still running?");
  }
}

/** The edge answered, but not with what the page asked for. */
export class UnexpectedAnswer extends Error {
  /** @param {Exchange} exchange */
  constructor({ method, path, status }) {
    super(`the local edge answered ${status} to ${method} ${path}`);
    this.status = status;
  }
}

/** The local edge, spoken to over HTTP. Every exchange is told to one observer. */
export class Edge {
  #observe;

  /** @param {(exchange: Exchange) => void} observe */
  constructor(observe) {
    this.#observe = observe;
  }

  /** @returns {Promise<Me>} who is signed in, and who could be */
  async me() {
    return (await this.#expect("GET", "/demo/me")).json();
  }

  /** @param {string} user */
  async signIn(user) {
    await this.#expect("POST", "/demo/sign-in", json({ user }));
  }

  async signOut() {
    await this.#expect("POST", "/demo/sign-out");
  }

  /** Has the site revoke all that was issued to whoever is signed in, in every browser. */
  async logOutEverywhere() {
    await this.#expect("POST", "/demo/log-out-everywhere");
  }

  /**
   * @param {string} path
   * @returns {Promise<string>} the URL of it that the signer now signs
   */
  async signedUrl(path) {
    const urls = [new URL(path, document.baseURI).href];
    const answer = await this.#expect("POST", "/edgepass/urls", json({ urls }));
    return (await answer.json()).urls[0].url;
  }

  /** Takes the pass back, and revokes its session. */
  async dropPass() {
    await this.#expect("DELETE", "/edgepass/session");
  }

  /**
   * Puts a bad pass in place of the good one, which only the edge can do: scripts cannot read it.
   *
   * @param {"tampered" | "expired" | "token-missing" | "token-swapped" | "token-expired"} kind
   */
  async spoilPass(kind) {
    await this.#expect("POST", "/demo/pass", json({ kind }));
  }

  /**
   * What this browser sends, decoded, and what the edge would answer to a request for a path.
   *
   * @param {string} path
   * @param {RequestInit} [init]
   * @returns {Promise<Pass>}
   */
  async pass(path, init = {}) {
    const { method = "GET", ...rest } = init;
    const query = new URLSearchParams({ path, method });
    return (await this.#expect("GET", `/demo/pass?${query}`, rest)).json();
  }

  /**
   * Content, or the refusal of it: here a refusal is an answer, not an error.
   *
   * @param {string | URL} url
   * @param {RequestInit} [init]
   */
  async media(url, init = {}) {
    const path = new URL(url, document.baseURI).pathname;
    return this.#send(init.method ?? "GET", path, init);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestInit} [init]
   */
  async #expect(method, path, init) {
    const response = await this.#send(method, path, init);
    if (response.ok) return response;
    throw new UnexpectedAnswer({ method, path, status: response.status, reason: null });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestInit} [init]
   */
  async #send(method, path, init) {
    return this.fetch(new Request(path, { cache: "no-store", ...init, method }));
  }

  /**
   * Any request, whatever the answer.
   *
   * @param {Request} request
   */
  fetch = async (request) => {
    const response = await fetch(request).catch((error) => {
      throw error instanceof TypeError ? new NoAnswer() : error;
    });
    const reason = response.headers.get("x-edgepass-reason");
    const path = new URL(request.url).pathname;
    this.#observe({ method: request.method, path, status: response.status, reason });
    return response;
  };
}

/**
 * @param {object} body
 * @returns {RequestInit}
 */
function json(body) {
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}
