//! Whether a pass is revoked: a step of the walk, and a function of the state and the time.

use core::fmt;

use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::state::{MAX_SECONDS_AHEAD, State};
use crate::time::UnixTime;
use crate::verify::Admitted;
use crate::walk::claims::Claimed;

impl Claimed {
    /// Checks that the pass is not revoked; None where revocation is not checked. Where it is, a
    /// pass without claims is refused, since nobody could revoke it, and so is one that is valid for
    /// longer than the state remembers what is revoked.
    #[inline(always)] // see `verify_remembering`
    pub fn stand(
        self,
        revocation: Option<RevocationView<'_>>,
        now: UnixTime,
    ) -> Result<Admitted, Denied> {
        let not_revoked = match (revocation, &self.token) {
            (None, _) => None,
            (Some(_), None) => return Err(Denied::ClaimsMissing),
            (Some(view), Some(token)) => {
                let signed_policy = self.pass.as_ref().map(|pass| pass.thumbprint);
                // Of a pass that only CloudFront saw, the key of the token is all that is known.
                let keys = [token.thumbprint, signed_policy.unwrap_or(token.thumbprint)];
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

/// What of a pass can be revoked.
#[derive(Clone, Copy, Debug)]
pub struct Revocable<'p> {
    /// Whose it is: `sub`.
    pub subject: &'p str,
    /// The session that it was issued to: `jti`.
    pub session: &'p str,
    /// The keys that signed it: CloudFront's credential and the claims token.
    pub keys: &'p [Thumbprint],
    /// When it was issued: `iat`.
    pub issued_at: UnixTime,
}

/// What a state says of a pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Standing {
    /// Nothing.
    Good,
    /// It is revoked.
    Revoked(Revocation),
}

/// What a pass was revoked by. One issued in the second of a cut-off is revoked too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Revocation {
    /// All passes issued up to a second are.
    All {
        /// The cut-off.
        up_to: UnixTime,
    },
    /// All passes that a key signed are.
    Key {
        /// The key.
        thumbprint: Thumbprint,
    },
    /// All passes of its session are.
    Session,
    /// All passes issued to its subject up to a second are.
    Subject {
        /// The cut-off.
        up_to: UnixTime,
    },
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All { up_to } => write!(f, "all passes issued up to {up_to} are revoked"),
            Self::Key { thumbprint } => write!(f, "the key {thumbprint} is revoked"),
            Self::Session => f.write_str("its session is revoked"),
            Self::Subject { up_to } => {
                write!(f, "the passes issued to its subject up to {up_to} are revoked")
            }
        }
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
