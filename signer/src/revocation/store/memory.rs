//! The store of a process: for tests, and for a development server that forgets when it stops.

use core::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use policy::UnixTime;

use super::records::Records;
use super::retention::check_lifetime;
use super::{Cursor, Entry, Page, Scope, Standing, Store, StoreAnswer};

/// Revocations that live as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Records>);

impl MemoryStore {
    /// Revokes everything issued to a subject up to this second. A cut-off never moves back.
    pub fn revoke_subject(&self, subject: &str, cut_off: UnixTime) {
        self.revoke_up_to(Scope::Subject(subject.to_owned()), cut_off);
    }

    /// Revokes everything issued up to this second. The cut-off never moves back.
    pub fn revoke_all(&self, cut_off: UnixTime) {
        self.revoke_up_to(Scope::All, cut_off);
    }

    fn revoke_up_to(&self, scope: Scope, up_to: UnixTime) {
        self.records().revoke(&Entry { up_to, ..Entry::new(scope, up_to) });
    }

    /// No holder of the lock leaves a change half made, so that a poisoned one is still right.
    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<'s, T: Send + 's>(&self, ask: impl FnOnce(&mut Records) -> T) -> StoreAnswer<'s, T> {
        Box::pin(ready(Ok(ask(&mut self.records()))))
    }
}

impl Store for MemoryStore {
    fn remembers(&self) -> bool {
        false
    }

    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing> {
        self.answer(|records| records.standing(subject, session))
    }

    fn revoke<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, Entry> {
        self.answer(|records| records.revoke(entry))
    }

    fn unrevoke<'s>(&'s self, scope: &'s Scope) -> StoreAnswer<'s, Option<Entry>> {
        self.answer(|records| records.unrevoke(scope))
    }

    fn list<'s>(&'s self, after: Option<&'s Cursor>, limit: u32) -> StoreAnswer<'s, Page> {
        self.answer(|records| records.page(after, limit))
    }

    fn remove<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, bool> {
        self.answer(|records| records.remove(entry))
    }

    fn largest_lifetime(&self) -> StoreAnswer<'_, u32> {
        self.answer(|records| records.largest_lifetime)
    }

    fn note_lifetime(&self, seconds: u32) -> StoreAnswer<'_, u32> {
        match check_lifetime(seconds) {
            Ok(()) => self.answer(|records| records.note_lifetime(seconds)),
            Err(refused) => Box::pin(ready(Err(refused))),
        }
    }
}
