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
    /// Takes a SubjectPublicKeyInfo in DER. A handle from 0 on.
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(spki: &[u8]) -> usize;

    /// Whether the signature (ECDSA: DER) is the key's, by SHA-1 or else by SHA-256.
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(key: usize, sha1: bool, message: &[u8], signature: &[u8]) -> bool;
}

#[wasm_bindgen(raw_module = "./powers.mjs")]
extern "C" {
    /// Takes the modulus of an RSA key of exponent 65537. A handle from 0 on; negative if the host
    /// computes no powers.
    #[wasm_bindgen(js_name = importModulus)]
    fn import_modulus(modulus: &[u8]) -> i32;

    /// Whether the power of an RSA signature is the encoded message (RFC 8017, 9.2) that ends with
    /// this DigestInfo.
    #[wasm_bindgen(js_name = isPower)]
    fn is_power(modulus: i32, signature: &[u8], info: &[u8]) -> bool;
}

/// The usual exponent, 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A key that the host holds once it is first asked for: of several trusted keys most may never be.
struct HostKey {
    key: PublicKey,
    handle: OnceLock<usize>,
    modulus: OnceLock<i32>,
}

impl HostKey {
    /// The handle of its modulus, if the host is to compute the power of a signature.
    fn modulus(&self, hash: Hash) -> Option<i32> {
        match (self.key.material(), hash) {
            (Material::Rsa { modulus, exponent }, Hash::Sha256) if *exponent == EXPONENT => {
                let handle = *self.modulus.get_or_init(|| import_modulus(modulus));
                (handle >= 0).then_some(handle)
            }
            _ => None,
        }
    }

    /// By the SHA-256 of the message, if it is known.
    fn verified(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        digest: Option<&[u8; 32]>,
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if !algorithm.fits(self.key.kind()) {
            return Err(InvalidSignature);
        }
        let hash = algorithm.hash();
        let valid = match self.modulus(hash) {
            Some(modulus) => {
                let digest = digest.map_or_else(|| sha256(message), |digest| *digest);
                is_power(modulus, signature, &pkcs1::sha256_info(&digest))
            }
            None => {
                let handle = *self.handle.get_or_init(|| import_key(self.key.spki_der()));
                verify_signature(handle, matches!(hash, Hash::Sha1), message, signature)
            }
        };
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }
}

impl VerifySignature for HostKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.verified(algorithm, message, None, signature)
    }

    fn verify_digested(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        sha256: &[u8; 32],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.verified(algorithm, message, Some(sha256), signature)
    }
}

/// The host's crypto, and SHA-256, which it would be too far to ask for.
pub(crate) struct Host;

impl Backend for Host {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(HostKey {
            key: key.clone(),
            handle: OnceLock::new(),
            modulus: OnceLock::new(),
        }))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
