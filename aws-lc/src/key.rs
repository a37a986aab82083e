//! A public key that verifies signatures.

use core::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA1_ASN1, ECDSA_P256_SHA256_ASN1, ParsedPublicKey,
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use policy::{
    Algorithm, Hash, InvalidSignature, KeyKind, KeyRefused, MIN_RSA_BITS, PublicKey,
    VerifySignature,
};

/// A public key in the form in which AWS-LC computes with it. Made once, it serves all threads.
pub struct AwsLcKey {
    kind: KeyKind,
    // AWS-LC's keys are bound to one algorithm.
    sha1: ParsedPublicKey,
    sha256: ParsedPublicKey,
}

impl AwsLcKey {
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

impl VerifySignature for AwsLcKey {
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

impl fmt::Debug for AwsLcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsLcKey({})", self.kind)
    }
}
