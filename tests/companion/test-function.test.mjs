// @ts-check
// The command for those who have an account, with a stand-in for `aws` that runs the function here.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";

import { functionCode, functionToml, keys } from "./bundled.mjs";

const command = new URL("../../companion/test-function.mjs", import.meta.url).pathname;
const engines = new URL("engines/vm.mjs", import.meta.url).href;

/**
 * Runs the command beside an `aws` whose function has this code.
 *
 * @param {string} code
 */
function tested(code) {
  const folder = mkdtempSync(join(tmpdir(), "edgepass-aws-"));
  try {
    writeFileSync(join(folder, "function.js"), code);
    const aws = `#!/usr/bin/env -S node --experimental-vm-modules --disable-warning=ExperimentalWarning
      const { readFileSync } = await import("node:fs");
      const { run } = await import(${JSON.stringify(engines)});
      const words = process.argv.slice(2);
      const after = (name) => words[words.indexOf(name) + 1];
      const print = (value) => console.log(JSON.stringify(value));
      if (words[0] !== "cloudfront" || after("--name") !== "edge") throw new Error("unexpected");
      if (words[1] === "describe-function") print({ ETag: "E1" });
      else if (words[1] === "test-function" && after("--if-match") === "E1") {
        const event = readFileSync(after("--event-object").replace("fileb://", ""), "utf8");
        const parameters = Object.entries(JSON.parse(event).request.querystring);
        const query = parameters.map(([name, { value }]) => name + "=" + value).join("&");
        const code = readFileSync(${JSON.stringify(join(folder, "function.js"))}, "utf8");
        const now = Math.floor(Date.now() / 1000);
        const [{ answer, lines }] = await run(code, [{ event, query, now, store: null }]);
        const output = JSON.parse(answer);
        print({
          TestResult: {
            FunctionOutput: JSON.stringify(output.uri ? { request: output } : { response: output }),
            FunctionErrorMessage: "",
            FunctionExecutionLogs: lines,
            ComputeUtilization: "20",
          },
        });
      } else throw new Error("unexpected");`;
    writeFileSync(join(folder, "aws"), aws);
    chmodSync(join(folder, "aws"), 0o755);
    const words = [command, "edge", "--secret", `${keys}claims.secret`, "--key-id", "claims-hs256"];
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"]}` };
    return execFileSync(process.execPath, words, { env, encoding: "utf8", stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the function of the bundle answers every event as expected", () => {
  assert.match(tested(functionCode(functionToml())), /\nall as expected\n$/);
});

test("a function that lets everybody in does not", () => {
  const code = functionCode(functionToml({ lines: 'enforcement = "off"' }));
  assert.throws(
    () => tested(code),
    (/** @type {any} */ failed) => /\n8 of 12 failed\n$/.test(failed.stdout),
  );
});
