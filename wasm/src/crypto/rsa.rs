//! RSASSA-PKCS1-v1_5 verification (RFC 8017, 8.2.2).

use alloc::vec;
use alloc::vec::Vec;

use policy::Hash;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::montgomery::Modulus;

/// The greatest exponent: the time of a verification grows with it, and 65537 is the usual one.
const MAX_EXPONENT_BITS: u32 = 33;

/// DigestInfo up to the digest (RFC 8017, 9.2, note 1).
const SHA1_INFO: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

pub(super) struct RsaKey {
    modulus: Modulus,
    modulus_bytes: usize,
    exponent: u64,
}

impl RsaKey {
    /// Both big-endian without leading zeros.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let exponent = match exponent.len() {
            0..=8 => exponent.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
            _ => return None,
        };
        if exponent < 3 || exponent % 2 == 0 || exponent >> MAX_EXPONENT_BITS != 0 {
            return None;
        }
        Some(Self { modulus: Modulus::new(modulus)?, modulus_bytes: modulus.len(), exponent })
    }

    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != self.modulus_bytes {
            return false;
        }
        let Some(signature) = self.modulus.number(signature) else { return false };
        let expected = encoded_message(hash, message, self.modulus_bytes);

        // An odd exponent has a last factor, which takes the power out of its Montgomery form.
        let base = self.modulus.to_montgomery(&signature);
        let power = self.modulus.power(&base, self.exponent - 1);
        self.modulus.number(&expected) == Some(self.modulus.multiply(&power, &signature))
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017, 9.2). What is signed is rebuilt and compared as a whole, never
/// parsed: leniency there is how signatures are forged (Bleichenbacher, 2006).
fn encoded_message(hash: Hash, message: &[u8], length: usize) -> Vec<u8> {
    let (info, digest): (&[u8], &[u8]) = match hash {
        Hash::Sha1 => (&SHA1_INFO, &Sha1::digest(message)),
        Hash::Sha256 => (&SHA256_INFO, &Sha256::digest(message)),
    };
    // A modulus of 1024 bits or more leaves room for at least eight.
    let padding = length.saturating_sub(3 + info.len() + digest.len());
    [&[0x00, 0x01], &*vec![0xff; padding], &[0x00], info, digest].concat()
}
