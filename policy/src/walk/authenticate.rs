//! credential + trusted keys -> signed bytes.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::find::{Credential, Decoded};
use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::memory::{Proof, ProvenText, RememberProofs};
use crate::policy::SignedPolicy;
use crate::signature::Algorithm;
use crate::trust::Trust;
use crate::trusted_key::TrustedKeys;

/// A credential whose signature holds. Only [`Credential::authenticate`] makes one.
pub(crate) struct Authentic<'r> {
    pub(super) credential: Credential<'r>,
    pub(super) thumbprint: Thumbprint,
    pub(super) algorithm: Algorithm,
    pub(super) text: AuthenticText,
}

/// The signed bytes, or what was read from them before.
pub(super) enum AuthenticText {
    Known(Arc<SignedPolicy>),
    New {
        bytes: Vec<u8>,
        /// Their SHA-256, where claims are checked.
        digest: Option<[u8; 32]>,
    },
}

impl<'r> Credential<'r> {
    /// Checks the signature with the trusted key that the credential names.
    ///
    /// The operator binds algorithms to keys; the request's hash only selects among those. What
    /// `memory` recalls is not computed again, but trust is resolved first: a key that is no longer
    /// trusted, or no longer with this algorithm, is never asked for.
    pub(crate) fn authenticate(
        self,
        trust: &Trust,
        memory: &dyn RememberProofs,
    ) -> Result<Authentic<'r>, Denied> {
        if let Some((thumbprint, algorithm, policy)) = self.recalled(&trust.keys, memory) {
            let text = AuthenticText::Known(policy);
            return Ok(Authentic { credential: self, thumbprint, algorithm, text });
        }
        let (thumbprint, algorithm, text) = self.verified(trust)?;
        Ok(Authentic { credential: self, thumbprint, algorithm, text })
    }

    fn recalled(
        &self,
        trust: &TrustedKeys,
        memory: &dyn RememberProofs,
    ) -> Option<(Thumbprint, Algorithm, Arc<SignedPolicy>)> {
        trust.candidates(&self.outline.key_id).find_map(|trusted| {
            let algorithm = trusted.algorithm(self.outline.hash)?;
            match memory.recall(&self.proof(trusted.thumbprint, algorithm))?.0 {
                ProvenText::Policy(policy) => Some((trusted.thumbprint, algorithm, policy)),
                ProvenText::Claims(_) => None,
            }
        })
    }

    fn verified(&self, trust: &Trust) -> Result<(Thumbprint, Algorithm, AuthenticText), Denied> {
        let Decoded { text: bytes, signature } = self.decoded()?;
        let key_id = || self.outline.key_id.to_string();
        let mut refused = None;
        for trusted in trust.keys.candidates(&self.outline.key_id) {
            match trusted.algorithm(self.outline.hash) {
                Some(algorithm) => {
                    if trusted.key.verify(algorithm, &bytes, &signature).is_ok() {
                        let digest = trust.claims.digest(&bytes);
                        let text = AuthenticText::New { bytes, digest };
                        return Ok((trusted.thumbprint, algorithm, text));
                    }
                    refused = Some(Denied::SignatureInvalid { key_id: key_id(), algorithm });
                }
                None if refused.is_none() => {
                    let hash = self.outline.hash;
                    refused = Some(Denied::AlgorithmNotAllowed { key_id: key_id(), hash });
                }
                None => {}
            }
        }
        Err(refused.unwrap_or_else(|| Denied::UnknownKey { key_id: key_id() }))
    }

    /// What a memory knows its signature by.
    pub(super) fn proof(&self, thumbprint: Thumbprint, algorithm: Algorithm) -> Proof<'_> {
        let (message, signature) = (self.text.as_received(), self.signature.as_bytes());
        Proof { thumbprint, algorithm: algorithm.name(), message, signature }
    }
}
