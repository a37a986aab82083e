//! The public keys that credentials are verified with.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::carrier::MAX_KEY_ID_BYTES;
use crate::jws::JoseAlgorithm;
use crate::key::{KeyKind, PublicKey, Thumbprint};
use crate::secret::SecretRefused;
use crate::signature::{Algorithm, BoxedKey, Hash};

/// How many keys without an id may be trusted: each is tried in turn, and a CloudFront key group
/// holds five (AWS: "Quotas", "Public keys in a key group").
pub const MAX_KEYS_WITHOUT_ID: usize = 5;

/// A public key that the operator trusts, for the algorithms that the operator named.
pub struct TrustedKey {
    id: Option<String>,
    kind: KeyKind,
    pub(crate) thumbprint: Thumbprint,
    algorithms: Vec<Algorithm>,
    pub(crate) key: BoxedKey,
}

impl TrustedKey {
    /// Trusts `public_key` under a Key-Pair-Id, or under any if there is none, for `algorithms`.
    ///
    /// `thumbprint` is the SHA-256 of the key's SPKI and `key` its form in the shell's backend. The
    /// shell computes both, since this crate has no crypto.
    pub fn new(
        id: Option<&str>,
        public_key: &PublicKey,
        thumbprint: Thumbprint,
        algorithms: &[Algorithm],
        key: BoxedKey,
    ) -> Result<Self, TrustRefused> {
        let kind = public_key.kind();
        if let Some(id) = id {
            check_key_id(id)?;
        }
        if algorithms.is_empty() {
            return Err(TrustRefused::NoAlgorithm);
        }
        if let Some(&algorithm) = algorithms.iter().find(|algorithm| !algorithm.fits(kind)) {
            return Err(TrustRefused::OtherKind { algorithm, kind });
        }
        let algorithms = algorithms.to_vec();
        Ok(Self { id: id.map(ToString::to_string), kind, thumbprint, algorithms, key })
    }
}

impl TrustedKey {
    /// The algorithm that a request with this hash selects, if the operator allows it.
    pub(crate) fn algorithm(&self, hash: Hash) -> Option<Algorithm> {
        let algorithm = Algorithm::new(self.kind, hash);
        self.algorithms.contains(&algorithm).then_some(algorithm)
    }
}

/// Whether a text can be a Key-Pair-Id: ASCII letters, digits, `-` and `_`, at most
/// [`MAX_KEY_ID_BYTES`].
pub fn check_key_id(id: &str) -> Result<(), TrustRefused> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if id.trim_start().starts_with("-----BEGIN") {
        return Err(TrustRefused::PemAsKeyId);
    }
    if id.is_empty() || id.len() > MAX_KEY_ID_BYTES || !id.bytes().all(known) {
        return Err(TrustRefused::KeyId);
    }
    Ok(())
}

/// Why a key, or a set of them, cannot be trusted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TrustRefused {
    /// A claims key that is a CloudFront key too.
    KeyForBoth {
        /// Its `kid`.
        id: String,
    },
    /// Not what a Key-Pair-Id looks like.
    KeyId,
    /// Claims are checked, and no key is trusted for them.
    NoClaimsKey,
    /// No key at all.
    NoKey,
    /// No algorithm was named.
    NoAlgorithm,
    /// A JOSE algorithm of another kind of key.
    OtherClaimsKind {
        /// The algorithm named.
        algorithm: JoseAlgorithm,
        /// The kind of the key.
        kind: KeyKind,
    },
    /// An algorithm of another kind of key.
    OtherKind {
        /// The algorithm named.
        algorithm: Algorithm,
        /// The kind of the key.
        kind: KeyKind,
    },
    /// A PEM in place of the id of a key.
    PemAsKeyId,
    /// Two keys with one id.
    Repeated {
        /// The id.
        id: String,
    },
    /// Two claims keys with one `kid`.
    RepeatedClaimsKey {
        /// The `kid`.
        id: String,
    },
    /// The secret of a claims key.
    Secret {
        /// Its `kid`.
        id: String,
        /// Why it is none.
        refused: SecretRefused,
    },
    /// More than [`MAX_KEYS_WITHOUT_ID`].
    TooManyWithoutId,
}

impl fmt::Display for TrustRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyId => f.write_str(
                "a key id has up to 64 letters, digits, `-` and `_`; use the id that CloudFront gave the public key, such as `K2JCJMDEHXQW5F`",
            ),
            Self::KeyForBoth { id } => write!(
                f,
                "the claims key `{id}` is a CloudFront key too; make a key pair of its own for claims tokens"
            ),
            Self::NoClaimsKey => f.write_str(
                "claims tokens are checked and no key is trusted for them; name a claims key, or turn claims off",
            ),
            Self::OtherClaimsKind { algorithm, kind } => write!(
                f,
                "{algorithm} cannot be made with the key, which is {kind}; ES256 takes P-256, RS256 takes RSA, HS256 a secret"
            ),
            Self::RepeatedClaimsKey { id } => {
                write!(f, "two claims keys have the id `{id}`; a `kid` names one key")
            }
            Self::NoKey => f.write_str("no key is trusted; name at least one"),
            Self::NoAlgorithm => f.write_str(
                "no algorithm is allowed for the key; name one of RSA-SHA256, ECDSA-SHA256, RSA-SHA1, ECDSA-SHA1",
            ),
            Self::OtherKind { algorithm, kind } => {
                write!(f, "{algorithm} cannot be made with the key, which is {kind}")
            }
            Self::PemAsKeyId => f.write_str(
                "the key id is a PEM; use the id that CloudFront gave the public key, such as `K2JCJMDEHXQW5F`",
            ),
            Self::Repeated { id } => {
                write!(f, "two keys have the id `{id}`; CloudFront gives each its own")
            }
            Self::Secret { id, refused } => write!(f, "the claims key `{id}`: {refused}"),
            Self::TooManyWithoutId => write!(
                f,
                "more than {MAX_KEYS_WITHOUT_ID} keys have no id, and each would be tried; give them ids"
            ),
        }
    }
}

impl core::error::Error for TrustRefused {}

/// The keys trusted today. Key-Pair-Id, which nobody signs, only selects among them.
pub struct TrustedKeys {
    keys: Vec<TrustedKey>,
}

impl TrustedKeys {
    /// At least one key, no id twice, at most [`MAX_KEYS_WITHOUT_ID`] without one.
    pub fn new(keys: Vec<TrustedKey>) -> Result<Self, TrustRefused> {
        if keys.is_empty() {
            return Err(TrustRefused::NoKey);
        }
        if keys.iter().filter(|key| key.id.is_none()).count() > MAX_KEYS_WITHOUT_ID {
            return Err(TrustRefused::TooManyWithoutId);
        }
        let mut ids: Vec<&str> = Vec::new();
        for id in keys.iter().filter_map(|key| key.id.as_deref()) {
            if ids.contains(&id) {
                return Err(TrustRefused::Repeated { id: id.to_string() });
            }
            ids.push(id);
        }
        Ok(Self { keys })
    }

    /// None, where CloudFront alone checks credentials: see [`crate::Trust::new`].
    pub const fn none() -> Self {
        Self { keys: Vec::new() }
    }

    pub(crate) fn are_none(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key with this id; if there is none, the keys without an id.
    pub(crate) fn candidates(&self, id: &str) -> impl Iterator<Item = &TrustedKey> {
        let named = self.keys.iter().any(|key| key.id.as_deref() == Some(id));
        let wanted = named.then_some(id);
        self.keys.iter().filter(move |key| key.id.as_deref() == wanted)
    }

    /// Whether one of them is this key.
    pub(crate) fn contain(&self, thumbprint: Thumbprint) -> bool {
        self.keys.iter().any(|key| key.thumbprint == thumbprint)
    }
}
