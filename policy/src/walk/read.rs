//! signed bytes -> policy.

use alloc::sync::Arc;

use super::authenticate::{Authentic, AuthenticText};
use super::find::token::Token;
use super::find::{Credential, SignedText};
use crate::carrier::Carrier;
use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::memory::{Proven, ProvenText, RememberProofs};
use crate::policy::{Policy, SignedPolicy, check_for_cookies};

/// A policy whose text an authentic credential carried. Only [`Authentic::read`] makes one.
pub(crate) struct Granted<'r> {
    pub(super) policy: Arc<SignedPolicy>,
    pub(super) carrier: Carrier,
    pub(super) thumbprint: Thumbprint,
    pub(super) token: Token<'r>,
}

impl<'r> Authentic<'r> {
    /// Reads the signed bytes, and has `memory` note them with what they say.
    pub(crate) fn read(self, memory: &dyn RememberProofs) -> Result<Granted<'r>, Denied> {
        let Self { credential, thumbprint, algorithm, text } = self;
        let policy = match text {
            AuthenticText::Known(policy) => policy,
            AuthenticText::New { bytes, digest } => {
                let policy = match &credential.text {
                    SignedText::Canned { policy, .. } => policy.clone(),
                    SignedText::Custom(_) => Policy::read(&bytes)?,
                };
                let policy = Arc::new(SignedPolicy { policy, digest });
                let proven = Proven(ProvenText::Policy(Arc::clone(&policy)));
                memory.remember(&credential.proof(thumbprint, algorithm), &proven);
                policy
            }
        };
        let Credential { outline, token, .. } = credential;
        let carrier = outline.carrier;
        if carrier == Carrier::Cookie {
            check_for_cookies(&policy.policy)?;
        }
        Ok(Granted { policy, carrier, thumbprint, token })
    }
}
