//! Checking signatures: of what the publisher reads back, and of what a new key signs.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA1_ASN1, ECDSA_P256_SHA256_ASN1, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use policy::{
    Algorithm, Backend, BoxedKey, Hash, InvalidSignature, KeyRefused, PublicKey, VerifySignature,
};

/// AWS-LC, for the one hash that root and state keys sign with.
pub(crate) struct Native;

impl Backend for Native {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        ready(key, Hash::Sha256)
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

/// For signatures over digests of one kind.
pub(crate) fn ready(key: &PublicKey, hash: Hash) -> Result<BoxedKey, KeyRefused> {
    let kind = key.kind();
    let algorithm = Algorithm::new(kind, hash);
    let parsed: &dyn VerificationAlgorithm = match algorithm {
        Algorithm::EcdsaSha1 => &ECDSA_P256_SHA1_ASN1,
        Algorithm::EcdsaSha256 => &ECDSA_P256_SHA256_ASN1,
        Algorithm::RsaSha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
    };
    let key = ParsedPublicKey::new(parsed, key.spki_der());
    Ok(Box::new(BoundKey { algorithm, key: key.map_err(|_| KeyRefused::Numbers { kind })? }))
}

/// A key that verifies with one algorithm.
struct BoundKey {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl VerifySignature for BoundKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if algorithm != self.algorithm {
            return Err(InvalidSignature);
        }
        self.key.verify_sig(message, signature).map_err(|_| InvalidSignature)
    }
}
