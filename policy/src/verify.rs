//! The walk.

use crate::denied::Denied;
use crate::memory::{Forgetful, RememberProofs};
use crate::request::Request;
use crate::time::UnixTime;
use crate::trust::Trust;
use crate::walk::find::Found;
use crate::walk::revocation::{Admitted, RevocationView};

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
    let claimed = match Found::find(request, trust.deployment)? {
        Found::Credential(credential) => {
            let authentic = credential.authenticate(trust, memory)?;
            let granted = authentic.read(memory)?;
            let permitted = granted.check_conditions(request, now)?;
            permitted.check_claims(request, &trust.claims, memory, now)?
        }
        Found::TokenAlone(token) => token.check_claims(request, &trust.claims, memory, now)?,
    };
    claimed.check_revocation(revocation, now)
}
