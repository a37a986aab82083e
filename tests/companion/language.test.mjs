// @ts-check
// The function as it is deployed: its size, its language, and the same bytes each time.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { bundled, configured, edgepass, functionCode, functionToml } from "./bundled.mjs";
import { faults } from "./lint.mjs";

/** What an operator may well have: one store, CORS for some origins, public paths, a login page. */
const EVERYTHING = functionToml({
  lines: "max_lifetime_seconds = 43200\nexpose_reason = true",
  tables: `[key_value_store]
    [public]
    paths = ["/login*", "/assets/*", "/favicon.ico", "/robots.txt"]
    [refusal]
    redirect_to = "https://www.example.com/login"
    cors_origins = ["https://www.example.com", "https://player.example.com"]`,
});

test("with every feature it has at most 8 KB, in ASCII", (t) => {
  const code = functionCode(EVERYTHING);
  t.diagnostic(
    `${code.length} bytes; ${functionCode(functionToml()).length} with the least settings`,
  );
  assert.ok(code.length <= 8192, `${code.length} bytes`);
  assert.match(code, /^[\n\x20-\x7e]+$/);
});

test("the same settings give the same bytes", () => {
  assert.equal(functionCode(EVERYTHING), functionCode(EVERYTHING));
});

test("settings that do not fit are refused, with the byte count and what to leave out", () => {
  const paths = Array.from({ length: 40 }, (_, number) => `"/assets/release-${number}/*"`);
  const toml = functionToml({ tables: `[public]\npaths = [${paths.join(", ")}]` });
  assert.throws(
    () => bundled(toml),
    /the function has 8\d{3} bytes .* at most 8192 .*`paths` of `\[public\]` takes 9\d\d/,
  );
});

test("it declares `handler`, imports what AWS has, and exports nothing", () => {
  const code = functionCode(EVERYTHING);
  assert.equal(code.split("async function handler(").length, 2);
  const imports = code
    .match(/import[^;]*;/g)
    ?.map((one) => one.replace(/import \w+ ?/, ""))
    .sort();
  assert.deepEqual(imports, ['from"cloudfront";', 'from"crypto";']);
  assert.ok(!/\bexport\b|__EDGEPASS/.test(code));
});

test("the minified file and each source stay in the language", () => {
  for (const toml of [EVERYTHING, functionToml()]) assert.deepEqual(faults(functionCode(toml)), []);
  const folder = new URL("../../companion/function/", import.meta.url).pathname;
  const sources = readdirSync(folder);
  assert.ok(sources.length > 10, `only ${sources.length} sources`);
  for (const name of sources) {
    const code = readFileSync(join(folder, name), "utf8")
      .replace(/^import \{[^}]*\} from "\.[^"]*";$/gm, "")
      .replace(/^export (?!\{)/gm, "")
      .replace(/^export \{.*\};$/gm, "");
    // Names of other files are no globals.
    const own = faults(code).filter((fault) => !fault.startsWith("global: "));
    assert.deepEqual(own, [], name);
  }
});

test("the linter knows what is outside of the language", () => {
  const wrong = [
    "for (const one of []) ;",
    "class A {}",
    "const { a } = b;",
    "const f = (a = 1) => a;",
    "const f = (...a) => a;",
    "const a = { b };",
    "const a = { b() {} };",
    "const a = { ...b };",
    "const a = b?.c;",
    "const a = b ?? c;",
    "try {} catch {}",
    "const a = 1n;",
    "const a = async () => 1;",
    "async function a() { b(await c()); }",
    "async function a() { b(1, 2 + (await c())); }",
    "const a = /^a$/;",
    "const a = /^a/i;",
    "const a = /(?<!b)a/;",
    'const a = "".replaceAll("a", "b");',
    'const a = "abc".substr(1);',
    "const a = new Map();",
    "const a = eval('1');",
    "const a = setTimeout;",
    "const a = process.env;",
    "function* a() {}",
    "const a = new.target;",
  ];
  for (const code of wrong) {
    let found;
    try {
      found = faults(
        `const b = 1, c = 2; ${code.replace("const b", "const d")}`.replace(
          "new.target",
          "import.meta",
        ),
      );
    } catch (error) {
      found = [String(error)];
    }
    assert.notDeepEqual(found, [], code);
  }
  assert.deepEqual(
    faults("const a = /^a(?!\\n)$/; async function f() { const b = await a; return b; }"),
    [],
  );
});

test("what a function cannot do is refused where it is bundled", () => {
  const refusals = /** @type {[string, RegExp][]} */ ([
    [functionToml().replace("native", "standalone"), /`\[\[key\]\]`/],
    [functionToml({ lines: 'claims = "off"' }), /would check nothing/],
    [
      functionToml({
        tables: '[[key]]\nid = "K"\npem_file = "rsa.public.pem"\nalgorithms = ["RSA-SHA256"]',
      }),
      /leaves CloudFront's signature to CloudFront/,
    ],
    [
      functionToml({
        tables: '[revocation]\nurl = "https://a.example/head"\nroot_pem_file = "p256.public.pem"',
      }),
      /cannot verify/,
    ],
    [functionToml({ tables: "[key_value_store]" }), /max_lifetime_seconds/],
    [functionToml({ tables: "[key_value_store]\nmax_stale_seconds = 60" }), /at least 900/],
    [
      functionToml()
        .replace('"HS256"', '"ES256"')
        .replace('secret_file = "claims.secret"', 'pem_file = "p256.public.pem"'),
      /verifies HS256 only/,
    ],
  ]);
  for (const [toml, message] of refusals) assert.throws(() => bundled(toml), message);
  // And the other way round.
  const config = join(configured(functionToml()), "edge.toml");
  const words = ["bundle", "lambda-edge", "--config", config, "--out", "unused"];
  assert.throws(() => edgepass(words), /that of a CloudFront Function/);
});
