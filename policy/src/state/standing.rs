//! What a state can say of a pass.

use core::fmt;

use crate::key::Thumbprint;
use crate::time::UnixTime;

/// The properties of a pass by which it can be revoked.
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
