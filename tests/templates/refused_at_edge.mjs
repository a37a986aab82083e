// @ts-check
// Shows passes to the Lambda@Edge bundle, which logs what it refuses:
// `node refused_at_edge.mjs BUNDLE '[{"cookie": "...", "days": 0}]'`, days from now. Without a cookie
// the event is none that CloudFront sends.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { viewerRequest } from "../edge/event.mjs";

const [folder = "", passes = "[]"] = process.argv.slice(2);
const today = Date.now;
let ahead = 0;
Date.now = () => today() + ahead;
const { handler } = await import(pathToFileURL(join(folder, "index.mjs")).href);
for (const { cookie, days } of JSON.parse(passes)) {
  ahead = days * 24 * 60 * 60 * 1000;
  await handler(
    cookie === undefined ? {} : viewerRequest({ cookies: [cookie], uri: "/standard/a.mp4" }),
  );
}
