#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod conditions;
mod credential;
mod denied;
pub mod der;
mod encoding;
mod forwarding;
mod grant;
pub mod json;
mod key;
mod memory;
mod network;
mod request;
mod resource;
mod revocation;
mod signable;
mod signature;
mod state;
mod statement;
mod time;
mod trust;
mod url;
mod verify;

pub use credential::{
    Carrier, Credential, Field, MAX_COOKIE_BYTES, MAX_KEY_ID_BYTES, MAX_POLICY_BYTES,
    MAX_SIGNATURE_BYTES, Malformation,
};
pub use denied::{CloudFrontError, Code, Denied, Stage};
pub use encoding::{NotCloudFrontBase64, from_cloudfront_base64, to_cloudfront_base64};
pub use forwarding::{
    CLAIMS_NAME, OWN_HEADER_PREFIX, forwarded_cookies, forwarded_query, is_own_header,
};
pub use grant::{
    Grant, GrantRefused, MAX_SIGNED_COOKIE_BYTES, MAX_SIGNED_COOKIES_BYTES, Signed, Target,
    Unsigned,
};
pub use key::{
    KeyKind, KeyRefused, MAX_RSA_BITS, MIN_RSA_BITS, Material, PublicKey, ShortRsa, Thumbprint,
};
pub use memory::{Forgetful, Proof, RememberProofs};
pub use network::{Ipv4Network, NotAnIpv4Network};
pub use request::Request;
pub use resource::{
    MAX_SINGLE_WILDCARD_RUN, PatternFault, ResourcePattern, Section, wildcards_match,
};
pub use revocation::{
    NotRevoked, Revocable, Revocation, RevocationRefused, RevocationView, Standing, WhenUnknown,
};
pub use signable::{SignableFault, SignableUrl};
pub use signature::{
    Algorithm, Hash, InvalidSignature, MakeSignature, UnknownAlgorithm, VerifySignature,
};
pub use state::{
    Backend, Body, BodyDigest, BodyDraft, Delegation, Head, HeadDraft, KeyUse, ListedKey,
    MAX_BODY_BYTES, MAX_DELEGATION_BYTES, MAX_HEAD_BYTES, MAX_LISTED_KEYS, MAX_SECONDS_AHEAD,
    Minimum, Salt, SignedDelegation, Signer, SiteId, State, StatePart, StateRefused, StateTrust,
};
pub use statement::{Granted, Policy, PolicyFault};
pub use time::UnixTime;
pub use trust::{
    Authentic, BoxedKey, MAX_KEYS_WITHOUT_ID, TrustRefused, TrustedKey, TrustedKeys, check_key_id,
};
pub use url::{MAX_URL_BYTES, Part, Scheme, Url, UrlFault};
pub use verify::{Admitted, verify, verify_remembering};
