// @ts-check
// What a credential says, whether or not it is true.

import * as glue from "../../dist/inspector.js";
import { Machine } from "./machine.js";

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
    const { url, cookies = [] } = typeof credential === "string" ? { url: credential } : credential;
    await machine.started();
    const found = JSON.parse(machine.run(() => glue.inspect(url, [cookies].flat())));
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
