//! A public key as JavaScript sees it: our own crypto, for hosts that have none which answers at
//! once, or whose crypto takes longer to load than the first signatures take here.

use policy::{Algorithm, Hash, PublicKey, ShortRsa, VerifySignature};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crypto::PureKey;

/// A public key that verifies the signatures of credentials, claims tokens and states.
#[wasm_bindgen]
pub struct Key {
    key: PublicKey,
    numbers: PureKey,
}

#[wasm_bindgen]
impl Key {
    /// Takes a SubjectPublicKeyInfo in DER; undefined for what is no RSA or P-256 key.
    pub fn read(spki: &[u8]) -> Option<Self> {
        let key = PublicKey::from_spki_der(spki, ShortRsa::Refuse).ok()?;
        let numbers = PureKey::new(&key).ok()?;
        Some(Self { key, numbers })
    }

    /// Whether the signature (RSA: PKCS#1 v1.5; ECDSA: DER) is the key's, by SHA-1 or else by
    /// SHA-256.
    pub fn verifies(&self, sha1: bool, message: &[u8], signature: &[u8]) -> bool {
        let hash = if sha1 { Hash::Sha1 } else { Hash::Sha256 };
        let algorithm = Algorithm::new(self.key.kind(), hash);
        self.numbers.verify(algorithm, message, signature).is_ok()
    }
}
