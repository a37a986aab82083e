//! Which keys are trusted today, and the step that makes a credential authentic.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::denied::Denied;
use crate::jws::JoseAlgorithm;
use crate::key::{KeyKind, PublicKey, Thumbprint};
use crate::memory::{Proof, RememberProofs, Saying};
use crate::policy::SignedPolicy;
use crate::signature::{Algorithm, Hash, VerifySignature};
use crate::walk::claims::ClaimsTrust;
use crate::walk::find::{Credential, Decoded, MAX_KEY_ID_BYTES};

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

impl TrustedKey {
    /// The algorithm that a request with this hash selects, if the operator allows it.
    fn algorithm(&self, hash: Hash) -> Option<Algorithm> {
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
    /// The key itself where its id belongs.
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
    fn candidates(&self, id: &str) -> impl Iterator<Item = &TrustedKey> {
        let named = self.keys.iter().any(|key| key.id.as_deref() == Some(id));
        let wanted = named.then_some(id);
        self.keys.iter().filter(move |key| key.id.as_deref() == wanted)
    }
}

/// A credential whose signature holds. Only [`Credential::authenticate`] makes one.
pub struct Authentic<'r> {
    pub(crate) credential: Credential<'r>,
    pub(crate) thumbprint: Thumbprint,
    pub(crate) algorithm: Algorithm,
    pub(crate) text: AuthenticText,
}

/// The signed bytes, or what was read from them before.
pub(crate) enum AuthenticText {
    Known(Arc<SignedPolicy>),
    New {
        bytes: Vec<u8>,
        /// Their SHA-256, where claims are checked.
        digest: Option<[u8; 32]>,
    },
}

impl<'r> Credential<'r> {
    /// Checks the signature with the trusted key that the credential names.
    ///
    /// The operator binds algorithms to keys; the request's hash only selects among those. What
    /// `memory` recalls is not computed again, but trust is resolved first: a key that is no longer
    /// trusted, or no longer with this algorithm, is never asked for.
    pub fn authenticate(
        self,
        trust: &Trust,
        memory: &dyn RememberProofs,
    ) -> Result<Authentic<'r>, Denied> {
        if let Some((thumbprint, algorithm, policy)) = self.recalled(&trust.keys, memory) {
            let text = AuthenticText::Known(policy);
            return Ok(Authentic { credential: self, thumbprint, algorithm, text });
        }
        let (thumbprint, algorithm, text) = self.verified(trust)?;
        Ok(Authentic { credential: self, thumbprint, algorithm, text })
    }

    fn recalled(
        &self,
        trust: &TrustedKeys,
        memory: &dyn RememberProofs,
    ) -> Option<(Thumbprint, Algorithm, Arc<SignedPolicy>)> {
        trust.candidates(&self.key_id).find_map(|trusted| {
            let algorithm = trusted.algorithm(self.hash)?;
            match memory.recall(&self.proof(trusted.thumbprint, algorithm))?.0 {
                Saying::Policy(policy) => Some((trusted.thumbprint, algorithm, policy)),
                Saying::Claims(_) => None,
            }
        })
    }

    fn verified(&self, trust: &Trust) -> Result<(Thumbprint, Algorithm, AuthenticText), Denied> {
        let Decoded { text: bytes, signature } = self.decoded()?;
        let digest = trust.claims.digest(&bytes);
        let key_id = || self.key_id.to_string();
        let mut refused = None;
        for trusted in trust.keys.candidates(&self.key_id) {
            match trusted.algorithm(self.hash) {
                Some(algorithm) => {
                    let key = &trusted.key;
                    let verified = match &digest {
                        Some(sha256) => key.verify_digested(algorithm, &bytes, sha256, &signature),
                        None => key.verify(algorithm, &bytes, &signature),
                    };
                    if verified.is_ok() {
                        let text = AuthenticText::New { bytes, digest };
                        return Ok((trusted.thumbprint, algorithm, text));
                    }
                    refused = Some(Denied::SignatureInvalid { key_id: key_id(), algorithm });
                }
                None if refused.is_none() => {
                    let hash = self.hash;
                    refused = Some(Denied::AlgorithmNotAllowed { key_id: key_id(), hash });
                }
                None => {}
            }
        }
        Err(refused.unwrap_or_else(|| Denied::UnknownKey { key_id: key_id() }))
    }

    /// What a memory knows its signature by.
    pub(crate) fn proof(&self, thumbprint: Thumbprint, algorithm: Algorithm) -> Proof<'_> {
        let (message, signature) = (self.text.as_received(), self.signature.as_bytes());
        Proof { thumbprint, algorithm: algorithm.name(), message, signature }
    }
}

/// Everything that a verifier trusts.
pub struct Trust {
    pub(crate) deployment: Deployment,
    pub(crate) keys: TrustedKeys,
    pub(crate) claims: ClaimsTrust,
}

impl Trust {
    /// The keys of CloudFront credentials, and what is asked of claims tokens. No key may be
    /// trusted for both, nor two claims keys have one id.
    pub fn new(
        deployment: Deployment,
        keys: TrustedKeys,
        claims: ClaimsTrust,
    ) -> Result<Self, TrustRefused> {
        if let ClaimsTrust::Checked(rules) = &claims {
            if rules.keys.is_empty() {
                return Err(TrustRefused::NoClaimsKey);
            }
            for (index, key) in rules.keys.iter().enumerate() {
                let id = || key.id().to_string();
                if rules.keys.iter().skip(index + 1).any(|other| other.id() == key.id()) {
                    return Err(TrustRefused::RepeatedClaimsKey { id: id() });
                }
                if keys.keys.iter().any(|other| other.thumbprint == key.thumbprint()) {
                    return Err(TrustRefused::KeyForBoth { id: id() });
                }
            }
        }
        Ok(Self { deployment, keys, claims })
    }

    /// CloudFront credentials alone, by a verifier that does everything.
    pub fn in_credentials(keys: TrustedKeys) -> Self {
        Self { deployment: Deployment::Standalone, keys, claims: ClaimsTrust::Off }
    }
}

/// What has checked a request before the verifier sees it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Deployment {
    /// CloudFront's trusted key groups: its own yes came first, and the credential may be gone.
    Native,
    /// Nobody: the verifier does everything.
    #[default]
    Standalone,
}

impl Deployment {
    /// As `edge.toml` has it: `native` or `standalone`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Standalone => "standalone",
        }
    }

    /// Reads a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Native, Self::Standalone].into_iter().find(|one| one.name() == name)
    }
}
