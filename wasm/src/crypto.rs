//! Signature verification in pure Rust, for hosts without synchronous crypto of their own.
//!
//! Everything in here is public: keys, messages, signatures. The arithmetic therefore takes
//! whatever time its input takes, and must not be used with private keys.

mod ecdsa;
mod montgomery;
mod p256;
mod rsa;

use core::fmt;

use policy::{Algorithm, InvalidSignature, KeyKind, Material, PublicKey, VerifySignature};

use self::ecdsa::EcdsaKey;
use self::rsa::RsaKey;

/// A public key with what its verifications have in common already computed.
///
/// A P-256 key builds its tables, 36 KB, when it first verifies.
pub struct PureKey {
    kind: KeyKind,
    numbers: Numbers,
}

enum Numbers {
    Ecdsa(EcdsaKey),
    Rsa(RsaKey),
}

impl PureKey {
    /// Checks the numbers of the key, which [`PublicKey`] has not looked at.
    pub fn new(key: &PublicKey) -> Result<Self, NumbersRefused> {
        let kind = key.kind();
        let numbers = match key.material() {
            Material::Rsa { modulus, exponent } => RsaKey::new(modulus, exponent).map(Numbers::Rsa),
            Material::P256 { point } => EcdsaKey::new(point).map(Numbers::Ecdsa),
        };
        numbers.map(|numbers| Self { kind, numbers }).ok_or(NumbersRefused { kind })
    }
}

impl VerifySignature for PureKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let hash = algorithm.hash();
        let valid = algorithm.fits(self.kind)
            && match &self.numbers {
                Numbers::Ecdsa(key) => key.verifies(hash, message, signature),
                Numbers::Rsa(key) => key.verifies(hash, message, signature),
            };
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }
}

impl fmt::Debug for PureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PureKey({})", self.kind)
    }
}

/// The public key has the right form, but its numbers are not those of a key: an even modulus, an
/// exponent that is even, 1 or beyond 33 bits, or a point that is not on the curve.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NumbersRefused {
    /// What the key claims to be.
    pub kind: KeyKind,
}

impl fmt::Display for NumbersRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the numbers inside this {} key cannot be those of a public key; export it again with `openssl pkey -in private.pem -pubout`",
            self.kind
        )
    }
}

impl core::error::Error for NumbersRefused {}
