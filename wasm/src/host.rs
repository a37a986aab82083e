//! The crypto of the host, where it has one that answers at once (`node:crypto`).

use edge_validator::ReadyKey;
use policy::{
    Algorithm, Hash, InvalidSignature, KeyRefused, PublicKey, Thumbprint, VerifySignature,
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

/// The key in the host's crypto, else in ours.
pub(crate) fn host_key(key: &PublicKey) -> Result<ReadyKey, KeyRefused> {
    let handle = import_key(key.spki_der());
    if handle < 0 {
        return pure_key(key);
    }
    let host = HostKey { handle, key: key.clone() };
    Ok(ReadyKey { thumbprint: thumbprint(key), key: Box::new(host) })
}

/// The key in our own crypto.
pub(crate) fn pure_key(key: &PublicKey) -> Result<ReadyKey, KeyRefused> {
    let pure = PureKey::new(key)?;
    Ok(ReadyKey { thumbprint: thumbprint(key), key: Box::new(pure) })
}

fn thumbprint(key: &PublicKey) -> Thumbprint {
    Thumbprint(Sha256::digest(key.spki_der()).into())
}
