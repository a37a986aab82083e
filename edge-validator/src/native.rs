//! Signature verification by AWS-LC, where the machine's own code can run.

use core::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA1_ASN1, ECDSA_P256_SHA256_ASN1, ParsedPublicKey,
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use policy::{
    Algorithm, Backend, BoxedKey, Hash, InvalidSignature, KeyKind, KeyRefused, MIN_RSA_BITS,
    PublicKey, Thumbprint, VerifySignature,
};

/// A public key in the form in which AWS-LC computes with it. Made once, it serves all threads.
pub struct NativeKey {
    kind: KeyKind,
    // AWS-LC's keys are bound to one algorithm.
    sha1: ParsedPublicKey,
    sha256: ParsedPublicKey,
}

impl NativeKey {
    /// Parses the key, and checks what [`PublicKey`] has not: that the point lies on the curve.
    pub fn new(key: &PublicKey) -> Result<Self, KeyRefused> {
        let kind = key.kind();
        let [sha1, sha256] = algorithms(kind).map(|algorithm| {
            ParsedPublicKey::new(algorithm, key.spki_der())
                .map_err(|_| KeyRefused::Numbers { kind })
        });
        Ok(Self { kind, sha1: sha1?, sha256: sha256? })
    }
}

/// With SHA-1, and with SHA-256.
fn algorithms(kind: KeyKind) -> [&'static dyn VerificationAlgorithm; 2] {
    match kind {
        KeyKind::P256 => [&ECDSA_P256_SHA1_ASN1, &ECDSA_P256_SHA256_ASN1],
        // Such a `PublicKey` exists only where `ShortRsa::DangerAllow` was asked for.
        KeyKind::Rsa { bits } if bits < MIN_RSA_BITS => [
            &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        ],
        KeyKind::Rsa { .. } => {
            [&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, &RSA_PKCS1_2048_8192_SHA256]
        }
    }
}

impl VerifySignature for NativeKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if !algorithm.fits(self.kind) {
            return Err(InvalidSignature);
        }
        let key = match algorithm.hash() {
            Hash::Sha1 => &self.sha1,
            Hash::Sha256 => &self.sha256,
        };
        key.verify_sig(message, signature).map_err(|_| InvalidSignature)
    }
}

impl fmt::Debug for NativeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NativeKey({})", self.kind)
    }
}

/// What identifies a key in memory, logs and revocation: SHA-256 of its SubjectPublicKeyInfo.
pub fn thumbprint(key: &PublicKey) -> Thumbprint {
    Thumbprint(sha256(key.spki_der()))
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sha256
}

/// The crypto of a [`crate::Validator`] where the machine's own code can run: AWS-LC.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Backend for Native {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(NativeKey::new(key)?))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}
