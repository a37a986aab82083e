// The CloudFront Function: what becomes of a viewer's request. It never throws, and whatever goes
// wrong is a refusal.

import { admitted } from "./admission.js";
import { preflight, refusal } from "./answers.js";
import { forwarded } from "./forwarding.js";
import { logRefusal } from "./log.js";
import { readQuery } from "./query.js";
import { refuse } from "./refusal.js";
import { enforcement, publicPaths } from "./settings.js";
import { isUrl } from "./url.js";
import { matches } from "./wildcards.js";

export async function handler(event) {
  try {
    const request = event.request;
    const query = readQuery(request.rawQueryString() || "");
    let context;
    if (enforcement !== "off") {
      const isEnforced = enforcement === "enforce";
      try {
        // First of all: on a path that readers disagree about, even "public" means nothing.
        if (!isUrl(request, query.text)) refuse("request-malformed");
        if (!publicPaths.some((pattern) => matches(pattern, request.uri))) {
          const answer = preflight(request);
          if (!answer) context = await admitted(event, query);
          else if (isEnforced) return answer;
        }
      } catch (thrown) {
        const code = typeof thrown === "string" ? thrown : "failed";
        const answer = isEnforced && refusal(request, code);
        logRefusal(code, isEnforced);
        if (answer) return answer;
      }
    }
    return forwarded(request, query, context);
  } catch (thrown) {
    logRefusal("failed", true);
    return refusal({ headers: {} }, "failed");
  }
}
