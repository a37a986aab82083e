//! Checking what the publisher reads back.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use policy::{
    Algorithm, Backend, BoxedKey, InvalidSignature, KeyKind, KeyRefused, PublicKey, VerifySignature,
};

/// AWS-LC, for the one algorithm that root and state keys sign with.
pub(super) struct Native;

impl Backend for Native {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        let kind = key.kind();
        let (algorithm, parsed): (_, &dyn VerificationAlgorithm) = match kind {
            KeyKind::P256 => (Algorithm::EcdsaSha256, &ECDSA_P256_SHA256_ASN1),
            KeyKind::Rsa { .. } => (Algorithm::RsaSha256, &RSA_PKCS1_2048_8192_SHA256),
        };
        let key = ParsedPublicKey::new(parsed, key.spki_der());
        Ok(Box::new(Sha256Key { algorithm, key: key.map_err(|_| KeyRefused::Numbers { kind })? }))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

struct Sha256Key {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl VerifySignature for Sha256Key {
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
