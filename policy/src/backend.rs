//! The crypto that a shell brings.

use crate::key::{KeyRefused, PublicKey, Thumbprint};
use crate::signature::BoxedKey;

/// What verifiers need of their runtime, since this crate holds no crypto.
pub trait Backend: Send + Sync {
    /// Makes a public key ready to verify.
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused>;

    /// SHA-256.
    fn sha256(&self) -> fn(&[u8]) -> [u8; 32];

    /// What identifies a key in memory, logs and revocation: SHA-256 of its SPKI.
    fn thumbprint(&self, key: &PublicKey) -> Thumbprint {
        Thumbprint(self.sha256()(key.spki_der()))
    }
}
