// @ts-check
// The texts that every engine gets beside the function.

import { readFileSync } from "node:fs";

const text = (/** @type {string} */ name) => readFileSync(new URL(name, import.meta.url), "utf8");

/** The module `cloudfront`. */
export const CLOUDFRONT = text("cloudfront.js");

/** What runs the trials. */
export const RUNNER = text("runner.js");
