//! The walk.

use alloc::sync::Arc;

use crate::claims::Claims;
use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::memory::{Forgetful, RememberProofs};
use crate::policy::{Policy, SignedPolicy};
use crate::request::Request;
use crate::time::UnixTime;
use crate::trust::{Deployment, Trust};
use crate::walk::find::{Carrier, Credential};
use crate::walk::revocation::{NotRevoked, RevocationView};
use crate::walk::token_alone::TokenAlone;

/// Decides whether a request is admitted.
///
/// Each step yields what the next one needs and nothing else can make, so none can be forgotten.
/// Whatever is in doubt is denied.
///
/// `revocation` is what is known of revoked passes; with None revocation is not checked.
pub fn verify(
    request: &Request<'_>,
    trust: &Trust,
    revocation: Option<RevocationView<'_>>,
    now: UnixTime,
) -> Result<Admitted, Denied> {
    verify_remembering(request, trust, revocation, &Forgetful, now)
}

/// [`verify`] for those who see the same credential often: what `memory` recalls as proven is not
/// computed again. Everything else is evaluated every time.
#[inline(always)] // so that a build that never checks revocation holds nothing of it
pub fn verify_remembering(
    request: &Request<'_>,
    trust: &Trust,
    revocation: Option<RevocationView<'_>>,
    memory: &dyn RememberProofs,
    now: UnixTime,
) -> Result<Admitted, Denied> {
    let alone = match trust.deployment {
        Deployment::Native => TokenAlone::find(request)?,
        Deployment::Standalone => None,
    };
    let claimed = if let Some(token) = alone {
        token.claim(request, &trust.claims, memory, now)?
    } else {
        let credential = Credential::find(request)?;
        let authentic = credential.authenticate(trust, memory)?;
        let granted = authentic.read(memory)?;
        let permitted = granted.permit(request, now)?;
        permitted.claim(request, &trust.claims, memory, now)?
    };
    claimed.stand(revocation, now)
}

/// The proof that a request passed every check. Only the walk makes one.
///
/// It says nothing about who sent the request: a pass is a bearer credential, and whoever copied
/// it is admitted too, until it expires.
#[derive(Clone, Debug)]
#[must_use]
pub struct Admitted {
    pub(crate) pass: Option<Pass>,
    pub(crate) claims: Option<Arc<Claims>>,
    pub(crate) not_revoked: Option<NotRevoked>,
}

/// A credential that passed.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) policy: Arc<SignedPolicy>,
    pub(crate) carrier: Carrier,
    pub(crate) thumbprint: Thumbprint,
}

impl Admitted {
    /// The policy that admits the request; None where only CloudFront saw it.
    pub fn policy(&self) -> Option<&Policy> {
        self.pass.as_ref().map(|pass| &pass.policy.policy)
    }

    /// Where the credential was found; None where only CloudFront saw it.
    pub fn carrier(&self) -> Option<Carrier> {
        self.pass.as_ref().map(|pass| pass.carrier)
    }

    /// The key that signed the policy; None where only CloudFront saw it.
    pub fn thumbprint(&self) -> Option<Thumbprint> {
        self.pass.as_ref().map(|pass| pass.thumbprint)
    }

    /// What the claims token says, if there is one and it was checked.
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_deref()
    }

    /// That it was looked up and is not revoked; None where revocation is not checked.
    pub fn not_revoked(&self) -> Option<NotRevoked> {
        self.not_revoked
    }
}
