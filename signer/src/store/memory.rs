//! The store of a process: for tests, and for a development server that forgets when it stops.

use core::future::ready;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use policy::UnixTime;

use super::{Standing, Store, StoreAnswer};

/// Revocations that live as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Revocations>);

#[derive(Debug, Default)]
struct Revocations {
    all: Option<UnixTime>,
    subjects: HashMap<String, UnixTime>,
    sessions: HashSet<String>,
}

impl MemoryStore {
    /// Revokes everything issued to a subject up to this second. A cut-off never moves back.
    pub fn revoke_subject(&self, subject: &str, cut_off: UnixTime) {
        let mut revocations = self.revocations();
        let stands = revocations.subjects.entry(subject.to_owned()).or_insert(cut_off);
        *stands = cut_off.max(*stands);
    }

    /// Revokes everything issued up to this second. The cut-off never moves back.
    pub fn revoke_all(&self, cut_off: UnixTime) {
        let mut revocations = self.revocations();
        revocations.all = revocations.all.max(Some(cut_off));
    }

    /// No holder of the lock leaves a change half made, so that a poisoned one is still right.
    fn revocations(&self) -> MutexGuard<'_, Revocations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing> {
        let revocations = self.revocations();
        Box::pin(ready(Ok(Standing {
            subject_cut_off: revocations.subjects.get(subject).copied(),
            all_cut_off: revocations.all,
            session_revoked: revocations.sessions.contains(session),
        })))
    }

    fn revoke_session<'s>(&'s self, session: &'s str, _at: UnixTime) -> StoreAnswer<'s, ()> {
        self.revocations().sessions.insert(session.to_owned());
        Box::pin(ready(Ok(())))
    }
}
