#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod backend;
pub mod base64;
mod claims;
mod code;
mod denied;
pub mod der;
mod encoding;
mod forwarding;
mod grant;
mod hmac;
mod inspection;
mod issue;
pub mod json;
mod jws;
mod key;
mod memory;
mod network;
pub mod pieces;
mod policy;
mod request;
mod resource;
mod signable;
mod signature;
mod state;
mod time;
mod trust;
mod url;
mod verify;
mod walk;

pub use backend::Backend;
pub use claims::{
    Claims, ClaimsFault, ClaimsRefused, MAX_CLAIMS_BYTES, MAX_CONTEXT_BYTES, MAX_LIST_ENTRIES,
    MAX_SUBJECT_BYTES,
};
pub use code::{CloudFrontError, Code, Stage};
pub use denied::Denied;
pub use encoding::{NotCloudFrontBase64, from_cloudfront_base64, to_cloudfront_base64};
pub use forwarding::{
    CLAIMS_NAME, OWN_HEADER_PREFIX, forwarded_cookies, forwarded_query, is_own_header,
};
pub use grant::{
    Grant, GrantRefused, MAX_SIGNED_COOKIE_BYTES, MAX_SIGNED_COOKIES_BYTES, Signed, Target,
    Unsigned,
};
pub use inspection::UnprovenToken;
pub use issue::IssueRefused;
pub use jws::{CLAIMS_TYPE, ClaimsKey, JoseAlgorithm, MakeToken, UnknownJoseAlgorithm};
pub use key::{
    KeyKind, KeyRefused, MAX_RSA_BITS, MIN_RSA_BITS, Material, PublicKey, ShortRsa, Thumbprint,
};
pub use memory::{Forgetful, Proof, Proven, RememberProofs};
pub use network::{Ipv4Network, Ipv6Network, Network, NotANetwork, NotAnIpv4Network};
pub use policy::{Granted, Policy, PolicyFault};
pub use request::{Request, is_origin};
pub use resource::{
    MAX_SINGLE_WILDCARD_RUN, PatternFault, ResourcePattern, Section, wildcards_match,
};
pub use signable::{SignableFault, SignableUrl};
pub use signature::{
    Algorithm, Hash, InvalidSignature, MakeSignature, UnknownAlgorithm, VerifySignature,
};
pub use state::{
    Body, BodyDigest, BodyDraft, Delegation, Head, HeadDraft, KeyUse, ListedKey, MAX_BODY_BYTES,
    MAX_DELEGATION_BYTES, MAX_HEAD_BYTES, MAX_LISTED_KEYS, MAX_SECONDS_AHEAD, Minimum, Salt,
    SignedDelegation, Signer, SiteId, State, StatePart, StateRefused, StateTrust, UnprovenHead,
};
pub use time::UnixTime;
pub use trust::{
    Authentic, BoxedKey, Deployment, MAX_KEYS_WITHOUT_ID, Trust, TrustRefused, TrustedKey,
    TrustedKeys, check_key_id,
};
pub use url::{MAX_URL_BYTES, Part, Scheme, Url, UrlFault};
pub use verify::{Admitted, verify, verify_remembering};
pub use walk::claims::{
    Claimed, ClaimsNeed, ClaimsRules, ClaimsTrust, MAX_CLOCK_SKEW, Mismatch, Unbound,
};
pub use walk::conditions::Permitted;
pub use walk::find::{
    Carrier, Credential, Field, MAX_COOKIE_BYTES, MAX_KEY_ID_BYTES, MAX_POLICY_BYTES,
    MAX_SIGNATURE_BYTES, Malformation,
};
pub use walk::revocation::{
    NotRevoked, Revocable, Revocation, RevocationView, Standing, WhenUnknown,
};
