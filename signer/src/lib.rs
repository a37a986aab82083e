#![doc = include_str!("../README.md")]

mod clock;
mod interface;
mod key;
pub mod log;
mod revocation;
pub mod rotation;
pub mod source;

pub use clock::Clock;
pub use interface::cookies::SESSION_COOKIE;
pub use interface::edge_claims::{EdgeClaims, UnknownEdgeClaims};
pub use interface::event::event_response;
pub use interface::grants::{
    Grants, GrantsFault, GrantsRefused, Lifetime, NotALifetime, TemplateFault,
};
pub use interface::identity::{
    Identity, IdentityRefused, TokenUnknown, Unread, UnreadClaim, VerifiedToken, Viewer,
};
pub use interface::origin::NotAnOrigin;
pub use interface::outcome::{Change, Issued, Outcome};
pub use interface::placement::{CookieDomain, PlacementFault};
pub use interface::problem::Cause;
pub use interface::request::{MAX_BODY_BYTES, Request};
#[cfg(feature = "lambda")]
pub use interface::session_function::SessionFunction;
pub use interface::urls::MAX_URLS;
pub use interface::{Answer, Interface};
pub use key::policy_key::{Capacity, PolicySignature, SignPolicy, SignatureUnavailable};
pub use key::ring::{CurrentKeys, FixedKeys, KeyRing, KeysUnavailable, SigningKeys};
pub use key::site_secret::{MIN_SITE_SECRET_BYTES, SiteSecret, SiteSecretRefused};
pub use key::{
    GenerationFailed, KeySpec, NamedTokenKey, PrivateKey, PrivateKeyRefused, SigningFailed,
    TokenKey, TokenKeyRefused, public_key_pem,
};
pub use revocation::Revocation;
#[cfg(feature = "aws")]
pub use revocation::publish::S3Destination;
pub use revocation::publish::{
    Destination, DestinationAnswer, DestinationUnavailable, FolderDestination, GRACE_SECONDS,
    Mandate, MandateRefused, Publication, PublishFailed, Published, PublishedBody, Publisher,
    Replaced, Version,
};
pub use revocation::publisher_function::PublisherFunction;
#[cfg(feature = "aws")]
pub use revocation::store::DynamoDbStore;
pub use revocation::store::{
    CUT_OFF_MARGIN, Cursor, Entry, FileStore, LONGEST_LIFETIME, MemoryStore, NotAScope, Page,
    Retention, Scope, Standing, Store, StoreAnswer, StoreUnavailable, prune,
};
#[cfg(feature = "lambda")]
pub use rotation::rotation_function::RotationFunction;
