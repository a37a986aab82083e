// @ts-check
// A KeyValueStore of CloudFront in memory, with the limits and the concurrency of the real one (AWS: "Quotas
// on key value stores", "Work with key value pairs").

const MAX_KEY_BYTES = 512;
const MAX_VALUE_BYTES = 1024;
const MAX_STORE_BYTES = 5 * 1024 * 1024;
const MAX_KEYS_OF_UPDATE = 50;
const MAX_BYTES_OF_UPDATE = 3 * 1024 * 1024;
const MAX_PAGE = 50;
const DEFAULT_PAGE = 10;

export class StoreError extends Error {
  /** @param {"ValidationException" | "ConflictException" | "ServiceQuotaExceededException"} name */
  constructor(name, /** @type {string} */ message) {
    super(message);
    this.name = name;
  }
}

export class KeyValueStore {
  /** @type {Map<string, string>} */
  #pairs = new Map();
  #version = 1;

  /** The first fill, from a file in AWS's format. @param {string} text */
  static imported(text) {
    const { data, ...others } = JSON.parse(text);
    if (!Array.isArray(data) || Object.keys(others).length > 0) {
      throw new StoreError("ValidationException", "not the format of an import");
    }
    const store = new KeyValueStore();
    for (const { key, value, ...more } of data) {
      if (Object.keys(more).length > 0 || store.#pairs.has(key)) {
        throw new StoreError("ValidationException", `the pair of ${key}`);
      }
      checkPair(key, value);
      store.#pairs.set(key, value);
    }
    store.#checkSize(store.#pairs);
    return store;
  }

  get etag() {
    return `KV${this.#version}`;
  }

  /** For the function's reads. */
  get pairs() {
    return [...this.#pairs].map(([key, value]) => ({ key, value }));
  }

  /** @param {{ nextToken?: string, maxResults?: number }} [page] */
  listKeys({ nextToken, maxResults = DEFAULT_PAGE } = {}) {
    if (maxResults < 1 || maxResults > MAX_PAGE) {
      throw new StoreError("ValidationException", "MaxResults");
    }
    const pairs = this.pairs.sort((one, other) => (one.key < other.key ? -1 : 1));
    const start = nextToken === undefined ? 0 : pairs.findIndex(({ key }) => key > nextToken);
    const items = start < 0 ? [] : pairs.slice(start, start + maxResults);
    const last = items.at(-1)?.key;
    return last === pairs.at(-1)?.key ? { items } : { items, nextToken: last };
  }

  /**
   * @param {{ ifMatch: string, puts?: { key: string, value: string }[], deletes?: string[] }} update
   * @returns {string} the next ETag
   */
  updateKeys({ ifMatch, puts = [], deletes = [] }) {
    if (ifMatch !== this.etag) throw new StoreError("ConflictException", "the ETag is another one");
    const keys = [...puts.map(({ key }) => key), ...deletes];
    if (keys.length === 0 || keys.length > MAX_KEYS_OF_UPDATE || new Set(keys).size < keys.length) {
      throw new StoreError("ValidationException", `${keys.length} keys`);
    }
    puts.forEach(({ key, value }) => checkPair(key, value));
    if (bytesOf(puts) > MAX_BYTES_OF_UPDATE) {
      throw new StoreError("ServiceQuotaExceededException", "the update is too large");
    }
    const next = new Map(this.#pairs);
    for (const key of deletes) next.delete(key);
    for (const { key, value } of puts) next.set(key, value);
    this.#checkSize(next);
    this.#pairs = next;
    this.#version += 1;
    return this.etag;
  }

  /** @param {Map<string, string>} pairs */
  #checkSize(pairs) {
    const all = [...pairs].map(([key, value]) => ({ key, value }));
    if (bytesOf(all) > MAX_STORE_BYTES) {
      throw new StoreError("ServiceQuotaExceededException", "the store is full");
    }
  }
}

/** @param {unknown} key @param {unknown} value */
function checkPair(key, value) {
  const bytes = (/** @type {unknown} */ text) =>
    typeof text === "string" ? Buffer.byteLength(text) : NaN;
  if (!(bytes(key) >= 1 && bytes(key) <= MAX_KEY_BYTES)) {
    throw new StoreError("ValidationException", "the key");
  }
  if (!(bytes(value) >= 1 && bytes(value) <= MAX_VALUE_BYTES)) {
    throw new StoreError("ValidationException", "the value");
  }
}

/** @param {{ key: string, value: string }[]} pairs */
function bytesOf(pairs) {
  return pairs.reduce(
    (sum, { key, value }) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
}
