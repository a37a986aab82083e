// Resource patterns: AWS splits them into protocol, domain, path and query, and a wildcard matches
// within its section only. The same as `policy::ResourcePattern`, but for a `?` between two `*`.

import { matches } from "./wildcards.js";

/** Protocol, domain, path with its `/`, query with its `?`. */
const SECTIONS = /^(?:(https?|\*):\/\/|(?=\*)(?!\*:\/\/))([^/]+)(\/[^?]*)?(\?.*)?(?!\n)$/;

/** What is not visible ASCII, and `"` `#` `\`. */
const NO_PATTERN = /[^!$-[\]-~]/;

export function isPattern(pattern) {
  const sections = !NO_PATTERN.test(pattern) && SECTIONS.exec(pattern);
  return sections && isQuick(sections[2]) && isQuick((sections[4] || "").slice(1));
}

/** Whether every run between two `*` can be found by one search: none has a `?`. */
function isQuick(section) {
  return section.split("*").slice(1, -1).join("").indexOf("?") < 0;
}

/** Whether a URL is one of those meant. What a pattern leaves out is implied. */
export function covers(pattern, scheme, host, path, query) {
  const sections = SECTIONS.exec(pattern);
  const isOpen = (sections[3] || sections[2]).slice(-1) === "*";
  return (
    matches(sections[1] || "*", scheme) &&
    matches(sections[2], host) &&
    matches(sections[3] || (isOpen ? "/*" : "/"), path) &&
    matches(sections[4] ? sections[4].slice(1) : isOpen ? "*" : "", query)
  );
}
