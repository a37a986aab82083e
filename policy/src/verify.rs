//! The walk.

use crate::denied::Denied;
use crate::memory::{Forgetful, RememberProofs};
use crate::outline::Outline;
use crate::request::Request;
use crate::time::UnixTime;
use crate::trust::Trust;
use crate::walk::find::Found;
use crate::walk::revocation::{Admitted, RevocationView};

/// What [`verify`] answers.
#[derive(Clone, Debug)]
#[must_use]
pub struct Verdict<'r> {
    /// The credential that was found, for the log. It says nothing about the result. None if there
    /// was no whole one.
    pub outline: Option<Outline<'r>>,
    /// Whether the request is admitted.
    pub result: Result<Admitted, Denied>,
}

/// Decides whether a request is admitted.
///
/// Each step yields what the next one needs and nothing else can make, so none can be forgotten.
/// In doubt a request is denied.
///
/// `revocation` is what is known of revoked passes; with None revocation is not checked.
pub fn verify<'r>(
    request: &Request<'r>,
    trust: &Trust,
    revocation: Option<RevocationView<'_>>,
    now: UnixTime,
) -> Verdict<'r> {
    verify_remembering(request, trust, revocation, &Forgetful, now)
}

/// [`verify`] for verifiers that see the same credential often: a signature that `memory` recalls
/// is not verified again. Everything else is evaluated every time.
#[inline(always)] // so that a build that never checks revocation holds nothing of it
pub fn verify_remembering<'r>(
    request: &Request<'r>,
    trust: &Trust,
    revocation: Option<RevocationView<'_>>,
    memory: &dyn RememberProofs,
    now: UnixTime,
) -> Verdict<'r> {
    let found = Found::find(request, trust.deployment);
    let outline = found.as_ref().ok().and_then(Found::outline);
    let result = found.and_then(|found| {
        let claimed = match found {
            Found::Credential(credential) => {
                let authentic = credential.authenticate(trust, memory)?;
                let granted = authentic.read(memory)?;
                let permitted = granted.check_conditions(request, now)?;
                permitted.check_claims(request, &trust.claims, memory, now)?
            }
            Found::TokenAlone(token) => token.check_claims(request, &trust.claims, memory, now)?,
        };
        claimed.check_revocation(revocation, now)
    });
    Verdict { outline, result }
}
