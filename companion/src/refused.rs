//! Why no function is made of settings.

use core::fmt;

use policy::JoseAlgorithm;

use crate::limits::{MAX_FUNCTION_BYTES, MIN_STALE_SECONDS};

/// Why no function is made of settings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FunctionRefused {
    /// A claims key that is not for HS256.
    Algorithm {
        /// Its `kid`.
        id: String,
        /// Its algorithm.
        algorithm: JoseAlgorithm,
    },
    /// Claims are not looked at, so that the function would check nothing.
    ClaimsOff,
    /// A `[[key]]`.
    Key,
    /// A `kid` that JavaScript takes for something else.
    KeyId,
    /// A store without `max_lifetime_seconds`.
    NoLifetime,
    /// This program was built without the function.
    NotBuilt,
    /// A public path with a `?` between two `*`.
    PublicPath {
        /// As it is.
        path: String,
    },
    /// A secret that is not visible ASCII.
    Secret {
        /// The claims key.
        id: String,
    },
    /// `[revocation]`, whose state only a public key verifies.
    SignedState,
    /// `max_stale_seconds` of the store below [`MIN_STALE_SECONDS`].
    StaleTooSoon {
        /// As it is.
        seconds: u32,
    },
    /// `mode = "standalone"`.
    Standalone,
    /// A store where claims are not required.
    StoreWithoutClaims,
    /// More than [`MAX_FUNCTION_BYTES`].
    TooLarge {
        /// The length of the function.
        bytes: usize,
        /// The setting that takes most of it.
        member: &'static str,
        /// How much.
        of_it: usize,
    },
}

impl fmt::Display for FunctionRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { id, algorithm } => write!(
                f,
                "the claims key `{id}` is for {algorithm}, and a CloudFront Function verifies HS256 only; use a `secret_file`, or deploy to Lambda@Edge"
            ),
            Self::ClaimsOff => f.write_str(
                "`claims` is \"off\", so the function would check nothing; write \"required\"",
            ),
            Self::Key => f.write_str(
                "there is a `[[key]]`, and a CloudFront Function leaves CloudFront's signature to CloudFront; take it out, or deploy to Lambda@Edge",
            ),
            Self::KeyId => f.write_str(
                "the claims key `__proto__` has a name that JavaScript takes for something else; choose another `id`",
            ),
            Self::NoLifetime => f.write_str(
                "`[key_value_store]` needs `max_lifetime_seconds`: what is revoked stays in the store until no pass can be that old",
            ),
            Self::NotBuilt => f.write_str(
                "this program was built without the function; run `companion/build` in the checkout and build it again",
            ),
            Self::PublicPath { path } => write!(
                f,
                "`paths` of `[public]` has `{path}`, with a `?` between two `*`, which a CloudFront Function has no time to look for; write it with one `*`"
            ),
            Self::Secret { id } => write!(
                f,
                "the secret of the claims key `{id}` has bytes that are not visible ASCII, which a CloudFront Function may read otherwise; use what `openssl rand -base64 48` writes"
            ),
            Self::SignedState => f.write_str(
                "`[revocation]` names a signed state, which a CloudFront Function cannot verify; write `[key_value_store]` instead, or deploy to Lambda@Edge",
            ),
            Self::StaleTooSoon { seconds } => write!(
                f,
                "`max_stale_seconds` of `[key_value_store]` is `{seconds}`; write at least {MIN_STALE_SECONDS}, since each date costs a write"
            ),
            Self::Standalone => f.write_str(
                "`mode` is \"standalone\", and a CloudFront Function cannot verify CloudFront's signature; write \"native\" and give the behaviour a trusted key group, or deploy to Lambda@Edge",
            ),
            Self::StoreWithoutClaims => f.write_str(
                "`[key_value_store]` needs `claims = \"required\"`: a pass without claims cannot be revoked",
            ),
            Self::TooLarge { bytes, member, of_it } => write!(
                f,
                "the function has {bytes} bytes with these settings, and at most {MAX_FUNCTION_BYTES} are allowed; {member} takes {of_it} of them: shorten it, or leave it out"
            ),
        }
    }
}

impl core::error::Error for FunctionRefused {}
