//! RSASSA-PKCS1-v1_5 verification (RFC 8017, 8.2.2).

use policy::Hash;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::montgomery::Modulus;
use super::pkcs1;

pub(super) struct RsaKey {
    modulus: Modulus,
    modulus_bytes: usize,
    exponent: u64,
}

impl RsaKey {
    /// Both big-endian without leading zeros, the exponent one that `policy::PublicKey` takes.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let exponent = exponent.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        Some(Self { modulus: Modulus::new(modulus)?, modulus_bytes: modulus.len(), exponent })
    }

    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != self.modulus_bytes {
            return false;
        }
        let Some(signature) = self.modulus.number(signature) else { return false };
        let expected = match hash {
            Hash::Sha1 => pkcs1::encoded_sha1(&Sha1::digest(message).into(), self.modulus_bytes),
            Hash::Sha256 => {
                pkcs1::encoded_sha256(&Sha256::digest(message).into(), self.modulus_bytes)
            }
        };

        // An odd exponent has a last factor, which takes the power out of its Montgomery form.
        let base = self.modulus.to_montgomery(&signature);
        let power = self.modulus.power(&base, self.exponent - 1);
        self.modulus.number(&expected) == Some(self.modulus.multiply(&power, &signature))
    }
}
