//! Why there is nobody to issue to.

use core::fmt;

/// Why what the authorizer says is not an identity to issue to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IdentityRefused {
    /// No authorizer said who it is.
    Absent,
    /// The authorizer's answer is too old: `exp` has passed.
    Expired,
    /// No `sub`.
    NoSubject,
    /// The sign-in lies in the future.
    SignInAhead,
    /// The sign-in is so long ago that its revocation may be forgotten.
    SignInTooOld {
        /// How old it may be.
        days: u32,
    },
    /// Nothing says when the sign-in was, other than the time of the token.
    SignInUnknown {
        /// The claims of which one would say it.
        missing: Vec<String>,
    },
    /// A time that is not one.
    Time {
        /// Its claim.
        claim: String,
    },
}

impl fmt::Display for IdentityRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("no authorizer says who is asking; sign in first"),
            Self::Expired => f.write_str("the sign-in has expired; renew it"),
            Self::NoSubject => {
                f.write_str("the authorizer does not say who is asking; it must pass on `sub`")
            }
            Self::SignInAhead => {
                f.write_str("the sign-in lies in the future; check the identity provider's clock")
            }
            Self::SignInTooOld { days } => write!(
                f,
                "the sign-in was more than {days} days ago, and renewing it does not make it younger; sign in again"
            ),
            Self::SignInUnknown { missing } => write!(
                f,
                "the token does not say when the sign-in was, since `{}` is missing and `iat` changes with every renewal; have the identity provider add it",
                missing.join("` or `")
            ),
            Self::Time { claim } => {
                write!(f, "`{claim}` is not a time in seconds since 1970")
            }
        }
    }
}

impl core::error::Error for IdentityRefused {}
