#![doc = include_str!("../README.md")]

mod allowance;
mod caller;
mod clock;
mod cookies;
mod cors;
mod edge_claims;
mod event;
#[cfg(feature = "lambda")]
mod function;
mod grants;
mod idempotency;
mod identity;
mod interface;
mod key;
mod keys;
pub mod log;
mod metrics;
mod origin;
mod outcome;
mod pass;
mod placement;
mod policy_key;
mod problem;
mod publish;
mod publisher_function;
mod request;
mod revocation;
mod revocations;
pub mod rotation;
#[cfg(feature = "lambda")]
mod rotation_function;
mod session;
mod signatures;
mod site_secret;
pub mod source;
mod store;
mod urls;

pub use cookies::SESSION_COOKIE;
pub use edge_claims::{EdgeClaims, UnknownEdgeClaims};
pub use event::event_response;
#[cfg(feature = "lambda")]
pub use function::SessionFunction;
pub use grants::{Grants, GrantsFault, GrantsRefused, Lifetime, NotALifetime, TemplateFault};
pub use identity::{
    Identity, IdentityRefused, TokenUnknown, Unread, UnreadClaim, VerifiedToken, Viewer,
};
pub use interface::{Answer, Clock, Interface};
pub use key::{
    GenerationFailed, KeySpec, NamedTokenKey, PrivateKey, PrivateKeyRefused, SigningFailed,
    TokenKey, TokenKeyRefused, public_key_pem,
};
pub use keys::{CurrentKeys, FixedKeys, KeyRing, KeysUnavailable, SigningKeys};
pub use origin::NotAnOrigin;
pub use outcome::{Change, Issued, Outcome};
pub use placement::{CookieDomain, PlacementFault};
pub use policy_key::{Capacity, PolicySignature, SignPolicy, SignatureUnavailable};
pub use problem::Cause;
#[cfg(feature = "aws")]
pub use publish::S3Destination;
pub use publish::{
    Destination, DestinationAnswer, DestinationUnavailable, FolderDestination, GRACE_SECONDS,
    Mandate, MandateRefused, Publication, PublishFailed, Published, PublishedBody, Publisher,
    Replaced, Version,
};
pub use publisher_function::PublisherFunction;
pub use request::{MAX_BODY_BYTES, Request};
pub use revocation::Revocation;
#[cfg(feature = "lambda")]
pub use rotation_function::RotationFunction;
pub use site_secret::{MIN_SITE_SECRET_BYTES, SiteSecret, SiteSecretRefused};
#[cfg(feature = "aws")]
pub use store::DynamoDbStore;
pub use store::{
    CUT_OFF_MARGIN, Cursor, Entry, FileStore, LONGEST_LIFETIME, MemoryStore, NotAScope, Page,
    Retention, Scope, Standing, Store, StoreAnswer, StoreUnavailable, prune,
};
pub use urls::MAX_URLS;
