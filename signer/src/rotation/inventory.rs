//! What is there: the secret, the key group, and the keys that edges trust.

use policy::{DelegatedKey, KeyUse, PublicKey, UnixTime};

use super::mark::{Mark, Marks};
use super::next::Waits;
use super::stored_key::StoredKey;
use crate::source::KmsKeyArn;

/// The most keys of a key group (AWS: "Quotas", "Public keys in a key group").
pub const MAX_GROUP_KEYS: usize = 5;

/// The most public keys of an account (AWS: "Quotas", "Public keys that can be added to one AWS
/// account").
pub const MAX_ACCOUNT_KEYS: usize = 10;

/// Everything that decides what a rotation does next, as it was found at one moment.
///
/// Nothing else is remembered, so that whoever looks goes on where another one stopped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inventory {
    /// The version of the secret that signs: stage `AWSCURRENT`.
    pub current: StoredKey,
    /// The version that is to sign next: stage `AWSPENDING`, where that is another one.
    pub pending: Option<Pending>,
    /// The key that signed before: stage `AWSPREVIOUS`. None also for one that CloudFront never
    /// knew.
    pub previous: Option<StoredKey>,
    /// What was noted on the secret.
    pub marks: Marks,
    /// The key group.
    pub group: KeyGroup,
    /// All public keys of the account.
    pub account: Vec<AccountKey>,
    /// The keys in KMS that rotations of this group made, and that can sign.
    pub kms: Vec<TaggedKey>,
    /// The distributions that use the group and are still being deployed.
    pub deploying: Vec<String>,
    /// What validators trust.
    pub trust: EdgeTrust,
}

/// The version of the secret that is to sign next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Pending {
    /// The version's id: Secrets Manager has begun a rotation, and nothing is stored yet.
    Empty(String),
    /// The candidate.
    Key(StoredKey),
}

/// A key group as CloudFront describes it, and to be given back changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyGroup {
    /// Its id.
    pub id: String,
    /// Its version: a change is refused if another one came first.
    pub etag: String,
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: Option<String>,
    /// The ids of its keys.
    pub members: Vec<String>,
}

/// A public key of the account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccountKey {
    /// Its Key-Pair-Id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: UnixTime,
    /// The key, if it is of a kind that signs passes.
    pub key: Option<PublicKey>,
}

/// A key in KMS that has the tag of the key group: a rotation made it, and may discard it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TaggedKey {
    /// Which one it is.
    pub arn: KmsKeyArn,
    /// When it was made.
    pub created: UnixTime,
    /// Its public half.
    pub public: PublicKey,
}

/// What validators at the edge go by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EdgeTrust {
    /// There are none: CloudFront's key group decides alone.
    None,
    /// The head of the published state.
    State {
        /// The keys of the delegation as it is kept for the publisher.
        delegated: Vec<DelegatedKey>,
        /// The keys of the head as it is published.
        published: Vec<DelegatedKey>,
        /// Who can sign another delegation.
        root: RootKey,
    },
}

/// Where the root key is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RootKey {
    /// The rotation may sign with it.
    AtHand,
    /// Somebody else has it, and signs when the rotation waits for it.
    Elsewhere,
}

/// A key that is to go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leaving {
    /// Its Key-Pair-Id.
    pub key_id: String,
    /// The key, where it is known: edges may list it without an id.
    pub public: Option<PublicKey>,
}

impl Inventory {
    /// The key that is to sign next, if there is one.
    ///
    /// A pending version with the current key is not a candidate: Secrets Manager makes one to test the
    /// function.
    pub fn candidate(&self) -> Option<&StoredKey> {
        match &self.pending {
            Some(Pending::Key(key)) if key.key_id != self.current.key_id => Some(key),
            _ => None,
        }
    }

    /// The key that signed before, as long as it is trusted anywhere or exists.
    pub fn retiring(&self) -> Option<Leaving> {
        let previous = self.previous.as_ref()?;
        let still_needed = [Some(&self.current), self.candidate()];
        if still_needed
            .iter()
            .flatten()
            .any(|needed| needed.key_id == previous.key_id || needed.public == previous.public)
        {
            return None;
        }
        let public = Some(previous.public.clone());
        self.remains(Leaving { key_id: previous.key_id.clone(), public })
    }

    /// The candidate of a rotation that was given up, as long as anything is left of it; and when
    /// that was.
    pub fn aborting(&self) -> Option<(Leaving, UnixTime)> {
        let Mark { key_id, at } = self.marks.aborted.clone()?;
        // Somebody was quicker and switched: then it is the key of valid passes.
        let signed = [Some(&self.current), self.previous.as_ref()];
        if signed.iter().flatten().any(|signed| signed.key_id == key_id) {
            return None;
        }
        let public = self.account_key(&key_id).and_then(|key| key.key.clone());
        let pending = self.candidate().is_some_and(|candidate| candidate.key_id == key_id);
        let leaving = Leaving { key_id, public };
        if pending {
            return Some((leaving, at));
        }
        Some((self.remains(leaving)?, at))
    }

    /// A public key that a rotation made and then could not store: its private half is lost.
    pub fn stray(&self, older_than: UnixTime) -> Option<&AccountKey> {
        let stored = [Some(&self.current), self.pending_key(), self.previous.as_ref()];
        self.account.iter().find(|key| {
            key.name.starts_with(&name_prefix(&self.group.id))
                && key.created < older_than
                && !self.is_member(&key.id)
                && !stored.iter().flatten().any(|stored| stored.key_id == key.id)
        })
    }

    /// A key in KMS that signs no more and is not to: CloudFront does not know its public half, or
    /// no longer. Another secret may share the group, and with it the tag.
    pub fn stray_in_kms(&self, older_than: UnixTime) -> Option<&TaggedKey> {
        let stored = [Some(&self.current), self.pending_key()];
        self.kms.iter().find(|key| {
            key.created < older_than
                && !self.account.iter().any(|known| known.key.as_ref() == Some(&key.public))
                && !stored.iter().flatten().any(|stored| stored.kms_key.as_ref() == Some(&key.arn))
        })
    }

    fn pending_key(&self) -> Option<&StoredKey> {
        match &self.pending {
            Some(Pending::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// For how long something could have been done, in seconds: a candidate waits from the
    /// beginning, and from when everybody knows it; a key that leaves from the end of its drain.
    pub(super) fn overdue(&self, waits: Waits, now: UnixTime) -> u64 {
        let signing = self.marks.switched_at(&self.current.key_id);
        let drained = signing.map(|since| since.plus_seconds(waits.drain));
        let due = [
            self.candidate().map(|candidate| self.settled(candidate, waits.settle)),
            self.aborting().map(|(_, aborted)| aborted),
            self.retiring().and(drained),
        ];
        let late = due.into_iter().flatten().map(|due| now.seconds_since(due)).max();
        late.and_then(|late| u64::try_from(late).ok()).unwrap_or(0)
    }

    /// From when on a candidate could be further. What it waits for until everybody is told of it is
    /// somebody's to do; then only time has to pass.
    fn settled(&self, candidate: &StoredKey, settle: u32) -> UnixTime {
        let told = self.marks.trusted_at(&candidate.key_id);
        let settled = told.map(|told| told.plus_seconds(settle));
        settled.map_or(candidate.created, |settled| settled.max(candidate.created))
    }

    /// Whether the group has this key.
    pub fn is_member(&self, key_id: &str) -> bool {
        self.group.members.iter().any(|member| member == key_id)
    }

    /// The public key of this id.
    pub fn account_key(&self, key_id: &str) -> Option<&AccountKey> {
        self.account.iter().find(|key| key.id == key_id)
    }

    /// The group with one more key.
    pub fn group_with(&self, key_id: &str) -> KeyGroup {
        let mut group = self.group.clone();
        group.members.push(key_id.to_owned());
        group
    }

    /// The group without a key.
    pub fn group_without(&self, key_id: &str) -> KeyGroup {
        let mut group = self.group.clone();
        group.members.retain(|member| member != key_id);
        group
    }

    fn remains(&self, leaving: Leaving) -> Option<Leaving> {
        let trusted = match &self.trust {
            EdgeTrust::None => false,
            EdgeTrust::State { delegated, published, .. } => {
                mentions(delegated, &leaving) || mentions(published, &leaving)
            }
        };
        let remains = trusted
            || self.is_member(&leaving.key_id)
            || self.account_key(&leaving.key_id).is_some();
        remains.then_some(leaving)
    }
}

/// Whether edges that trust these keys admit what this one signs.
pub(super) fn lists(keys: &[DelegatedKey], key: &StoredKey) -> bool {
    keys.iter().any(|listed| {
        listed.key_use == KeyUse::CloudFront
            && listed.key == key.public
            && listed.id.as_ref().is_none_or(|id| *id == key.key_id)
            && listed.algorithms.contains(&key.algorithm())
    })
}

/// Whether anything of a key is among these.
pub(super) fn mentions(keys: &[DelegatedKey], leaving: &Leaving) -> bool {
    keys.iter().any(|listed| is_of(listed, leaving))
}

/// Whether a listed key is the one that is to go.
pub(super) fn is_of(listed: &DelegatedKey, leaving: &Leaving) -> bool {
    listed.key_use == KeyUse::CloudFront
        && (listed.id.as_deref() == Some(&leaving.key_id)
            || leaving.public.as_ref() == Some(&listed.key))
}

/// What the names of all public keys begin with that rotations of this group make.
pub(super) fn name_prefix(group: &str) -> String {
    format!("edgepass-{group}-")
}
