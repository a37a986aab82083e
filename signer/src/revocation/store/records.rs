//! All entries of a store that fits into memory.

use core::ops::Bound;
use std::collections::BTreeMap;

use super::{Cursor, Entry, Page, Scope, Standing};

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Records {
    /// By the text of their scope.
    pub(super) entries: BTreeMap<String, Entry>,
    pub(super) largest_lifetime: u32,
}

impl Records {
    pub(super) fn standing(&self, subject: &str, session: &str) -> Standing {
        let entry = |scope: Scope| self.entries.get(&scope.to_string());
        Standing {
            subject_cut_off: entry(Scope::Subject(subject.to_owned())).map(|entry| entry.up_to),
            all_cut_off: entry(Scope::All).map(|entry| entry.up_to),
            session_revoked: entry(Scope::Session(session.to_owned())).is_some(),
        }
    }

    pub(super) fn revoke(&mut self, entry: &Entry) -> Entry {
        let stands = self.entries.entry(entry.scope.to_string()).or_insert_with(|| entry.clone());
        if entry.up_to > stands.up_to {
            stands.clone_from(entry);
        }
        stands.clone()
    }

    pub(super) fn unrevoke(&mut self, scope: &Scope) -> Option<Entry> {
        self.entries.remove(&scope.to_string())
    }

    pub(super) fn page(&self, after: Option<&Cursor>, limit: u32) -> Page {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
        let start = after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(&cursor.0));
        let mut rest = self.entries.range::<String, _>((start, Bound::Unbounded));
        let entries: Vec<Entry> =
            rest.by_ref().take(limit).map(|(_, entry)| entry.clone()).collect();
        let more = rest.next().is_some();
        let last = entries.last().filter(|_| more);
        Page { next: last.map(|entry| Cursor(entry.scope.to_string())), entries }
    }

    pub(super) fn remove(&mut self, entry: &Entry) -> bool {
        let scope = entry.scope.to_string();
        let same = self.entries.get(&scope) == Some(entry);
        same && self.entries.remove(&scope).is_some()
    }

    pub(super) fn note_lifetime(&mut self, seconds: u32) -> u32 {
        self.largest_lifetime = self.largest_lifetime.max(seconds);
        self.largest_lifetime
    }
}
