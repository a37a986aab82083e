// @ts-check
// Shows a pass to the Lambda@Edge bundle: `node at_edge.mjs BUNDLE PATH[?QUERY] COOKIES` prints as its
// last line the status of the answer, or 0 for a request that goes on.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { viewerRequest } from "../edge/event.mjs";

const [folder = "", target = "", cookies = ""] = process.argv.slice(2);
const [uri = "", querystring = ""] = target.split("?");
const { handler } = await import(pathToFileURL(join(folder, "index.mjs")).href);
const answer = await handler(
  viewerRequest({ cookies: cookies === "" ? [] : [cookies], querystring, uri }),
);
// Whatever the function still has to say of the state comes before.
process.on("exit", () => process.stdout.write(`${Number(answer.status ?? 0)}\n`));
