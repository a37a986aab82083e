//! What became of a request, for logs and metrics. Holds no secret and no identity.

use policy::UnixTime;

use crate::interface::problem::Cause;

/// What became of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Something was issued.
    Issued(Issued),
    /// The caller logged out.
    LoggedOut {
        /// The pseudonym.
        subject: String,
        /// The session, revoked now.
        session: String,
    },
    /// A browser asked for permission.
    Preflight,
    /// Nothing was issued.
    Refused {
        /// Why.
        cause: Cause,
        /// What the client was not told.
        internal: Option<String>,
    },
    /// The same answer as before, to the same `Idempotency-Key`.
    Repeated,
    /// The caller asked how things stand.
    Reported,
    /// An administrator revoked something.
    Revoked(Change),
    /// An administrator took a revocation back.
    Unrevoked(Change),
}

/// A pass that was issued, for the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issued {
    /// The pseudonym.
    pub subject: String,
    /// The session.
    pub session: String,
    /// The grants that it comes from.
    pub grants: Vec<String>,
    /// Signed URLs; none for cookies.
    pub urls: usize,
    /// When the last of it ends.
    pub expires: UnixTime,
}

/// What an administrator changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The administrator's pseudonym.
    pub actor: String,
    /// What is or was revoked: the text of a [`crate::Scope`].
    pub scope: String,
    /// The cut-off that stands now, or stood.
    pub up_to: Option<UnixTime>,
    /// Whether this request changed anything: not if a later cut-off stands already, or if there
    /// was nothing to take back.
    pub changed: bool,
}

impl Outcome {
    /// One word for a metric: `issued`, `refused`, ...
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issued(_) => "issued",
            Self::LoggedOut { .. } => "logged-out",
            Self::Preflight => "preflight",
            Self::Refused { .. } => "refused",
            Self::Repeated => "repeated",
            Self::Reported => "reported",
            Self::Revoked(_) => "revoked",
            Self::Unrevoked(_) => "unrevoked",
        }
    }
}
