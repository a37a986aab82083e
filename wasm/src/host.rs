//! The crypto of the host: what the shim imports.

use std::sync::OnceLock;

use policy::{
    Algorithm, Backend, BoxedKey, Hash, InvalidSignature, KeyRefused, Material, PublicKey,
    VerifySignature,
};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::pkcs1;

#[wasm_bindgen(raw_module = "./host.mjs")]
extern "C" {
    /// Takes a SubjectPublicKeyInfo in DER, the length of an RSA signature (else 0), and the modulus
    /// of an RSA key of exponent 65537 (else nothing). A handle from 0 on.
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(spki: &[u8], bytes: usize, modulus: &[u8]) -> usize;

    /// Whether the next signature by SHA-256 is to be given to `is_power`.
    #[wasm_bindgen(js_name = takesPower)]
    fn takes_power(key: usize) -> bool;

    /// Whether an RSA signature's power is the encoded message.
    #[wasm_bindgen(js_name = isPower)]
    fn is_power(key: usize, signature: &[u8], expected: &[u8]) -> bool;

    /// Whether the signature (ECDSA: DER) is the key's, by SHA-1 or else by SHA-256.
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(key: usize, sha1: bool, message: &[u8], signature: &[u8]) -> bool;
}

/// The usual exponent, 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A key that the host holds once it is first asked for: of several trusted keys most may never be.
struct HostKey {
    key: PublicKey,
    handle: OnceLock<usize>,
}

impl HostKey {
    fn imported(&self) -> usize {
        let (bytes, modulus): (_, &[u8]) = match self.key.material() {
            Material::Rsa { modulus, exponent } if *exponent == EXPONENT => {
                (modulus.len(), modulus)
            }
            Material::Rsa { modulus, .. } => (modulus.len(), &[]),
            Material::P256 { .. } => (0, &[]),
        };
        import_key(self.key.spki_der(), bytes, modulus)
    }

    /// The encoded message that the signature is to be a power of, if the host wants that.
    fn encoded(&self, handle: usize, hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
        match (self.key.material(), hash) {
            (Material::Rsa { modulus, .. }, Hash::Sha256) if takes_power(handle) => {
                Some(pkcs1::encoded_sha256(&sha256(message), modulus.len()))
            }
            _ => None,
        }
    }
}

impl VerifySignature for HostKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if !algorithm.fits(self.key.kind()) {
            return Err(InvalidSignature);
        }
        let handle = *self.handle.get_or_init(|| self.imported());
        let valid = match self.encoded(handle, algorithm.hash(), message) {
            Some(expected) => is_power(handle, signature, &expected),
            None => {
                let sha1 = matches!(algorithm.hash(), Hash::Sha1);
                verify_signature(handle, sha1, message, signature)
            }
        };
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }
}

/// The host's crypto, and SHA-256, which it would be too far to ask for.
pub(crate) struct Host;

impl Backend for Host {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(HostKey { key: key.clone(), handle: OnceLock::new() }))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
