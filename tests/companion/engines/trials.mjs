// @ts-check
// What every engine is given, and gives.

/**
 * @typedef {object} Trial
 * @property {string} event JSON, so that each engine makes its own objects
 * @property {string | null} [query] what `rawQueryString` gives, null for undefined; without it the event
 *   has no such method
 * @property {number} now seconds
 * @property {Store | null} store
 *
 * @typedef {object} Store
 * @property {{ key: string, value: string }[]} pairs
 * @property {"get" | "exists"} [fails]
 * @property {string} [at] only for keys that begin so
 *
 * @typedef {object} Result
 * @property {string} [answer] JSON
 * @property {string} [event] JSON, as the function left it
 * @property {string} [threw]
 * @property {string[]} lines of the log
 * @property {number} reads of the store
 * @property {string[]} customData
 */

export {};
