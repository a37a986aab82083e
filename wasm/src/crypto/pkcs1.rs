//! EMSA-PKCS1-v1_5 (RFC 8017, 9.2): what an RSA signature is a power of.
//!
//! What is signed is rebuilt and compared as a whole, never parsed: leniency there is how signatures
//! are forged (Bleichenbacher, 2006).

use alloc::vec::Vec;

/// DigestInfo up to the digest (RFC 8017, 9.2, note 1).
const SHA1_INFO: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// The encoded message of a digest, as long as the modulus: 128 bytes or more.
pub(super) fn encoded_sha1(digest: &[u8; 20], modulus_bytes: usize) -> Vec<u8> {
    encoded(&SHA1_INFO, digest, modulus_bytes)
}

/// The encoded message of a digest, as long as the modulus: 128 bytes or more.
pub(super) fn encoded_sha256(digest: &[u8; 32], modulus_bytes: usize) -> Vec<u8> {
    encoded(&SHA256_INFO, digest, modulus_bytes)
}

fn encoded(info: &[u8], digest: &[u8], modulus_bytes: usize) -> Vec<u8> {
    let mut message = Vec::with_capacity(modulus_bytes);
    message.extend([0x00, 0x01]);
    // A modulus of 1024 bits or more leaves room for at least eight.
    message.resize(modulus_bytes.saturating_sub(1 + info.len() + digest.len()), 0xff);
    message.push(0x00);
    message.extend_from_slice(info);
    message.extend_from_slice(digest);
    message
}
