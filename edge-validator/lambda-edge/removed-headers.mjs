// @ts-check
// Which headers of a viewer never reach the origin: `policy::is_removed_header` says the same, and why.

const REMOVED =
  /^x-(edgepass-|(original-url|rewrite-url|http-method(-override)?|method-override)$)/;
/** Any of these may stand for a `-`. */
const SEPARATORS = /[^a-z0-9]/g;

/** @param {string} name in any case */
export function isRemoved(name) {
  // Most names are told apart by their first letter.
  const first = name.charCodeAt(0);
  const begins = first === 0x78 || first === 0x58;
  return begins && REMOVED.test(name.toLowerCase().replace(SEPARATORS, "-"));
}
