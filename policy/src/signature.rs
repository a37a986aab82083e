//! Signature algorithms, and the two crypto operations that the shells supply.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::key::KeyKind;

/// How the signed text is digested: the value of `Hash-Algorithm`.
///
/// CloudFront assumes SHA-1 when the request does not say (AWS: "Create a URL signature").
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Hash {
    /// `SHA1`, also what an absent marker means.
    #[default]
    Sha1,
    /// `SHA256`, only with the marker.
    Sha256,
}

impl Hash {
    /// The value of the marker: `SHA1` or `SHA256`.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// Reads a marker. Case matters: AWS documents `SHA1` and `SHA256` only.
    pub fn from_marker(marker: &str) -> Option<Self> {
        match marker {
            "SHA1" => Some(Self::Sha1),
            "SHA256" => Some(Self::Sha256),
            _ => None,
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.marker())
    }
}

/// What a CloudFront signature is made with: a kind of key and a hash.
///
/// RSA is PKCS#1 v1.5 (RFC 8017, 8.2). ECDSA is on P-256, its signature the ASN.1 DER form
/// (RFC 3279, 2.2.3), not the fixed-width one of JOSE.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Algorithm {
    /// `RSA-SHA1`: what every AWS signer makes by default.
    RsaSha1,
    /// `RSA-SHA256`
    RsaSha256,
    /// `ECDSA-SHA1`
    EcdsaSha1,
    /// `ECDSA-SHA256`
    EcdsaSha256,
}

impl Algorithm {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::RsaSha1, Self::RsaSha256, Self::EcdsaSha1, Self::EcdsaSha256];

    /// The algorithm of a signature made by a key of this kind over a digest by this hash.
    pub const fn new(kind: KeyKind, hash: Hash) -> Self {
        match (kind, hash) {
            (KeyKind::Rsa { .. }, Hash::Sha1) => Self::RsaSha1,
            (KeyKind::Rsa { .. }, Hash::Sha256) => Self::RsaSha256,
            (KeyKind::P256, Hash::Sha1) => Self::EcdsaSha1,
            (KeyKind::P256, Hash::Sha256) => Self::EcdsaSha256,
        }
    }

    /// The hash that the request must name to select this algorithm.
    pub const fn hash(self) -> Hash {
        match self {
            Self::RsaSha1 | Self::EcdsaSha1 => Hash::Sha1,
            Self::RsaSha256 | Self::EcdsaSha256 => Hash::Sha256,
        }
    }

    /// Whether a key of this kind can make such a signature.
    pub const fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::RsaSha1 | Self::RsaSha256 => matches!(kind, KeyKind::Rsa { .. }),
            Self::EcdsaSha1 | Self::EcdsaSha256 => matches!(kind, KeyKind::P256),
        }
    }

    /// The name used in configuration: `RSA-SHA1`, `RSA-SHA256`, `ECDSA-SHA1`, `ECDSA-SHA256`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaSha1 => "RSA-SHA1",
            Self::RsaSha256 => "RSA-SHA256",
            Self::EcdsaSha1 => "ECDSA-SHA1",
            Self::EcdsaSha256 => "ECDSA-SHA256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No algorithm has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AlgorithmFault;

impl fmt::Display for AlgorithmFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("use one of RSA-SHA1, RSA-SHA256, ECDSA-SHA1, ECDSA-SHA256")
    }
}

impl core::error::Error for AlgorithmFault {}

impl FromStr for Algorithm {
    type Err = AlgorithmFault;

    fn from_str(name: &str) -> Result<Self, AlgorithmFault> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(AlgorithmFault)
    }
}

/// A public key that can check signatures: the one thing a verifying shell brings.
///
/// An implementation answers only for the algorithms that fit its key and refuses the others.
pub trait VerifySignature {
    /// Whether `signature` (bytes, already decoded) is this key's over `message`.
    ///
    /// There is no reason to tell one bad signature from another, so there is one error.
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature>;
}

/// A public key ready to verify.
pub type BoxedKey = Box<dyn VerifySignature + Send + Sync>;

/// The signature was not made by this key over this message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature was not made by this key over these bytes")
    }
}

impl core::error::Error for InvalidSignature {}

/// A private key that makes signatures on the spot. A key that answers over the network (KMS)
/// does not implement this: see [`crate::Unsigned`], whose two steps need no trait.
pub trait MakeSignature {
    /// What went wrong in the backend.
    type Error: core::error::Error;

    /// The kind of the key, which with the hash decides the algorithm.
    fn kind(&self) -> KeyKind;

    /// The raw signature bytes over `message` (ECDSA: DER).
    fn sign(&self, hash: Hash, message: &[u8]) -> Result<Vec<u8>, Self::Error>;
}
