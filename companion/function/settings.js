// The settings. `edgepass bundle cloudfront-function` writes their values, as JSON, into the built file.

/** The viewers' scheme, which no event tells: `http` or `https`. */
export const scheme = EDGEPASS_SCHEME;

/** What a refusal does: `enforce`, `log` or `off`. */
export const enforcement = EDGEPASS_ENFORCEMENT;

/** Whether requests without a claims token are let through. */
export const isOptional = EDGEPASS_OPTIONAL;

/** The longest `exp - iat` of a token, in seconds; null if there is no limit. */
export const maxLifetime = EDGEPASS_MAX_LIFETIME;

/** How old the store may be, in seconds; null if there is none, and so revocation is not checked. */
export const maxStale = EDGEPASS_MAX_STALE;

/** The secrets of claims tokens, base64url by their `kid`. Where there is a store, it has them. */
export const bakedKeys = EDGEPASS_KEYS;

/** The paths that need no pass. */
export const publicPaths = EDGEPASS_PUBLIC_PATHS;

/** Where a person who opens a page without a pass is sent, or null. */
export const redirectTo = EDGEPASS_REDIRECT_TO;

/** The origins whose scripts may read refusals. */
export const corsOrigins = EDGEPASS_CORS_ORIGINS;

/** Whether refusals name their reason. */
export const exposesReason = EDGEPASS_EXPOSES_REASON;
