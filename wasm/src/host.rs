//! Signatures verified by the host, where it has crypto that answers at once.

use policy::{Algorithm, Hash, InvalidSignature, KeyKind, PublicKey, VerifySignature};
#[cfg(feature = "edge")]
use policy::{Backend, BoxedKey, KeyRefused};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "./node-crypto.mjs")]
extern "C" {
    /// Takes a SubjectPublicKeyInfo in DER. A handle from 0 on; negative if the host has no such
    /// crypto, or does not take the key.
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(spki: &[u8]) -> i32;

    /// Whether the signature (RSA: PKCS#1 v1.5, ECDSA: DER) is the key's, by SHA-1 or else by
    /// SHA-256.
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(key: i32, sha1: bool, message: &[u8], signature: &[u8]) -> bool;
}

/// A key that the host holds.
pub(crate) struct HostKey {
    kind: KeyKind,
    handle: i32,
}

impl HostKey {
    /// None if the host has no crypto that answers at once, or does not take the key.
    pub(crate) fn import(key: &PublicKey) -> Option<Self> {
        let handle = import_key(key.spki_der());
        (handle >= 0).then_some(Self { kind: key.kind(), handle })
    }
}

impl VerifySignature for HostKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let sha1 = matches!(algorithm.hash(), Hash::Sha1);
        let valid =
            algorithm.fits(self.kind) && verify_signature(self.handle, sha1, message, signature);
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }
}

/// The host's crypto alone. SHA-256 is computed here: a call to the host would take longer.
#[cfg(feature = "edge")]
pub(crate) struct Host;

#[cfg(feature = "edge")]
impl Backend for Host {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        let host_key = HostKey::import(key).ok_or(KeyRefused::Numbers { kind: key.kind() })?;
        Ok(Box::new(host_key))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
