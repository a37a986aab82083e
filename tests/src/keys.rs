//! The throwaway key pairs of the corpus, and signatures that come out the same every time.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{DerSignature, Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey;
use policy::{Hash, MakeSignature, ShortRsa};
use signer::PrivateKey;

/// A key pair in `tests/vectors/keys`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TestKey {
    /// ECDSA on P-256.
    P256,
    /// Another on P-256.
    P256Other,
    /// RSA of 2048 bits.
    Rsa,
    /// RSA of 2048 bits whose public exponent is 3.
    RsaExponent3,
    /// Another RSA of 2048 bits.
    RsaOther,
}

impl TestKey {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::P256, Self::P256Other, Self::Rsa, Self::RsaExponent3, Self::RsaOther];

    /// The Key-Pair-Id that the corpus uses for it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::P256 => "K1P256EXAMPLE",
            Self::P256Other => "K2P256EXAMPLE",
            Self::Rsa => "K1RSAEXAMPLE",
            Self::RsaExponent3 => "K3RSAEXAMPLE",
            Self::RsaOther => "K2RSAEXAMPLE",
        }
    }

    /// The file that holds its public half.
    pub const fn public_file(self) -> &'static str {
        match self {
            Self::P256 => "p256.public.pem",
            Self::P256Other => "p256-other.public.pem",
            Self::Rsa => "rsa.public.pem",
            Self::RsaExponent3 => "rsa-e3.public.pem",
            Self::RsaOther => "rsa-other.public.pem",
        }
    }

    /// The content of [`TestKey::public_file`].
    pub const fn public_pem(self) -> &'static str {
        match self {
            Self::P256 => include_str!("../vectors/keys/p256.public.pem"),
            Self::P256Other => include_str!("../vectors/keys/p256-other.public.pem"),
            Self::Rsa => include_str!("../vectors/keys/rsa.public.pem"),
            Self::RsaExponent3 => include_str!("../vectors/keys/rsa-e3.public.pem"),
            Self::RsaOther => include_str!("../vectors/keys/rsa-other.public.pem"),
        }
    }

    /// The private half.
    pub const fn private_pem(self) -> &'static str {
        match self {
            Self::P256 => include_str!("../vectors/keys/p256.private.pem"),
            Self::P256Other => include_str!("../vectors/keys/p256-other.private.pem"),
            Self::Rsa => include_str!("../vectors/keys/rsa.private.pem"),
            Self::RsaExponent3 => include_str!("../vectors/keys/rsa-e3.private.pem"),
            Self::RsaOther => include_str!("../vectors/keys/rsa-other.private.pem"),
        }
    }

    /// The key of this public file.
    pub fn of_public_file(file: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.public_file() == file)
    }

    /// Parsed for signing as the product signs.
    pub fn private(self) -> PrivateKey {
        PrivateKey::from_pem(self.private_pem(), None, ShortRsa::Refuse).unwrap()
    }

    /// A signature that depends on nothing but its arguments: PKCS#1 v1.5 always does, and ECDSA
    /// does with the nonce of RFC 6979.
    pub fn sign(self, hash: Hash, message: &[u8]) -> Vec<u8> {
        static RSA: LazyLock<PrivateKey> = LazyLock::new(|| TestKey::Rsa.private());
        static RSA_EXPONENT_3: LazyLock<PrivateKey> =
            LazyLock::new(|| TestKey::RsaExponent3.private());
        static RSA_OTHER: LazyLock<PrivateKey> = LazyLock::new(|| TestKey::RsaOther.private());
        match self {
            Self::Rsa => RSA.sign(hash, message).unwrap(),
            Self::RsaExponent3 => RSA_EXPONENT_3.sign(hash, message).unwrap(),
            Self::RsaOther => RSA_OTHER.sign(hash, message).unwrap(),
            Self::P256 | Self::P256Other => {
                DerSignature::from(self.sign_ecdsa(hash, message)).as_bytes().to_vec()
            }
        }
    }

    /// The same as JOSE writes it (RFC 7518, 3.3 and 3.4): for ECDSA r and s, 32 bytes each.
    pub fn sign_jose(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa | Self::RsaExponent3 | Self::RsaOther => self.sign(Hash::Sha256, message),
            Self::P256 | Self::P256Other => {
                self.sign_ecdsa(Hash::Sha256, message).to_bytes().to_vec()
            }
        }
    }

    fn sign_ecdsa(self, hash: Hash, message: &[u8]) -> Signature {
        let key = SigningKey::from_pkcs8_pem(self.private_pem()).unwrap();
        let algorithm = match hash {
            Hash::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &SHA256,
        };
        key.sign_prehash(digest(algorithm, message).as_ref()).unwrap()
    }
}
