/**
 * Verifies CloudFront signed URLs and signed cookies, and the claims tokens beside them, as the edge
 * does.
 *
 * @module
 */

import type { codes } from "./codes.js";

/** What a key may sign with. `SHA1` is what AWS's own signers use unless told otherwise. */
export type Algorithm = "RSA-SHA256" | "ECDSA-SHA256" | "RSA-SHA1" | "ECDSA-SHA1";

/** A public key in one of two forms. */
export type PublicKey =
  | {
      /** `-----BEGIN PUBLIC KEY-----` and what follows. */
      readonly pem: string;
      readonly spki?: never;
    }
  | {
      /** SubjectPublicKeyInfo, DER. */
      readonly spki: Uint8Array;
      readonly pem?: never;
    };

/** A key that is trusted for CloudFront credentials. */
export type TrustedKey = PublicKey & {
  /** The Key-Pair-Id. Left out, the key answers for any; at most five such keys are taken. */
  readonly id?: string;
  /** All that the key is trusted with. */
  readonly algorithms: readonly [Algorithm, ...Algorithm[]];
};

/** A key that is trusted for claims tokens. It is never a CloudFront key. */
export type ClaimsKey =
  | (PublicKey & {
      /** The token's `kid`. */
      readonly id: string;
      readonly algorithm: "ES256" | "RS256";
    })
  | {
      /** The token's `kid`. */
      readonly id: string;
      readonly algorithm: "HS256";
      /** At least 32 random bytes; a string is taken as UTF-8, without blanks around it. */
      readonly secret: string | Uint8Array;
    };

/** Whether claims tokens are asked for. Without keys for them that has to be said: `"off"`. */
export type ClaimsRules =
  | {
      /** Whether there has to be a token. One that is there must hold either way. */
      readonly claims?: "required" | "optional";
      readonly claimsKeys: readonly [ClaimsKey, ...ClaimsKey[]];
      /** The longest `exp` less `iat`, in seconds. */
      readonly maxLifetimeSeconds?: number;
    }
  | { readonly claims: "off" };

/** The facts of `edge.toml`, for a verifier. */
export type Configuration = ClaimsRules & {
  /** At least one; several during a rotation. */
  readonly keys: readonly [TrustedKey, ...TrustedKey[]];
  /**
   * `"native"`: CloudFront's trusted key groups have checked the request before, and a claims token
   * alone is enough. Default: `"standalone"`, nobody has.
   */
  readonly mode?: "standalone" | "native";
  /** The viewer's scheme, where the URL does not tell it, as behind a proxy that ends TLS. */
  readonly scheme?: "https" | "http";
};

/** Header names in any case. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A Fetch `Request`, or what another server has of one. */
export type VerifiableRequest =
  | Request
  | {
      /** Absolute, as the viewer requested it. */
      readonly url: string;
      /** Default: `GET`. */
      readonly method?: string;
      /** `Cookie`, `Origin` and `Referer` are read. */
      readonly headers?: Headers | HeaderRecord;
      /** Values of `Cookie` header lines, beside those of `headers`. */
      readonly cookies?: string | readonly string[];
    };

/** What a request does not say itself. */
export interface Context {
  /** The viewer's address. A pass for an address is refused without one. */
  readonly ip?: string | null;
  /** Default: this machine's clock. A number is in seconds. What is no time throws `TypeError`. */
  readonly now?: Date | number;
}

/** Every code of a refusal. */
export type Code = keyof typeof codes;

/** The step that refused. */
export type Stage = (typeof codes)[Code]["stage"];

/** The `Code` that CloudFront's own signature check would have answered with. */
export type CloudFrontError =
  "AccessDenied" | "InvalidKey" | "MalformedPolicy" | "MalformedSignature" | "MissingKey";

/** A credential without its policy and its signature. */
export interface Credential {
  readonly carrier: "url" | "cookie";
  readonly keyId: string;
  readonly hash: "SHA1" | "SHA256";
  readonly canned: boolean;
}

/** What an admitted request's token says. Its restrictions have been applied. */
export interface Claims {
  /** A pseudonym of whom the pass is for. */
  readonly sub: string;
  /** The session. */
  readonly jti: string;
  /** Issued at, in seconds. */
  readonly iat: number;
  /** Refused from this second on. */
  readonly exp: number;
  /** What the signer had to say to the origin. */
  readonly ctx: string | null;
}

/** The request may be answered. Only a verifier makes one. */
export interface Allowed {
  readonly decision: "allow";
  /** Null in mode `native` where CloudFront has taken the credential away. */
  readonly credential: Credential | null;
  /** Null likewise. */
  readonly policy: {
    readonly resource: string;
    /** Refused up to and including this second. */
    readonly startsAt: number | null;
    /** Refused from this second on. */
    readonly expiresAt: number;
  } | null;
  /** Null where no token is asked for, or none was there and none is required. */
  readonly claims: Claims | null;
  /** When the first of policy and claims ends, in seconds. */
  readonly expiresAt: number | null;
  /** The request without the pass: what the origin, and a cache before it, may see. */
  readonly forward: {
    readonly url: string;
    /** The `Cookie` header; null if nothing is left of it. */
    readonly cookie: string | null;
    /** The `Referer` header; null if there is none, or it is no URL. */
    readonly referer: string | null;
    /** The claim `ctx`, for the header `x-edgepass-context`. */
    readonly context: string | null;
  };
}

/** The request must not be answered. A viewer is told nothing of why. */
export type Denied = {
  readonly [C in Code]: {
    readonly decision: "deny";
    readonly stage: (typeof codes)[C]["stage"];
    readonly code: C;
    /** Null where CloudFront has no such check. */
    readonly cloudfront: CloudFrontError | null;
    /** What the code says of the request. */
    readonly meaning: string;
    /** What an operator should do. */
    readonly hint: string;
    /** Null where it cannot be told. */
    readonly credential: Credential | null;
  };
}[Code];

/** The answer to a request: `decision` has to be looked at before anything else is there. */
export type Verdict = Allowed | Denied;

/** Decides requests by one configuration. It remembers signatures that held. */
export interface Verifier {
  /**
   * Never throws because of a request: what is malformed is denied, and so is a request whose members
   * are not of the types above. Nothing is converted.
   *
   * @throws `TypeError` if the context has members of the wrong type
   */
  verify(request: VerifiableRequest, context?: Context): Promise<Verdict>;
}

/**
 * Makes a verifier, once for all requests.
 *
 * @throws {@link ConfigurationError} if the configuration is wrong
 */
export function createVerifier(configuration: Configuration): Promise<Verifier>;

/**
 * Verifies one request, where there are no further ones.
 *
 * @throws {@link ConfigurationError} if the configuration is wrong
 */
export function verify(
  request: VerifiableRequest,
  context: Context & { readonly configuration: Configuration },
): Promise<Verdict>;

/**
 * The request as the origin may see it: without the pass, in `Referer` either, without a viewer's own
 * `x-edgepass-` headers, without those that some origins obey in place of URL or method
 * (`X-Original-URL`, `X-HTTP-Method-Override` and their like), with the context of the claims.
 */
export function forwardRequest(request: Request, verdict: Allowed): Request;

/** A signed URL, or signed cookies as in a `Cookie` header. */
export type Inspectable =
  string | { readonly url?: string; readonly cookies?: string | readonly string[] };

/** What a credential says. Nothing of it is verified: anyone can have written it. */
export interface Inspection {
  readonly verified: false;
  /** Null if there is none that can be read. */
  readonly credential: (Credential & { readonly signatureBytes: number }) | null;
  readonly policy: {
    /** Null in a canned cookie, whose text contains a URL that only the viewer knows. */
    readonly text: string | null;
    readonly resource: string | null;
    readonly startsAt: number | null;
    readonly expiresAt: number | null;
    readonly network: string | null;
  } | null;
  readonly claims: {
    /** Null where it is not strict JSON. */
    readonly header: unknown;
    /** Null where it is not strict JSON. */
    readonly claims: unknown;
    readonly text: string | null;
    readonly signatureBytes: number | null;
  } | null;
  /** Why it could not be read further. */
  readonly fault: {
    readonly stage: Stage;
    readonly code: Code;
    readonly message: string;
    readonly hint: string;
    readonly cloudfront: CloudFrontError | null;
  } | null;
}

/** Takes a credential apart for people to look at; verifies nothing. */
export function inspect(credential: Inspectable): Promise<Inspection>;

/** A configuration, or evidence, that is not what it should be: the message names the member. */
export class ConfigurationError extends Error {
  readonly name: "ConfigurationError";
}
