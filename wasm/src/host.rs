//! The crypto of the host, where it has one that answers at once (`node:crypto`).

use edge_validator::Backend;
use policy::{
    Algorithm, BoxedKey, BoxedMac, Hash, InvalidSignature, KeyRefused, PublicKey, VerifySignature,
};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crypto::{PureKey, PureMac};

#[wasm_bindgen(raw_module = "./host.mjs")]
extern "C" {
    /// Takes a SubjectPublicKeyInfo in DER. A handle from 0 on; a negative one if the host has no
    /// synchronous crypto or refuses the key.
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(spki: &[u8]) -> i32;

    /// Whether the signature (ECDSA: DER) is the key's; `hash` is `SHA1` or `SHA256`.
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(key: i32, hash: &str, message: &[u8], signature: &[u8]) -> bool;
}

/// A key that the host holds.
struct HostKey {
    handle: i32,
    key: PublicKey,
}

impl VerifySignature for HostKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let fits = algorithm.fits(self.key.kind());
        let hash: Hash = algorithm.hash();
        if fits && verify_signature(self.handle, hash.marker(), message, signature) {
            Ok(())
        } else {
            Err(InvalidSignature)
        }
    }
}

/// The host's crypto, and ours for a key that it refuses.
pub(crate) struct Host;

/// Our own crypto.
pub(crate) struct Pure;

impl Backend for Host {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        let handle = import_key(key.spki_der());
        if handle < 0 {
            return Pure.key(key);
        }
        Ok(Box::new(HostKey { handle, key: key.clone() }))
    }

    fn mac(&self, secret: &[u8]) -> BoxedMac {
        Pure.mac(secret)
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

impl Backend for Pure {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(PureKey::new(key)?))
    }

    fn mac(&self, secret: &[u8]) -> BoxedMac {
        Box::new(PureMac::new(secret))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
