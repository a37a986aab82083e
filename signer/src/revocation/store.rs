//! What is revoked: the system of record.

#[cfg(feature = "aws")]
mod dynamodb;
mod entry;
mod file;
mod memory;
mod records;
mod retention;

use core::fmt;
use core::future::Future;
use core::pin::Pin;

use policy::UnixTime;

#[cfg(feature = "aws")]
pub use self::dynamodb::DynamoDbStore;
pub use self::entry::{Entry, NotAScope, Scope};
pub use self::file::FileStore;
pub use self::memory::MemoryStore;
#[cfg(feature = "aws")]
pub(crate) use self::retention::CLOCKS;
pub use self::retention::{LONGEST_LIFETIME, Retention, prune};
pub(crate) use self::retention::{LONGEST_SIGN_IN, LONGEST_SIGN_IN_DEFAULT};

/// Entries listed at a time by whoever goes through all of them. One in a file reads that for each
/// page, and DynamoDB ends a page at 1 MB by itself.
pub(crate) const PAGE: u32 = 1_000_000;

/// How long after the order a cut-off lies unless the order says otherwise, in seconds: so much may
/// the clock of another signer be ahead.
pub const CUT_OFF_MARGIN: u32 = 30;

/// The system of record of revocations.
///
/// What it answers is consistent: a change that was acknowledged is seen by every later question.
/// Changes may be repeated: a second one has the effect of the first. A store that cannot be asked
/// issues nothing.
pub trait Store: Send + Sync {
    /// What stands against passes of this subject and session.
    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing>;

    /// Revokes. What then stands is answered: this entry, or an earlier one with a later cut-off,
    /// for a cut-off never moves back.
    fn revoke<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, Entry>;

    /// Takes a revocation back. What stood is answered.
    fn unrevoke<'s>(&'s self, scope: &'s Scope) -> StoreAnswer<'s, Option<Entry>>;

    /// The entries that follow `after`, at most `limit` of them, in an order of the store's own.
    /// What stands throughout is listed once.
    fn list<'s>(&'s self, after: Option<&'s Cursor>, limit: u32) -> StoreAnswer<'s, Page>;

    /// Removes an entry if it stands just as it was listed, and says whether it did.
    fn remove<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, bool>;

    /// The longest lifetime that was ever granted, in seconds; 0 before the first grant.
    fn largest_lifetime(&self) -> StoreAnswer<'_, u32>;

    /// Notes a lifetime *before* passes of it are granted, and answers the largest so far. It only
    /// grows, up to [`LONGEST_LIFETIME`].
    fn note_lifetime(&self, seconds: u32) -> StoreAnswer<'_, u32>;

    /// Whether revocations outlive this process. Where they do not, nobody relies on them.
    fn remembers(&self) -> bool {
        true
    }

    /// Revokes a session, at this time. Revoking it again changes nothing.
    fn revoke_session<'s>(&'s self, session: &'s str, at: UnixTime) -> StoreAnswer<'s, ()> {
        Box::pin(async move {
            let entry = Entry::new(Scope::Session(session.to_owned()), at);
            self.revoke(&entry).await.map(|_| ())
        })
    }
}

/// An answer on its way.
pub type StoreAnswer<'s, T> =
    Pin<Box<dyn Future<Output = Result<T, StoreUnavailable>> + Send + 's>>;

/// Some of the entries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Page {
    /// Perhaps none, although there are more.
    pub entries: Vec<Entry>,
    /// Where the next page begins; None after the last.
    pub next: Option<Cursor>,
}

/// A place in the list. It may come from a stranger: it decides nothing but where to go on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor(pub String);

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

impl StoreUnavailable {
    fn new(detail: impl fmt::Display) -> Self {
        Self { detail: detail.to_string() }
    }
}

impl fmt::Display for StoreUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the revocation store did not answer: {}", self.detail)
    }
}

impl core::error::Error for StoreUnavailable {}
