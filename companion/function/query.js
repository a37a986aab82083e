// The query: which of it is a pass, and which goes on.

/** A component whose name may be one of ours, or has an escape, which may spell one. */
const SUSPECT = /(?:^|&)(?:[EHKPS][a-zA-Z-]{5,14}(?![^=&])|[^=&]*%)/;

/** The names of CloudFront's own parameters. */
export const SIGNING_NAME = /^(?:Expires|Policy|Signature|Key-Pair-Id|Hash-Algorithm)(?!\n)$/;

/** The name of the parameter and of the cookie that carry a claims token. */
export const CLAIMS_NAME = "Edgepass-Claims";

/**
 * Reads a query without its `?`. `text` is all of it; `rest` what goes on, byte for byte; `tokens` the
 * claims tokens. `escaped` is `signing` or `claims` if a name of ours is percent-encoded, which is one for
 * some readers and none for others.
 */
export function readQuery(text) {
  const query = { text: text, rest: text, tokens: [] };
  if (SUSPECT.test(text)) {
    const others = text.split("&").filter((component) => {
      // Most are told apart at once.
      if (!SUSPECT.test(component)) return true;
      const name = component.split("=")[0];
      const plain = unescaped(name);
      const isSigning = SIGNING_NAME.test(plain);
      if (!isSigning && plain !== CLAIMS_NAME) return true;
      if (plain !== name) query.escaped = isSigning ? "signing" : query.escaped || "claims";
      else if (!isSigning) query.tokens.push(component.slice(name.length + 1));
    });
    query.rest = others.join("&");
  }
  return query;
}

/** What has an escape that spells no character is no name of ours. */
function unescaped(name) {
  try {
    return decodeURIComponent(name);
  } catch (problem) {
    return name;
  }
}
