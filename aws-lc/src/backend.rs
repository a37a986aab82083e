//! AWS-LC as what verifies and digests for `policy`.

use aws_lc_rs::digest::{SHA256, digest};
use policy::{Backend, BoxedKey, KeyRefused, PublicKey, Thumbprint};

use crate::key::AwsLcKey;

/// AWS-LC.
#[derive(Clone, Copy, Debug)]
pub struct AwsLc;

impl Backend for AwsLc {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(AwsLcKey::new(key)?))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sha256
}

/// What identifies a key in memory, logs and revocation: SHA-256 of its SubjectPublicKeyInfo.
pub fn thumbprint(key: &PublicKey) -> Thumbprint {
    AwsLc.thumbprint(key)
}
