//! The crypto of the host, where it has one that answers at once (`node:crypto`).
//!
//! A host may take longer to load its crypto than to verify a hundred signatures here, so a key
//! begins with ours.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;

use policy::{
    Algorithm, Backend, BoxedKey, Hash, InvalidSignature, KeyRefused, PublicKey, VerifySignature,
};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crypto::PureKey;

#[wasm_bindgen(raw_module = "./host.mjs")]
extern "C" {
    /// Takes a SubjectPublicKeyInfo in DER. A handle from 0 on; a negative one if the host has no
    /// synchronous crypto or refuses the key.
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(spki: &[u8]) -> i32;

    /// Whether the signature (ECDSA: DER) is the key's, by SHA-1 or else by SHA-256.
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(key: i32, sha1: bool, message: &[u8], signature: &[u8]) -> bool;
}

/// A key that the host holds once it is worth it.
///
/// Either form is made when it is first asked for: of several trusted keys most may never be.
struct HostKey {
    key: PublicKey,
    here: OnceLock<Option<PureKey>>,
    left_here: AtomicU32,
    handle: OnceLock<i32>,
}

impl HostKey {
    /// None as long as signatures are verified here.
    fn handle(&self) -> Option<i32> {
        let one_less = |left: u32| left.checked_sub(1);
        if self.left_here.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
            return None;
        }
        let handle = *self.handle.get_or_init(|| import_key(self.key.spki_der()));
        (handle >= 0).then_some(handle)
    }
}

impl VerifySignature for HostKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let Some(handle) = self.handle() else {
            let here = self.here.get_or_init(|| PureKey::new(&self.key).ok());
            let key = here.as_ref().ok_or(InvalidSignature)?;
            return key.verify(algorithm, message, signature);
        };
        let fits = algorithm.fits(self.key.kind());
        let sha1 = matches!(algorithm.hash(), Hash::Sha1);
        if fits && verify_signature(handle, sha1, message, signature) {
            Ok(())
        } else {
            Err(InvalidSignature)
        }
    }
}

/// Our own crypto for the first signatures of every key, then the host's.
pub(crate) struct Host {
    /// How many signatures a key verifies here.
    pub(crate) here_first: u32,
}

impl Backend for Host {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(HostKey {
            key: key.clone(),
            here: OnceLock::new(),
            left_here: AtomicU32::new(self.here_first),
            handle: OnceLock::new(),
        }))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        |bytes| Sha256::digest(bytes).into()
    }
}
