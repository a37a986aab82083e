//! Signature verification in pure Rust, for hosts without synchronous crypto of their own.
//!
//! Everything in here is public: keys, messages, signatures. The arithmetic therefore takes
//! whatever time its input takes, and must not be used with private keys.

mod ecdsa;
mod montgomery;
mod p256;
mod pkcs1;
mod rsa;

use core::fmt;

use policy::{
    Algorithm, InvalidSignature, KeyKind, KeyRefused, Material, PublicKey, VerifySignature,
};

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
    /// Checks what [`PublicKey`] has not: that the point lies on the curve.
    pub fn new(key: &PublicKey) -> Result<Self, KeyRefused> {
        let kind = key.kind();
        let numbers = match key.material() {
            Material::Rsa { modulus, exponent } => RsaKey::new(modulus, exponent).map(Numbers::Rsa),
            Material::P256 { point } => EcdsaKey::new(point).map(Numbers::Ecdsa),
        };
        numbers.map(|numbers| Self { kind, numbers }).ok_or(KeyRefused::Numbers { kind })
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
