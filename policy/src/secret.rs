//! What may be the secret of HS256.
//!
//! A public key that is taken for a secret lets everybody sign (RFC 8725, 2.1). Keys are pasted in many
//! forms, so bytes in which a key of any kind can be found are no secret.

use alloc::vec::Vec;
use core::fmt;

use crate::der::OBJECT_IDENTIFIER;

/// The least length of a secret, in bytes: that of its digest (RFC 7518, 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// The least number that is taken for an RSA modulus, in bytes: that of RSA-512.
const LEAST_MODULUS_BYTES: usize = 64;

/// What texts of keys hold and secrets do not: PEM (RFC 7468, 2), JWK (RFC 7517, 4.1), OpenSSH.
const WORDS: [&[u8]; 6] =
    [b"-----BEGIN", b"\"kty\"", b"ssh-rsa", b"ssh-ed25519", b"ssh-dss", b"ecdsa-sha2-"];

/// Whether bytes may be the secret of HS256: at least [`MIN_SECRET_BYTES`], and no key of any kind in
/// them. A key is found as PEM, JWK, a line of OpenSSH, or DER (SubjectPublicKeyInfo, PKCS #1,
/// PKCS #8, SEC 1, also within a certificate), each as it is or in hexadecimal, base64 or base64url,
/// with white space, text before it and text after it.
pub fn check_secret(secret: &[u8]) -> Result<(), SecretRefused> {
    let text = unescaped(secret);
    if holds_key(secret) || BASE64.reveals_key(&text) || HEXADECIMAL.reveals_key(&text) {
        return Err(SecretRefused::Key);
    }
    match secret.len() {
        MIN_SECRET_BYTES.. => Ok(()),
        bytes => Err(SecretRefused::Short { bytes }),
    }
}

/// Why bytes are no secret of HS256. No variant carries any part of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecretRefused {
    /// A key of another kind is in them.
    Key,
    /// Fewer than [`MIN_SECRET_BYTES`].
    Short {
        /// How many.
        bytes: usize,
    },
}

impl fmt::Display for SecretRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => write!(
                f,
                "a key of another kind stands where the secret of HS256 belongs, and with a public one everybody could sign; use at least {MIN_SECRET_BYTES} random bytes, such as `openssl rand -base64 48` writes"
            ),
            Self::Short { bytes } => write!(
                f,
                "the secret of HS256 has {bytes} bytes; at least {MIN_SECRET_BYTES} random ones are needed, such as `openssl rand -base64 48` writes"
            ),
        }
    }
}

impl core::error::Error for SecretRefused {}

/// With a blank for each line end that is written as in a JSON string: `\n` or `\r`.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, others @ ..] = rest {
        let (byte, next) = match others {
            [b'n' | b'r', others @ ..] if *first == b'\\' => (b' ', others),
            _ => (*first, others),
        };
        unescaped.push(byte);
        rest = next;
    }
    unescaped
}

/// A way of writing bytes as text.
struct Notation {
    bits: u32,
    /// In how many places of a run of digits a byte may begin.
    starts: u32,
    value: fn(u8) -> Option<u32>,
    is_skipped: fn(u8) -> bool,
}

/// All alphabets at once: plain, base64url and CloudFront's, whose `_` is padding, after which
/// nothing follows.
const BASE64: &Notation = &Notation {
    bits: 6,
    starts: 4,
    value: |byte| {
        let (first, least) = match byte {
            b'A'..=b'Z' => (b'A', 0),
            b'a'..=b'z' => (b'a', 26),
            b'0'..=b'9' => (b'0', 52),
            b'+' | b'-' => (byte, 62),
            b'/' | b'_' | b'~' => (byte, 63),
            _ => return None,
        };
        Some(u32::from(byte.wrapping_sub(first)) + least)
    },
    is_skipped: |byte| byte.is_ascii_whitespace(),
};

const HEXADECIMAL: &Notation = &Notation {
    bits: 4,
    starts: 2,
    value: |byte| char::from(byte).to_digit(16),
    is_skipped: |byte| byte.is_ascii_whitespace() || byte == b':',
};

impl Notation {
    /// Whether a run of digits stands for bytes that hold a key.
    fn reveals_key(&self, text: &[u8]) -> bool {
        let ends_run = |byte: &u8| (self.value)(*byte).is_none() && !(self.is_skipped)(*byte);
        text.split(ends_run).any(|run| {
            (0..self.starts).any(|start| {
                let digits = run.iter().filter_map(|byte| (self.value)(*byte));
                holds_key(&self.bytes(digits.skip(usize::try_from(start).unwrap_or(0))))
            })
        })
    }

    fn bytes(&self, digits: impl Iterator<Item = u32>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (mut held, mut bits) = (0_u32, 0);
        for digit in digits {
            held = held << self.bits | digit;
            bits += self.bits;
            if bits >= 8 {
                bits -= 8;
                bytes.extend(u8::try_from(held >> bits & 0xff));
            }
        }
        bytes
    }
}

/// Whether a key is written somewhere in these bytes, as text or as DER.
fn holds_key(bytes: &[u8]) -> bool {
    WORDS.iter().any(|word| bytes.windows(word.len()).any(|found| found == *word))
        || (0..bytes.len()).any(|at| is_key(bytes.get(at..).unwrap_or_default()))
}

/// Whether DER of a key begins here. It may be cut off, as by whoever takes its last byte for white
/// space.
fn is_key(der: &[u8]) -> bool {
    let Some((SEQUENCE, inside, _)) = value(der) else { return false };
    let Some((tag, first, rest)) = value(inside) else { return false };
    let next = value(rest).map(|(tag, contents, _)| (tag, contents));
    let names_algorithm = |contents| matches!(value(contents), Some((OBJECT_IDENTIFIER, _, _)));
    match (tag, first, next) {
        // SubjectPublicKeyInfo (RFC 5280, 4.1), EncryptedPrivateKeyInfo (RFC 5958, 3)
        (SEQUENCE, algorithm, Some((BIT_STRING | OCTET_STRING, _))) => names_algorithm(algorithm),
        // OneAsymmetricKey (RFC 5958, 2)
        (INTEGER, [_], Some((SEQUENCE, algorithm))) => names_algorithm(algorithm),
        // ECPrivateKey (RFC 5915, 3)
        (INTEGER, [1], Some((OCTET_STRING, _))) => true,
        // RSAPrivateKey (RFC 8017, A.1.2) and its like, RSAPublicKey (A.1.1)
        (INTEGER, [_], Some((INTEGER, number))) | (INTEGER, number, Some((INTEGER, _))) => {
            number.len() >= LEAST_MODULUS_BYTES
        }
        _ => false,
    }
}

/// The tag and the contents of a value, or as much of them as is there, and what follows it.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (length, rest) = match der {
        [_, length @ ..=0x7f, rest @ ..] => (usize::from(*length), rest),
        [_, 0x81, length, rest @ ..] => (usize::from(*length), rest),
        [_, 0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    let (contents, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    Some((*der.first()?, contents, after))
}
