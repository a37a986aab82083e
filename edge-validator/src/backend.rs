//! The crypto that a shell brings.

use policy::{BoxedKey, KeyRefused, PublicKey, Thumbprint};

/// The two operations that a validator needs of its runtime.
pub trait Backend {
    /// Makes a public key ready to verify.
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused>;

    /// SHA-256.
    fn sha256(&self) -> fn(&[u8]) -> [u8; 32];

    /// What identifies a key in memory, logs and revocation: SHA-256 of its SPKI.
    fn thumbprint(&self, key: &PublicKey) -> Thumbprint {
        Thumbprint(self.sha256()(key.spki_der()))
    }
}
