// @ts-check
// Measures the function in njs beside one like AWS's published sample (aws-samples/amazon-cloudfront-functions,
// kvs-jwt-verify: an HS256 token of the query, its secret from the store, a comparison in constant time, `nbf` and
// `exp`), in turns in one run. The store is a stand-in without latency. Prints a table in Markdown.

import { functionCode, functionToml } from "./bundled.mjs";
import { runScript } from "./engines/njs.mjs";
import { trial } from "./engines.mjs";
import { CLAIMS, NOW, secretOf, signed } from "./token.mjs";

/** An odd number, so that the median is one of the measurements. */
const ROUNDS = 31;
const REQUESTS = 400;

/** In the manner of the sample, with our own words. */
const SAMPLE = `
async function edgepassSample(event) {
  var request = event.request;
  var refused = { statusCode: 401, statusDescription: "Unauthorized" };
  if (!request.querystring.jwt) return refused;
  var key = await edgepassSampleKey();
  if (!key) return refused;
  try {
    var segments = request.querystring.jwt.value.split(".");
    if (segments.length !== 3) throw new Error("not three segments");
    var payload = JSON.parse(Buffer.from(segments[1], "base64url").toString());
    var hmac = edgepassSampleCrypto.createHmac("sha256", key);
    var expected = hmac.update(segments[0] + "." + segments[1]).digest("base64url");
    if (expected.length !== segments[2].length) throw new Error("another length");
    var difference = 0;
    for (var i = 0; i < expected.length; i++) {
      difference |= expected.charCodeAt(i) ^ segments[2].charCodeAt(i);
    }
    if (difference !== 0) throw new Error("another signature");
    if (payload.nbf && Date.now() < payload.nbf * 1000) throw new Error("not yet");
    if (payload.exp && Date.now() > payload.exp * 1000) throw new Error("no longer");
  } catch (error) {
    return refused;
  }
  delete request.querystring.jwt;
  return request;
}

async function edgepassSampleKey() {
  try {
    var key = await edgepassSampleStore.kvs().get("jwt.secret");
    return key;
  } catch (error) {
    return null;
  }
}`;

const secret = Buffer.from(secretOf("claims")).toString("base64url");
const meta = {
  v: 1,
  seq: 1,
  at: NOW,
  all: 0,
  life: 7200,
  keys: { "claims-hs256": secret },
  gone: [],
};
const store = {
  pairs: [
    { key: "m", value: JSON.stringify(meta) },
    { key: "jwt.secret", value: secretOf("claims") },
  ],
};

const two = { res: ["https://media.example.com/film/*", "https://media.example.com/video/*"] };
const every = {
  ...two,
  net: ["203.0.113.0/24", "2001:db8::/32"],
  mth: ["GET", "HEAD"],
  org: ["https://www.example.com"],
  nbf: NOW - 60,
  pol: "A".repeat(43),
  ctx: "premium",
};
const player = /** @type {[string, string][]} */ ([["Origin", "https://www.example.com"]]);
const cookies = (/** @type {object} */ claims) => [
  `theme=dark; CloudFront-Policy=x; CloudFront-Signature=y; Edgepass-Claims=${signed({ ...CLAIMS, ...claims })}`,
];

/** Who runs what: the sample first. @type {[string, string, import("./engines.mjs").Trial][]} */
const CONTESTANTS = [
  [
    "a function like AWS's HMAC sample",
    "edgepassSample",
    trial({ query: `jwt=${signed(CLAIMS)}` }),
  ],
  ["**Edgepass**, cookie, two patterns, revocation", "handler", trial({ cookies: cookies(two) })],
  [
    "**Edgepass**, parameter, two patterns, revocation",
    "handler",
    trial({ query: `v=1&Edgepass-Claims=${signed({ ...CLAIMS, ...two })}` }),
  ],
  [
    "**Edgepass**, cookie, every claim, revocation",
    "handler",
    trial({ cookies: cookies(every), headers: player }),
  ],
  ["**Edgepass**, no token: refused", "handler", trial()],
];

const toml = functionToml({ lines: "max_lifetime_seconds = 7200", tables: "[key_value_store]" });
const script = `
  import edgepassSampleCrypto from "crypto";
  import edgepassSampleStore from "cloudfront";
  ${SAMPLE}
  var edgepassFunctions = { handler: handler, edgepassSample: edgepassSample };
  var edgepassClock = Date.now;
  async function edgepassContest(contestants) {
    globalThis.edgepassStore = contestants.store;
    globalThis.edgepassCustomData = [];
    console.log = function () {};
    Date.now = function () { return ${NOW} * 1000; };
    var rounds = [];
    for (var round = 0; round < ${ROUNDS}; round++) {
      var row = [];
      for (var turn = 0; turn < contestants.all.length; turn++) {
        var who = (round + turn) % contestants.all.length;
        var contestant = contestants.all[who];
        var run = edgepassFunctions[contestant.name];
        var events = [];
        for (var made = 0; made < ${REQUESTS}; made++) events.push(edgepassEvent(contestant.trial));
        globalThis.edgepassCustomData = [];
        var start = edgepassClock();
        for (var at = 0; at < ${REQUESTS}; at++) {
          var answer = await run(events[at]);
        }
        row[who] = ((edgepassClock() - start) * 1000) / ${REQUESTS};
        if ((answer.statusCode === undefined) !== contestant.admits) throw new Error(contestant.name);
      }
      rounds.push(row);
    }
    return rounds;
  }
  function edgepassEvent(trial) {
    var event = JSON.parse(trial.event);
    event.request.rawQueryString = function () {
      return trial.query === null ? undefined : trial.query;
    };
    return event;
  }
  edgepassContest(JSON.parse(edgepassFs.readFileSync("contestants.json", "utf8"))).then(function (rounds) {
    edgepassFs.writeFileSync("rounds.json", JSON.stringify(rounds));
  });`;

const all = CONTESTANTS.map(([what, name, trial]) => ({
  name,
  trial,
  admits: !what.endsWith("refused"),
}));
const printed = runScript(
  functionCode(toml),
  script,
  { "contestants.json": JSON.stringify({ store, all }) },
  "rounds.json",
);
/** @type {number[][]} */
const rounds = JSON.parse(printed);

const median = (/** @type {number[]} */ values) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
const column = (/** @type {number} */ who) => rounds.map((row) => row[who] ?? NaN);
const ratio = (/** @type {number} */ who) =>
  median(rounds.map((row) => (row[who] ?? NaN) / (row[0] ?? NaN)));

console.log("| CloudFront Function in njs | median, µs | × the sample |");
console.log("| --- | ---: | ---: |");
CONTESTANTS.forEach(([what], who) => {
  console.log(`| ${what} | ${median(column(who)).toFixed(1)} | ${ratio(who).toFixed(2)} |`);
});
console.log();
const goal = (
  /** @type {string} */ what,
  /** @type {number} */ wanted,
  /** @type {number} */ measured,
) =>
  console.log(
    `- ${what}: goal ${wanted}, measured ${measured.toFixed(2)}: ${measured <= wanted ? "reached" : "**missed**"}`,
  );
goal("a CloudFront Function, cookie, × a function like AWS's sample", 4, ratio(1));
goal("the same with every claim", 6, ratio(3));
