/**
 * Why a request was answered 403, from whatever is known of it: `edgepass explain` for JavaScript.
 * Nothing is sent anywhere.
 *
 * @module
 */

export { ConfigurationError } from "./index.js";

/** The output of an AWS CLI command, as text or parsed. */
export type Document = string | object;

/** What is known. What is missing is asked for by its command. */
export interface Evidence {
  /** As it was requested, signing parameters included. */
  readonly url?: string;
  /** The URL that was signed, if another one was requested: the playlist's, for a segment. */
  readonly signedUrl?: string;
  /** `Cookie` header lines; or `Set-Cookie` lines of their issuer. */
  readonly cookies?: string | readonly string[];
  /** Default: as the response shows it, else `GET`. */
  readonly method?: string;
  /** The viewer's address. */
  readonly ip?: string;
  /** When the request was made. Default: the response's `Date`, else this machine's clock. */
  readonly now?: Date | number;
  /** Public keys that may have signed: PEM, or the output of `aws cloudfront get-public-key`. */
  readonly publicKeys?: readonly { readonly id?: string; readonly pem: Document }[];
  /** `aws cloudfront get-distribution`, or `get-distribution-config`. */
  readonly distribution?: Document;
  /** `aws cloudfront get-key-group`. */
  readonly keyGroups?: readonly Document[];
  /** `aws s3api get-bucket-policy`. */
  readonly bucketPolicy?: Document;
  /** `aws s3api get-public-access-block`. */
  readonly publicAccessBlock?: Document;
  /** The 403 itself: output of `curl -sv`, or its headers, or its body. */
  readonly response?: string;
}

/** A cause that the evidence points to. */
export interface Cause {
  /** It has a page of its own, `docs/why-403/ID.md`. */
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly certainty: "proved" | "likely" | "possible";
  /** The facts. No signature, cookie value, policy or query value is among them. */
  readonly evidence: readonly string[];
  /** What to do, with the values of the case. */
  readonly fix: readonly string[];
}

/** A fact that did not refuse the request, but is worth knowing. */
export interface Note {
  /** The id of the cause under which it is documented: `docs/why-403/ID.md`. */
  readonly id: string;
  readonly title: string;
  readonly evidence: readonly string[];
  /** What to do if it is not intended. */
  readonly fix: readonly string[];
}

/** Why a request was refused, as far as the evidence tells. */
export interface Explanation {
  /** Who answered; `nobody` refused a request that was let in. */
  readonly source:
    | "signature-check"
    | "function"
    | "waf"
    | "geo"
    | "cloudfront"
    | "s3"
    | "origin"
    | "not-cloudfront"
    | "nobody"
    | "unknown";
  readonly sourceDescription: string;
  /** Who answered with which status, for people. */
  readonly heading: string;
  /** How that is known; null without a response. */
  readonly answer: string | null;
  /** The most certain first. */
  readonly causes: readonly Cause[];
  /** What did not refuse the request. */
  readonly notes: readonly Note[];
  /** The commands that would settle the rest. */
  readonly missing: readonly string[];
  readonly ruledOut: readonly { readonly id: string; readonly why: string }[];
}

/**
 * Explains a 403.
 *
 * @throws {@link ConfigurationError} for evidence of the wrong kind
 */
export function explain(evidence: Evidence): Promise<Explanation>;
