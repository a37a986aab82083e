//! Keys over time, and the moment when one stopped being accepted.

use std::collections::HashMap;

use policy::UnixTime;

use super::record::{Record, Status};
use super::refusal::Refusal;

/// More keys than this no site has; ids are a stranger's words, so their number must be bounded.
const MOST: usize = 256;

/// Fewer refusals are no spike.
const SPIKE: u64 = 20;

/// Seconds from the beginning of a log in which nothing is taken for a change.
const AT_THE_START: i64 = 60;

/// What became of the requests that name a key.
#[derive(Clone, Debug)]
pub struct KeyUse {
    /// Answered with less than 400.
    pub accepted: u64,
    /// Answered 403.
    pub denied: u64,
    /// The first accepted.
    pub first_accepted: Option<UnixTime>,
    /// The last accepted.
    pub last_accepted: Option<UnixTime>,
    /// The first refusal after the last accepted request, and how many there are since.
    since: Option<UnixTime>,
    denied_since: u64,
    /// Of these: refused for the key, or although the pass was good.
    untimely: u64,
    last_denied: Option<UnixTime>,
}

/// A key whose passes were refused from some moment on, although they had not expired.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyChange {
    /// The key.
    pub key: String,
    /// What happened to it.
    pub change: Change,
    /// The last request that was accepted with it.
    pub last_accepted: Option<UnixTime>,
    /// The first that was refused after that.
    pub since: UnixTime,
    /// The last refused.
    pub until: UnixTime,
    /// How many were refused since.
    pub denied: u64,
    /// The key that took over, if one was first accepted around that time.
    pub replaced_by: Option<String>,
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// Its passes were accepted, and from some moment on never again.
    Removed,
    /// From some moment on passes name it, and none was ever accepted.
    NeverTrusted,
}

#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: HashMap<Box<[u8]>, KeyUse>,
}

impl Keys {
    pub(super) fn add(&mut self, id: &[u8], record: &Record<'_>, refusal: Option<Refusal>) {
        if let Some(key) = self.keys.get_mut(id) {
            key.add(record, refusal);
        } else if self.keys.len() < MOST {
            let mut key = KeyUse {
                accepted: 0,
                denied: 0,
                first_accepted: None,
                last_accepted: None,
                since: None,
                denied_since: 0,
                untimely: 0,
                last_denied: None,
            };
            key.add(record, refusal);
            self.keys.insert(id.into(), key);
        }
    }

    pub(super) fn most(self, wanted: usize) -> Vec<(String, KeyUse)> {
        let mut all: Vec<(String, KeyUse)> =
            self.keys.into_iter().map(|(id, key)| (text(&id), key)).collect();
        all.sort_by(|(id, key), (other, others)| {
            (others.denied, others.accepted).cmp(&(key.denied, key.accepted)).then(id.cmp(other))
        });
        all.truncate(wanted);
        all
    }

    /// `from` is when the log begins: a key that was refused from then on did not change.
    pub(super) fn changes(&self, from: Option<UnixTime>) -> Vec<KeyChange> {
        let mut changes: Vec<KeyChange> = self
            .keys
            .iter()
            .filter_map(|(id, key)| self.removal(id, key).or_else(|| refused_so_far(id, key, from)))
            .collect();
        changes.sort_by_key(|change| change.since);
        changes
    }

    fn removal(&self, id: &[u8], key: &KeyUse) -> Option<KeyChange> {
        let (last_accepted, since) = (key.last_accepted?, key.since?);
        if !key.is_refused_untimely() || key.accepted < SPIKE {
            return None;
        }
        let replaced_by = self
            .keys
            .iter()
            .filter(|(other, _)| ***other != *id)
            .filter_map(|(other, key)| Some((other, key.first_accepted?, key.last_accepted?)))
            .filter(|(_, _, last)| *last >= since)
            .max_by_key(|(_, first, _)| *first)
            .map(|(other, _, _)| text(other));
        Some(KeyChange {
            key: text(id),
            change: Change::Removed,
            last_accepted: Some(last_accepted),
            since,
            until: key.last_denied?,
            denied: key.denied_since,
            replaced_by,
        })
    }
}

/// A key with which passes were signed before any behaviour trusted it.
fn refused_so_far(id: &[u8], key: &KeyUse, from: Option<UnixTime>) -> Option<KeyChange> {
    let since = key.since?;
    let began = since.as_seconds().saturating_sub(from?.as_seconds());
    (key.accepted == 0 && key.is_refused_untimely() && began > AT_THE_START).then_some(KeyChange {
        key: text(id),
        change: Change::NeverTrusted,
        last_accepted: None,
        since,
        until: key.last_denied?,
        denied: key.denied_since,
        replaced_by: None,
    })
}

impl KeyUse {
    /// Whether there were many refusals since the last accepted request, hardly any of an expired
    /// pass.
    fn is_refused_untimely(&self) -> bool {
        self.denied_since >= SPIKE && self.untimely * 10 >= self.denied_since * 9
    }

    fn add(&mut self, record: &Record<'_>, refusal: Option<Refusal>) {
        let time = record.time;
        if let Some(refusal) = refusal {
            self.denied += 1;
            self.since.get_or_insert(time);
            self.denied_since += 1;
            let for_the_key = refusal == Refusal::UnknownKey;
            let check = matches!(refusal, Refusal::AccessDenied | Refusal::Unknown);
            if for_the_key || check && record.is_unexpired() == Some(true) {
                self.untimely += 1;
            }
            self.last_denied = self.last_denied.max(Some(time));
        } else if record.status() == Status::LetIn {
            self.accepted += 1;
            self.first_accepted = Some(self.first_accepted.map_or(time, |first| first.min(time)));
            // Lines stand a little out of order, and edges learn of a change one after the other.
            if self.last_accepted.is_none_or(|last| last < time) {
                self.last_accepted = Some(time);
                if self.since.is_some_and(|since| since <= time) {
                    (self.since, self.denied_since, self.untimely) = (None, 0, 0);
                }
            }
        }
    }
}

fn text(id: &[u8]) -> String {
    String::from_utf8_lossy(id).into_owned()
}
