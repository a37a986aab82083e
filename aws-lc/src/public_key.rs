//! Public keys as people have them: PEM, and the other forms that `key-encoding` reads.

use core::fmt;

use key_encoding::KeyFault;
use policy::{KeyRefused, PublicKey, ShortRsa};

/// Reads the one public key in a text, in any form that [`key_encoding::public_key`] reads.
/// CloudFront itself takes `-----BEGIN PUBLIC KEY-----` only (RFC 7468, 13).
pub fn public_key_from_text(
    text: &str,
    short_rsa: ShortRsa,
) -> Result<PublicKey, PublicKeyRefused> {
    let key = key_encoding::public_key(text.as_bytes()).map_err(PublicKeyRefused::Fault)?;
    PublicKey::from_spki_der(&key.der, short_rsa).map_err(PublicKeyRefused::Unfit)
}

/// Why a text is no public key to trust. No variant carries any part of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PublicKeyRefused {
    /// There is not exactly one public key in it.
    Fault(KeyFault),
    /// There is one, and CloudFront does not take such keys.
    Unfit(KeyRefused),
}

impl fmt::Display for PublicKeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Unfit(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for PublicKeyRefused {}
