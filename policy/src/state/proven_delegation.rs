//! A delegation that a root key has signed, with its keys ready to verify.

use super::delegation::{Delegation, SignedDelegation};
use super::refused::{StateRefused, StateSigner};
use crate::backend::Backend;
use crate::key::{KeyRefused, PublicKey};
use crate::signature::{Algorithm, BoxedKey, Hash};

/// A delegation whose signature holds.
pub(super) struct ProvenDelegation {
    pub(super) signed: SignedDelegation,
    pub(super) delegation: Delegation,
    pub(super) state_key: ReadyKey,
}

/// A root or state key. It signs with SHA-256.
pub(super) struct ReadyKey {
    algorithm: Algorithm,
    key: BoxedKey,
}

impl ReadyKey {
    pub(super) fn new(key: &PublicKey, backend: &dyn Backend) -> Result<Self, KeyRefused> {
        let algorithm = Algorithm::new(key.kind(), Hash::Sha256);
        Ok(Self { algorithm, key: backend.key(key)? })
    }

    pub(super) fn check(
        &self,
        message: &[u8],
        signature: &[u8],
        signer: StateSigner,
    ) -> Result<(), StateRefused> {
        self.key
            .verify(self.algorithm, message, signature)
            .map_err(|_| StateRefused::Signature(signer))
    }
}
