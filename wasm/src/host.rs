//! The crypto of the host: what the shim imports.

use std::sync::OnceLock;

use policy::{
    Algorithm, Backend, BoxedKey, Hash, InvalidSignature, KeyRefused, PublicKey, VerifySignature,
};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "./host.mjs")]
extern "C" {
    /// Takes a SubjectPublicKeyInfo in DER. A handle from 0 on.
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(spki: &[u8]) -> usize;

    /// Whether the signature (ECDSA: DER) is the key's, by SHA-1 or else by SHA-256.
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(key: usize, sha1: bool, message: &[u8], signature: &[u8]) -> bool;
}

/// A key that the host holds once it is first asked for: of several trusted keys most may never be.
struct HostKey {
    key: PublicKey,
    handle: OnceLock<usize>,
}

impl VerifySignature for HostKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let handle = *self.handle.get_or_init(|| import_key(self.key.spki_der()));
        let sha1 = matches!(algorithm.hash(), Hash::Sha1);
        let valid =
            algorithm.fits(self.key.kind()) && verify_signature(handle, sha1, message, signature);
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
        |bytes| Sha256::digest(bytes).into()
    }
}
