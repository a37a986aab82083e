// @ts-check
// Every code of a refusal, in the order of the checks. Written by tests/tests/npm_codes.rs.

// prettier-ignore
export const codes = /** @type {const} */ ({
  "request-malformed": {
    stage: "find",
    meaning: "the URL has dot segments, `//`, a backslash, an encoded `.` `/` `\\` or NUL, or a broken escape",
    hint: "link to the file by its plain path; percent-encode what is not plain ASCII",
  },
  "credential-missing": {
    stage: "find",
    meaning: "no signing parameter in the URL and no signing cookie",
    hint: "issue a pass; if there is one, check that the browser sends it: Domain, Path, SameSite, credentials mode",
  },
  "credential-incomplete": {
    stage: "find",
    meaning: "some values of a credential, but not all",
    hint: "set all its cookies with one Domain and Path, or link to the whole signed URL; mind that an application parameter named like a signing one hides the cookies",
  },
  "credential-malformed": {
    stage: "find",
    meaning: "a value is there twice, cut off, in another base64 alphabet, or not a number",
    hint: "sign again, and pass the values on unchanged; clear old cookies of the same name with another Domain or Path",
  },
  "credential-too-large": {
    stage: "find",
    meaning: "a value is longer than any that CloudFront or a browser would carry",
    hint: "sign a shorter resource pattern; send fewer cookies",
  },
  "unknown-key": {
    stage: "authenticate",
    meaning: "no trusted key has this Key-Pair-Id",
    hint: "trust the public key of this id at the edge, or sign with one that is trusted; after a rotation, deploy before signing",
  },
  "algorithm-not-allowed": {
    stage: "authenticate",
    meaning: "the key is trusted, but not with this hash",
    hint: "sign with SHA-256 and its Hash-Algorithm marker, or allow the algorithm for the key in the configuration",
  },
  "signature-invalid": {
    stage: "authenticate",
    meaning: "the signature is not the key's over this policy or URL",
    hint: "check that nothing changed the URL after signing, that the private key belongs to this key id, and that the hash marker is the one that the signer wrote",
  },
  "policy-malformed": {
    stage: "read",
    meaning: "the signed text is not one statement as CloudFront defines it",
    hint: "write the policy with a signer rather than by hand: one statement, a resource, conditions of the documented types",
  },
  "condition-unsupported": {
    stage: "read",
    meaning: "the policy has a condition that CloudFront does not define",
    hint: "use DateLessThan, DateGreaterThan and IpAddress only; put other restrictions in a claims token",
  },
  "resource-mismatch": {
    stage: "conditions",
    meaning: "the policy is for other URLs",
    hint: "sign the URL that the viewer requests: its scheme, host, path and query, or a pattern that covers them",
  },
  "not-yet-valid": {
    stage: "conditions",
    meaning: "the policy is not valid yet",
    hint: "wait, or sign with an earlier start; check the clock of the signer",
  },
  "expired": {
    stage: "conditions",
    meaning: "the policy has expired",
    hint: "issue a new pass, in time before the old one ends; check the clock of the signer",
  },
  "address-mismatch": {
    stage: "conditions",
    meaning: "the viewer's address is not in the policy's network",
    hint: "sign for the viewer's network, or without an address; viewers change networks, and IPv6 viewers never match",
  },
  "claims-missing": {
    stage: "claims",
    meaning: "no claims token beside the credential",
    hint: "issue the pass with its claims token, and set all cookies with one Domain and Path",
  },
  "claims-malformed": {
    stage: "claims",
    meaning: "the claims token is there twice, is no compact JWS, has an unknown claim, or lives too long",
    hint: "issue it with a signer of the same version; an edge refuses claims that it does not know, so update edges first",
  },
  "claims-signature-invalid": {
    stage: "claims",
    meaning: "the claims token is not signed by a trusted claims key",
    hint: "trust the claims key of the signer at the edge, under its `kid` and with its algorithm; after a rotation, deploy before signing",
  },
  "claims-not-bound": {
    stage: "claims",
    meaning: "the claims token belongs to another policy, or to none",
    hint: "issue both together and set or link them together; clear old cookies of the same name with another Domain or Path",
  },
  "claims-not-yet-valid": {
    stage: "claims",
    meaning: "the claims token is not valid yet",
    hint: "check the clock of the signer, which may be a minute ahead; or wait for its `nbf`",
  },
  "claims-expired": {
    stage: "claims",
    meaning: "the claims token has expired",
    hint: "issue a new pass, in time before the old one ends; check the clock of the signer",
  },
  "claims-mismatch": {
    stage: "claims",
    meaning: "the claims token allows other URLs, networks, methods or origins",
    hint: "issue claims that allow the request, or do not request it; mind that `org` needs an Origin or Referer header",
  },
  "revoked": {
    stage: "revocation",
    meaning: "the pass, its subject's passes, its key's or all were revoked",
    hint: "have the viewer sign in again; if the pass was revoked by mistake, remove the entry and publish the state",
  },
  "revocation-unknown": {
    stage: "revocation",
    meaning: "the edge has not been able to load a state of what is revoked",
    hint: "check that a state is published at the address that the edge asks, that the edge has this site's root key, and that the address needs no pass",
  },
  "revocation-stale": {
    stage: "revocation",
    meaning: "the state of what is revoked is too old, or from the future",
    hint: "check that the publisher runs at least three times within `max_stale_seconds`, that caches keep the head for less than that, and that the clocks agree",
  },
});
