//! Whether a pass is revoked, as a function of the state and the time.

use core::fmt;

use crate::key::Thumbprint;
use crate::state::{MAX_SECONDS_AHEAD, State};
use crate::time::UnixTime;

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
    /// Now.
    pub now: UnixTime,
    /// How old the state may be, in seconds.
    pub max_stale_seconds: u32,
    /// What becomes of requests while there is none.
    pub when_unknown: WhenUnknown,
}

impl RevocationView<'_> {
    /// Whether a pass is good, by a state that is recent enough to say so.
    pub fn check(&self, pass: &Revocable<'_>) -> Result<NotRevoked, RevocationRefused> {
        let Some(state) = self.state else {
            return match self.when_unknown {
                WhenUnknown::Allow => Ok(NotRevoked { sequence: None }),
                WhenUnknown::Deny => Err(RevocationRefused::Unknown),
            };
        };
        self.check_age(state)?;
        match state.standing(pass) {
            Standing::Good => Ok(NotRevoked { sequence: Some(state.head().sequence()) }),
            Standing::Revoked(revocation) => Err(RevocationRefused::Revoked(revocation)),
        }
    }

    /// By its own date, which is signed: when it was fetched says nothing. One from the future
    /// has no known age, and is met where the clock was set back after it was taken.
    fn check_age(&self, state: &State) -> Result<(), RevocationRefused> {
        let Self { now, max_stale_seconds, .. } = *self;
        let generated_at = state.head().generated_at();
        let latest = generated_at.plus_seconds(max_stale_seconds);
        if now > latest || generated_at > now.plus_seconds(MAX_SECONDS_AHEAD) {
            return Err(RevocationRefused::Stale { generated_at, now, max_stale_seconds });
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

/// Why the stage `revocation` refuses a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RevocationRefused {
    /// `revoked`: the pass is.
    Revoked(Revocation),
    /// `revocation-unknown`: no state was ever loaded.
    Unknown,
    /// `revocation-stale`: the state in hand is too old, or from the future.
    Stale {
        /// When it was made.
        generated_at: UnixTime,
        /// Now.
        now: UnixTime,
        /// How old it may be, in seconds.
        max_stale_seconds: u32,
    },
}

impl fmt::Display for RevocationRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked(revocation) => revocation.fmt(f),
            Self::Unknown => {
                f.write_str("no state was loaded yet, so nobody knows what is revoked")
            }
            Self::Stale { generated_at, now, max_stale_seconds } => write!(
                f,
                "the state is of {generated_at} and it is now {now}; it is believed for {max_stale_seconds} s"
            ),
        }
    }
}

impl core::error::Error for RevocationRefused {}
