//! HMAC (RFC 2104) with the SHA-256 of the shell, for HS256, the one token algorithm without a
//! public key.

use alloc::vec::Vec;

/// The block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// The MAC of `message` under `secret`.
pub(crate) fn hmac(sha256: fn(&[u8]) -> [u8; 32], secret: &[u8], message: &[u8]) -> [u8; 32] {
    let hashed = sha256(secret);
    let secret = if secret.len() > BLOCK { &hashed } else { secret };
    let padded = |pad: u8, message: &[u8]| {
        let filled = secret.iter().copied().chain(core::iter::repeat(0)).take(BLOCK);
        let mut text: Vec<u8> = Vec::with_capacity(BLOCK.saturating_add(message.len()));
        text.extend(filled.map(|byte| byte ^ pad));
        text.extend(message);
        sha256(&text)
    };
    padded(0x5c, &padded(0x36, message))
}

/// Compares two MACs in constant time.
pub(crate) fn is_same(expected: &[u8; 32], found: &[u8]) -> bool {
    let differences = expected.iter().zip(found).fold(0, |all, (one, other)| all | (one ^ other));
    // Keeps the optimiser from stopping at the first difference.
    found.len() == expected.len() && core::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn sha256(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    /// Test cases 1, 2, 3, 6 and 7 of RFC 4231.
    #[test]
    fn the_vectors_of_rfc_4231() {
        let cases: [(&[u8], &[u8], &str); 5] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
            (&[0xaa; 131], b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.", "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (secret, message, expected) in cases {
            let mac = hmac(sha256, secret, message);
            let hex: alloc::string::String =
                mac.iter().map(|byte| alloc::format!("{byte:02x}")).collect();
            assert_eq!(hex, expected);
            assert!(is_same(&mac, &mac));
            for (at, _) in mac.iter().enumerate() {
                let mut other = mac;
                if let Some(byte) = other.get_mut(at) {
                    *byte ^= 1;
                }
                assert!(!is_same(&mac, &other));
            }
            assert!(!is_same(&mac, mac.get(..31).unwrap_or_default()));
            assert!(!is_same(&mac, &[]));
        }
    }
}
