//! The MAC of HS256: HMAC (RFC 2104) with SHA-256.

use hmac::{Hmac, KeyInit, Mac};
use policy::{InvalidSignature, VerifyMac};
use sha2::Sha256;

/// A secret in the form in which HMAC begins with it.
#[derive(Debug)]
pub struct PureMac {
    /// HMAC takes any length, so it is there; were it not, nothing would verify.
    begun: Option<Hmac<Sha256>>,
}

impl PureMac {
    /// Takes a secret.
    pub fn new(secret: &[u8]) -> Self {
        Self { begun: Hmac::new_from_slice(secret).ok() }
    }
}

impl VerifyMac for PureMac {
    fn verify(&self, message: &[u8], mac: &[u8]) -> Result<(), InvalidSignature> {
        let begun = self.begun.clone().ok_or(InvalidSignature)?;
        begun.chain_update(message).verify_slice(mac).map_err(|_| InvalidSignature)
    }
}
