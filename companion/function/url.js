// Rule 1: a target on which CloudFront and an origin could disagree is refused. The same as
// `policy::Url`, but for the length, which CloudFront limits itself.

import { one } from "./headers.js";

/** What is not visible ASCII, `"` `#` `<` `>` `\`, a broken escape, and an escaped NUL. */
const NO_QUERY = /[^!$-;=?-[\]-~]|%(?:00|(?![\da-fA-F]{2}))/;

/**
 * The same, and `?`, and an escaped `.` `/` `\`. Then a segment that is `.` or `..`, or empty and not the
 * last one. A segment counts up to its first `;`: servlet containers cut off what follows.
 */
const NO_PATH =
  /[^!$-;=@-[\]-~]|%(?:00|2[eEfF]|5[cC]|(?![\da-fA-F]{2}))|\/(?:\.\.?(?:[/;]|%3[bB]|(?!.))|\/|(?:;|%3[bB])[^/]*\/)/;

/** A name or an address, with a port or without. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:]*])(?::\d+)?(?!\n)$/;

export function isUrl(request, query) {
  const path = request.uri;
  return (
    HOST.test(one(request, "host") || "") &&
    path[0] === "/" &&
    !NO_PATH.test(path) &&
    !NO_QUERY.test(query)
  );
}
