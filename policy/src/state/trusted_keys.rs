//! The keys of a delegation, ready to verify passes.

use alloc::vec::Vec;

use super::delegation::{DelegatedKey, Delegation, KeyUse};
use super::refused::StateRefused;
use crate::backend::Backend;
use crate::claims_key::ClaimsKey;
use crate::jws::JoseAlgorithm;
use crate::key::KeyKind;
use crate::trusted_key::{TrustedKey, TrustedKeys};

impl Delegation {
    /// The keys for CloudFront credentials. There has to be at least one.
    pub fn trusted_keys(&self, backend: &dyn Backend) -> Result<TrustedKeys, StateRefused> {
        let mut keys = Vec::new();
        for DelegatedKey { id, key, algorithms, .. } in self.keys_for(KeyUse::CloudFront) {
            let (thumbprint, ready) = (backend.thumbprint(key), backend.key(key)?);
            keys.push(TrustedKey::new(id.as_deref(), key, thumbprint, algorithms, ready)?);
        }
        Ok(TrustedKeys::new(keys)?)
    }

    /// The keys for claims tokens. None is a secret.
    pub fn claims_keys(&self, backend: &dyn Backend) -> Result<Vec<ClaimsKey>, StateRefused> {
        let mut keys = Vec::new();
        for DelegatedKey { id, key, .. } in self.keys_for(KeyUse::Claims) {
            let algorithm = match key.kind() {
                KeyKind::P256 => JoseAlgorithm::Es256,
                KeyKind::Rsa { .. } => JoseAlgorithm::Rs256,
            };
            // A claims key in a delegation has an id. An empty one would be refused here.
            let id = id.as_deref().unwrap_or_default();
            let (thumbprint, ready) = (backend.thumbprint(key), backend.key(key)?);
            keys.push(ClaimsKey::public(id, algorithm, key, thumbprint, ready)?);
        }
        Ok(keys)
    }

    fn keys_for(&self, key_use: KeyUse) -> impl Iterator<Item = &DelegatedKey> {
        self.keys.iter().filter(move |listed| listed.key_use == key_use)
    }
}
