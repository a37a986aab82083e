// @ts-check

/** A pattern's protocol, domain, path and query (AWS: "Create a signed URL using a custom policy"). */
const SECTIONS = /^(?:(https?|\*):\/\/)?([^/]*)([^?]*)(?:\?(.*))?$/s;

/**
 * Whether a resource pattern means a URL. Wildcards match within their section: `*` any run of
 * characters, `?` one; the first `?` after the domain begins the query.
 *
 * @param {string} pattern
 * @param {URL} url
 */
export function matches(pattern, url) {
  const [, protocol = "*", domain = "", path = "", query] = SECTIONS.exec(pattern) ?? [];
  const open = (path || domain).endsWith("*");
  const implied = open && path === "" ? "/*" : "/";
  return (
    fits(protocol, url.protocol.slice(0, -1)) &&
    fits(domain, url.host) &&
    fits(path || implied, url.pathname) &&
    fits(query ?? (open ? "*" : ""), url.search.slice(1))
  );
}

/**
 * @param {string} pattern of one section
 * @param {string} text
 */
function fits(pattern, text) {
  const escaped = pattern.replace(/[\\^$.+|()[\]{}]/g, "\\$&");
  const source = escaped.replace(/\*/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
