// @ts-check
// What a credential says, whether or not it is true.

import * as glue from "../../dist/inspector.js";
import { Machine } from "./machine.js";
import { isPlainObject } from "./request.js";

/**
 * @typedef {import("../index.js").Inspectable} Inspectable
 * @typedef {import("../index.js").Inspection} Inspection
 */

/** @param {import("./machine.js").Load} load */
export function inspectorOf(load) {
  const machine = new Machine(glue, load);

  /**
   * @param {Inspectable} credential
   * @returns {Promise<Inspection>}
   */
  return async function inspect(credential) {
    const given = typeof credential === "string" ? { url: credential } : credential;
    if (!isPlainObject(given)) {
      throw new TypeError("the credential to inspect is neither a string nor a plain object");
    }
    const { url, cookies = [] } = given;
    const lines = [cookies].flat();
    const isText = lines.every((line) => typeof line === "string");
    if (!isText || (url !== undefined && typeof url !== "string")) {
      throw new TypeError("`url` is not a string, or `cookies` are not strings");
    }
    await machine.started();
    const found = JSON.parse(machine.run(() => glue.inspect(url, lines)));
    if (found.claims !== null) {
      found.claims.header = parsed(found.claims.header);
      found.claims.claims = parsed(found.claims.claims);
    }
    return found;
  };
}

/** @param {string | null} json strict, as the module has read it */
function parsed(json) {
  return json === null ? null : JSON.parse(json);
}
