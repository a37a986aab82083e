//! Who was revoked: the system of record, as far as issuing needs it.

mod memory;

use core::fmt;
use core::future::Future;
use core::pin::Pin;

use policy::UnixTime;

pub use self::memory::MemoryStore;

/// The system of record of revocations.
///
/// What it answers is consistent: a revocation that was acknowledged is seen by every later
/// question. One that cannot be asked issues nothing.
pub trait Store: Send + Sync {
    /// What stands against passes of this subject and session.
    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing>;

    /// Revokes a session, at this time. Revoking it again changes nothing.
    fn revoke_session<'s>(&'s self, session: &'s str, at: UnixTime) -> StoreAnswer<'s, ()>;
}

/// An answer on its way.
pub type StoreAnswer<'s, T> =
    Pin<Box<dyn Future<Output = Result<T, StoreUnavailable>> + Send + 's>>;

/// What stands against a subject and a session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Standing {
    /// Everything issued to the subject up to this second is revoked.
    pub subject_cut_off: Option<UnixTime>,
    /// Everything issued to anybody up to this second is revoked.
    pub all_cut_off: Option<UnixTime>,
    /// The session itself is revoked.
    pub session_revoked: bool,
}

impl Standing {
    /// The later of the two cut-offs.
    pub fn cut_off(&self) -> Option<UnixTime> {
        self.subject_cut_off.max(self.all_cut_off)
    }

    /// Whether a sign-in at this time may not get passes any more: `iat <= T` is revoked.
    pub fn revokes(&self, signed_in: UnixTime) -> bool {
        self.session_revoked || self.cut_off().is_some_and(|cut_off| signed_in <= cut_off)
    }
}

/// The store did not answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoreUnavailable {
    /// For the log.
    pub detail: String,
}

impl fmt::Display for StoreUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the revocation store did not answer: {}", self.detail)
    }
}

impl core::error::Error for StoreUnavailable {}
