//! Which keys are trusted today, and the step that makes a credential authentic.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::credential::{Carrier, Credential, MAX_KEY_ID_BYTES, SignedText};
use crate::denied::Denied;
use crate::key::{KeyKind, PublicKey, Thumbprint};
use crate::memory::{Proof, RememberProofs};
use crate::signature::{Algorithm, VerifySignature};

/// How many keys without an id may be trusted: each is tried in turn, and a CloudFront key group
/// holds five (AWS: "Quotas", "Public keys in a key group").
pub const MAX_KEYS_WITHOUT_ID: usize = 5;

/// A public key ready to verify.
pub type BoxedKey = Box<dyn VerifySignature + Send + Sync>;

/// A public key that the operator trusts, for the algorithms that the operator named.
pub struct TrustedKey {
    id: Option<String>,
    kind: KeyKind,
    thumbprint: Thumbprint,
    algorithms: Vec<Algorithm>,
    key: BoxedKey,
}

impl TrustedKey {
    /// Trusts `public_key` under a Key-Pair-Id, or under any if there is none, for `algorithms`.
    ///
    /// `thumbprint` is the SHA-256 of the key's SPKI and `key` its form in the shell's backend:
    /// both the shell's to compute, since this crate holds no crypto.
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
    /// Not what a Key-Pair-Id looks like.
    KeyId,
    /// No key at all.
    NoKey,
    /// No algorithm was named.
    NoAlgorithm,
    /// An algorithm of another kind of key.
    OtherKind {
        /// The algorithm named.
        algorithm: Algorithm,
        /// The kind of the key.
        kind: KeyKind,
    },
    /// The key itself where its id belongs.
    PemAsKeyId,
    /// Two keys with one id.
    Repeated {
        /// The id.
        id: String,
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

    /// The key of this id, else those that answer for any.
    fn candidates(&self, id: &str) -> impl Iterator<Item = &TrustedKey> + Clone {
        let named = self.keys.iter().any(|key| key.id.as_deref() == Some(id));
        let wanted = named.then_some(id);
        self.keys.iter().filter(move |key| key.id.as_deref() == wanted)
    }
}

/// A credential whose signature holds. Only [`Credential::authenticate`] makes one.
pub struct Authentic {
    pub(crate) carrier: Carrier,
    pub(crate) text: SignedText,
    pub(crate) thumbprint: Thumbprint,
}

impl Credential<'_> {
    /// Checks the signature with the trusted key that the credential names.
    ///
    /// The operator binds algorithms to keys; the request's hash only selects among those. What
    /// `memory` recalls is not computed again, but trust is resolved first: a key that is no longer
    /// trusted, or no longer with this algorithm, is never asked for.
    pub fn authenticate(
        self,
        trust: &TrustedKeys,
        memory: &dyn RememberProofs,
    ) -> Result<Authentic, Denied> {
        let key_id = || self.key_id.to_string();
        let mut candidates = trust.candidates(&self.key_id).peekable();
        if candidates.peek().is_none() {
            return Err(Denied::UnknownKey { key_id: key_id() });
        }
        let mut tried = None;
        for trusted in candidates {
            let algorithm = Algorithm::new(trusted.kind, self.hash);
            if !trusted.algorithms.contains(&algorithm) {
                continue;
            }
            if self.is_proven(trusted, algorithm, memory) {
                let thumbprint = trusted.thumbprint;
                return Ok(Authentic { carrier: self.carrier, text: self.text, thumbprint });
            }
            tried = Some(algorithm);
        }
        Err(match tried {
            Some(algorithm) => Denied::SignatureInvalid { key_id: key_id(), algorithm },
            None => Denied::AlgorithmNotAllowed { key_id: key_id(), hash: self.hash },
        })
    }

    fn is_proven(
        &self,
        trusted: &TrustedKey,
        algorithm: Algorithm,
        memory: &dyn RememberProofs,
    ) -> bool {
        let message = self.unproven_text();
        let signature = &self.signature;
        let proof = Proof { thumbprint: trusted.thumbprint, algorithm, message, signature };
        if memory.recalls(&proof) {
            return true;
        }
        let proven = trusted.key.verify(algorithm, message, signature).is_ok();
        if proven {
            memory.remember(&proof);
        }
        proven
    }
}
