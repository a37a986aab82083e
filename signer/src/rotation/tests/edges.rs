//! Whoever checks passes in the world of these tests, and the viewers who show theirs.

use std::collections::BTreeSet;

/// How long a change of the group takes to reach all of CloudFront, in seconds.
const DEPLOYMENT: i64 = 300;
/// How long it takes CloudFront to say that it is deploying.
const STATUS_LAG: i64 = 20;
/// How long an edge may go on with a state that it has.
pub(super) const MAX_STALE: i64 = 300;
/// How long a signer may go on with a key that it has.
pub(super) const MAX_AGE: i64 = 3600;
/// The longest lifetime of a pass.
pub(super) const LIFETIME: i64 = 12 * 3600;

type Keys = BTreeSet<String>;

/// A value and all that it has been.
#[derive(Clone, Debug)]
pub(super) struct History<T>(Vec<(i64, T)>);

impl<T: Clone + PartialEq> History<T> {
    pub(super) fn new(value: T) -> Self {
        Self(vec![(i64::MIN, value)])
    }

    pub(super) fn now(&self) -> &T {
        &self.0.last().unwrap().1
    }

    pub(super) fn set(&mut self, at: i64, value: T) {
        if *self.now() != value {
            self.0.push((at, value));
        }
    }

    /// What it was at any moment from `from` on.
    fn since(&self, from: i64) -> impl Iterator<Item = &T> {
        let last_before = self.0.iter().rposition(|(at, _)| *at <= from).unwrap_or(0);
        self.0[last_before..].iter().map(|(_, value)| value)
    }

    fn changed_at(&self) -> i64 {
        self.0.last().unwrap().0
    }
}

/// CloudFront's edges, and validators in them.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    /// The members of the key group.
    pub(super) group: History<Keys>,
    /// What the published head lists; None where no validator runs.
    pub(super) published: Option<History<Keys>>,
    /// The key that signs.
    pub(super) current: History<String>,
}

impl Edges {
    /// Whether CloudFront says that it is deploying.
    pub(super) fn deploying(&self, now: i64) -> bool {
        let changed = self.group.changed_at();
        changed > i64::MIN && (changed + STATUS_LAG..changed + DEPLOYMENT).contains(&now)
    }

    /// The keys that some signer signs with.
    pub(super) fn signing(&self, now: i64) -> Keys {
        self.current.since(now - MAX_AGE).cloned().collect()
    }

    /// Whom somebody refuses now, of all whose pass is valid: a pass may be as old as its lifetime,
    /// and signed with a key that its signer should have renewed long before.
    pub(super) fn refused(&self, now: i64) -> Option<String> {
        let holders: Keys = self.current.since(now - LIFETIME - MAX_AGE).cloned().collect();
        let mut views: Vec<&Keys> = self.group.since(now - DEPLOYMENT).collect();
        if let Some(published) = &self.published {
            views.extend(published.since(now - MAX_STALE));
        }
        holders.into_iter().find(|key| views.iter().any(|view| !view.contains(key)))
    }
}
