//! claims + state + now.

use alloc::sync::Arc;

use super::claims::Claimed;
use super::conditions::Pass;
use crate::claims::Claims;
use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::policy::Policy;
use crate::state::standing::{Revocable, Standing};
use crate::state::{MAX_SECONDS_AHEAD, State};
use crate::time::UnixTime;

/// The proof that a request passed every check. Only the walk makes one.
///
/// It says nothing about who sent the request: a pass is a bearer credential, and whoever copied
/// it is admitted too, until it expires.
#[derive(Clone, Debug)]
#[must_use]
pub struct Admitted {
    pass: Option<Pass>,
    claims: Option<Arc<Claims>>,
    not_revoked: Option<NotRevoked>,
}

impl Admitted {
    /// The policy that admits the request; None where only CloudFront saw it.
    pub fn policy(&self) -> Option<&Policy> {
        self.pass.as_ref().map(|pass| &pass.policy.policy)
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

impl Claimed {
    /// Checks that the pass is not revoked, unless `revocation` is None.
    ///
    /// A pass without claims is refused then, since nobody could revoke it, and so is one that is
    /// valid for longer than the state keeps its entries.
    #[inline(always)] // see `verify_remembering`
    pub(crate) fn check_revocation(
        self,
        revocation: Option<RevocationView<'_>>,
        now: UnixTime,
    ) -> Result<Admitted, Denied> {
        let not_revoked = match (revocation, &self.token) {
            (None, _) => None,
            (Some(_), None) => return Err(Denied::ClaimsMissing),
            (Some(view), Some(token)) => {
                let policy_key = self.pass.as_ref().map(|pass| pass.thumbprint);
                // If only CloudFront has seen the credential, nobody here knows its key.
                let keys = [token.thumbprint, policy_key.unwrap_or(token.thumbprint)];
                let revocable = Revocable {
                    subject: &token.claims.subject,
                    session: &token.claims.session,
                    keys: &keys,
                    issued_at: token.claims.issued_at,
                };
                if let Some(state) = view.state {
                    token.claims.check_lifetime(Some(state.head().maximum_lifetime()))?;
                }
                Some(view.check(&revocable, now)?)
            }
        };
        let claims = self.token.map(|token| token.claims);
        Ok(Admitted { pass: self.pass, claims, not_revoked })
    }
}

/// What becomes of requests while no state was ever loaded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum WhenUnknown {
    /// Revocation is not checked. It says nothing about a state that has become stale.
    Allow,
    /// The rule.
    #[default]
    Deny,
}

/// What an edge knows of revocation when a request arrives.
#[derive(Clone, Copy, Debug)]
pub struct RevocationView<'s> {
    /// The state in hand; None if none was ever loaded.
    pub state: Option<&'s State>,
    /// How old the state may be, in seconds.
    pub max_stale_seconds: u32,
    /// What becomes of requests while there is none.
    pub when_unknown: WhenUnknown,
}

impl RevocationView<'_> {
    /// Whether a pass is good, by a state that is recent enough to say so.
    pub fn check(&self, pass: &Revocable<'_>, now: UnixTime) -> Result<NotRevoked, Denied> {
        let Some(state) = self.state else {
            return match self.when_unknown {
                WhenUnknown::Allow => Ok(NotRevoked { sequence: None }),
                WhenUnknown::Deny => Err(Denied::RevocationUnknown),
            };
        };
        self.check_age(state, now)?;
        match state.standing(pass) {
            Standing::Good => Ok(NotRevoked { sequence: Some(state.head().sequence()) }),
            Standing::Revoked(revocation) => Err(Denied::Revoked(revocation)),
        }
    }

    /// By its own date, which is signed: when it was fetched says nothing. One from the future
    /// has no known age, and is met where the clock was set back after it was taken.
    fn check_age(&self, state: &State, now: UnixTime) -> Result<(), Denied> {
        let max_stale_seconds = self.max_stale_seconds;
        let generated_at = state.head().generated_at();
        let latest = generated_at.plus_seconds(max_stale_seconds);
        if now > latest || generated_at > now.plus_seconds(MAX_SECONDS_AHEAD) {
            return Err(Denied::RevocationStale { generated_at, now, max_stale_seconds });
        }
        Ok(())
    }
}

/// The proof that a pass was looked up and is not revoked. Only [`RevocationView::check`] makes
/// one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct NotRevoked {
    sequence: Option<u64>,
}

impl NotRevoked {
    /// The sequence number of the state that says so; None where [`WhenUnknown::Allow`] did.
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }
}
