//! The walk.

use crate::credential::{Carrier, Credential};
use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::memory::{Forgetful, RememberProofs};
use crate::request::Request;
use crate::statement::Policy;
use crate::time::UnixTime;
use crate::trust::TrustedKeys;

/// Decides whether a request is admitted.
///
/// Each step yields what the next one needs and nothing else can make, so none can be forgotten.
/// Whatever is in doubt is denied.
pub fn verify(
    request: &Request<'_>,
    trust: &TrustedKeys,
    now: UnixTime,
) -> Result<Admitted, Denied> {
    verify_remembering(request, trust, &Forgetful, now)
}

/// [`verify`] for those who see the same credential often: what `memory` recalls as proven is not
/// computed again. Everything else is evaluated every time.
pub fn verify_remembering(
    request: &Request<'_>,
    trust: &TrustedKeys,
    memory: &dyn RememberProofs,
    now: UnixTime,
) -> Result<Admitted, Denied> {
    let credential = Credential::find(request)?;
    let authentic = credential.authenticate(trust, memory)?;
    let granted = authentic.read()?;
    granted.admit(request, now)
}

/// The proof that a request passed every check. Only the walk makes one.
///
/// It says nothing about who sent the request: a pass is a bearer credential, and whoever copied
/// it is admitted too, until it expires.
#[derive(Clone, Debug)]
#[must_use]
pub struct Admitted {
    pub(crate) policy: Policy,
    pub(crate) carrier: Carrier,
    pub(crate) thumbprint: Thumbprint,
}

impl Admitted {
    /// The policy that admits the request.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where the credential was found.
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The key that signed.
    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }
}
