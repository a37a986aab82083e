//! The candidate: a new key pair, named and written as the secret keeps it.

use aws_lc::sha256;
use policy::json::object;
use policy::{Algorithm, Hash, PublicKey};
use zeroize::Zeroizing;

use super::inventory::name_prefix;
use crate::key::{GenerationFailed, KeySpec, PrivateKey, public_key_pem};
use crate::source::{KeptKey, KmsKeyArn};

/// Bytes of the thumbprint in a name, which CloudFront limits to 128 characters.
const NAME_BYTES: usize = 16;

/// A key pair that nobody has seen yet.
pub(super) struct Candidate {
    private: KeptKey,
    public: PublicKey,
    hash: Hash,
}

impl Candidate {
    /// Makes a key pair that signs with this algorithm.
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, GenerationFailed> {
        let (key, pem) = PrivateKey::generate(KeySpec::of(algorithm))?;
        let (private, public) = (KeptKey::Text(pem), key.public_key().clone());
        Ok(Self { private, public, hash: algorithm.hash() })
    }

    /// One whose private half is in KMS.
    pub(super) const fn in_kms(key: KmsKeyArn, public: PublicKey) -> Self {
        Self { private: KeptKey::Kms(key), public, hash: Hash::Sha256 }
    }

    /// What CloudFront shows people, and knows the request by: the group, and a part of the
    /// key's thumbprint.
    pub(super) fn name(&self, group: &str) -> String {
        let sum = sha256(self.public.spki_der());
        let digits = sum.iter().take(NAME_BYTES).map(|byte| format!("{byte:02x}"));
        name_prefix(group) + &digits.collect::<String>()
    }

    /// The public half.
    pub(super) fn public_pem(&self) -> String {
        public_key_pem(&self.public)
    }

    /// What the secret holds: [`crate::source::KeyText`] reads it.
    pub(super) fn stored(&self, key_id: &str) -> Zeroizing<String> {
        let hash = match self.hash {
            Hash::Sha1 => "sha1",
            Hash::Sha256 => "sha256",
        };
        Zeroizing::new(object(|members| {
            members.string("key_id", key_id);
            match &self.private {
                KeptKey::Kms(key) => members.string("kms_key", key.as_str()),
                KeptKey::Text(pem) => members.string("private_key", pem),
            };
            members.string("hash", hash);
        }))
    }
}
