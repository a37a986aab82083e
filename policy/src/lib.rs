#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod backend;
mod base64;
mod carrier;
mod claims;
mod claims_key;
mod code;
mod denied;
pub mod der;
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
mod outline;
mod percent;
mod policy;
mod request;
mod resource;
mod secret;
mod shown;
mod signable;
mod signature;
mod split;
mod state;
mod time;
mod trust;
mod trusted_key;
mod url;
mod verify;
mod walk;

pub use backend::Backend;
pub use base64::{
    Base64Fault, from_base64, from_cloudfront_base64, to_base64, to_cloudfront_base64,
};
pub use carrier::{
    CLAIMS_NAME, Carrier, Field, MAX_COOKIE_BYTES, MAX_KEY_ID_BYTES, MAX_POLICY_BYTES,
    MAX_SIGNATURE_BYTES,
};
pub use claims::{
    Claims, ClaimsFault, ClaimsRefused, MAX_CLAIMS_BYTES, MAX_CONTEXT_BYTES, MAX_LIST_ENTRIES,
    MAX_SUBJECT_BYTES,
};
pub use claims_key::ClaimsKey;
pub use code::{CloudFrontError, Code, Stage};
pub use denied::Denied;
pub use forwarding::{forwarded_cookies, forwarded_query, forwarded_referer, is_removed_header};
pub use grant::{
    Grant, GrantRefused, MAX_SIGNED_COOKIE_BYTES, MAX_SIGNED_COOKIES_BYTES, Signed, Target,
    Unsigned,
};
pub use inspection::{Inspection, UnprovenPolicy, UnprovenToken, inspect, outline};
pub use issue::IssueRefused;
pub use jws::{CLAIMS_TYPE, JoseAlgorithm, JoseAlgorithmFault, MakeToken};
pub use key::{
    KeyKind, KeyRefused, MAX_RSA_BITS, MIN_RSA_BITS, Material, PublicKey, ShortRsa, Thumbprint,
};
pub use memory::{Forgetful, Proof, Proven, RememberProofs};
pub use network::{Ipv4Network, Ipv4NetworkFault, Ipv6Network, Network, NetworkFault};
pub use outline::Outline;
pub use policy::{Policy, PolicyFault};
pub use request::{Request, is_origin};
pub use resource::{
    MAX_SINGLE_WILDCARD_RUN, PatternFault, ResourcePattern, Section, wildcards_match,
};
pub use secret::{MIN_SECRET_BYTES, SecretRefused, check_secret};
pub use signable::{SignableFault, SignableUrl};
pub use signature::{
    Algorithm, AlgorithmFault, BoxedKey, Hash, InvalidSignature, MakeSignature, VerifySignature,
};
pub use state::standing::{Revocable, Revocation, Standing};
pub use state::{
    Body, BodyDigest, BodyDraft, DelegatedKey, Delegation, Head, HeadDraft, KeyUse, MAX_BODY_BYTES,
    MAX_DELEGATED_KEYS, MAX_DELEGATION_BYTES, MAX_HEAD_BYTES, MAX_SECONDS_AHEAD, Minimum, Salt,
    SignedDelegation, SiteId, State, StatePart, StateRefused, StateSigner, StateTrust,
    UnprovenHead,
};
pub use time::UnixTime;
pub use trust::{ClaimsNeed, ClaimsRules, ClaimsTrust, Deployment, Trust};
pub use trusted_key::{MAX_KEYS_WITHOUT_ID, TrustRefused, TrustedKey, TrustedKeys, check_key_id};
pub use url::{MAX_URL_BYTES, Part, Scheme, Url, UrlFault};
pub use verify::{Verdict, verify, verify_remembering};
pub use walk::claims::MAX_CLOCK_SKEW;
pub use walk::claims::refusals::{Mismatch, Unbound};
pub use walk::find::fault::FieldFault;
pub use walk::revocation::{Admitted, NotRevoked, RevocationView, WhenUnknown};
