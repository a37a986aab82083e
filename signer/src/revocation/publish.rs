//! The publisher: from the store to the state that edges fetch.

mod destination;
mod failed;
mod file;
mod mandate;
#[cfg(feature = "aws")]
mod s3;

use std::sync::Arc;

use aws_lc::{AwsLc, sha256};
use policy::{
    BodyDigest, BodyDraft, Delegation, Hash, Head, HeadDraft, MakeSignature, Minimum, PublicKey,
    Salt, SignedDelegation, SiteId, StateTrust, UnixTime,
};

pub use self::destination::{
    Destination, DestinationAnswer, DestinationUnavailable, Published, PublishedBody, Replaced,
    Version,
};
pub use self::failed::PublishFailed;
pub use self::file::FolderDestination;
pub use self::mandate::{Mandate, MandateRefused};
#[cfg(feature = "aws")]
pub use self::s3::S3Destination;
use crate::PrivateKey;
use crate::revocation::store::{Entry, PAGE, Retention, Scope, Store};

/// How often a publisher starts over because another one was faster.
const TURNS: u32 = 20;

/// How long bodies stay after they were published last, in seconds, where nobody says otherwise:
/// an hour, and heads are cached and repeated within minutes.
pub const GRACE_SECONDS: u32 = 3600;

/// Publishes the state of a site.
///
/// Stopped at any point it leaves the state before or the state after, each of them whole: the body
/// is there before the head that names it, and the head changes in one step.
pub struct Publisher {
    trust: StateTrust,
    delegation: SignedDelegation,
    state_key: PrivateKey,
    serial: u64,
    salt: Salt,
    maximum_lifetime: u32,
    grace_seconds: u32,
}

/// What was published.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Publication {
    /// The head.
    pub head: HeadDraft,
    /// When the head before was made, if it was this site's: so old had the state become.
    pub generated_before: Option<UnixTime>,
    /// How many bodies from before were removed.
    pub removed: usize,
    /// Whether the head before was none of this site's, so that this one began anew.
    pub replaced_a_stranger: bool,
}

impl Publisher {
    /// Signs with `state_key` what `delegation` allows it to.
    ///
    /// `maximum_lifetime` is the longest that the site grants today, in seconds. Bodies stay for
    /// `grace_seconds` after they were published last, for edges that were handed the head before:
    /// longer than heads are cached and the heartbeat takes together.
    pub fn new(
        site: SiteId,
        roots: &[PublicKey],
        delegation: SignedDelegation,
        state_key: PrivateKey,
        maximum_lifetime: u32,
        grace_seconds: u32,
    ) -> Result<Self, PublishFailed> {
        let salt = salt(&site);
        let trust = StateTrust::new(Some(site), roots, Minimum::default(), Arc::new(AwsLc))?;
        let Delegation { state_key: delegated, serial, .. } = trust.delegation(&delegation)?;
        if delegated != *state_key.public_key() {
            return Err(PublishFailed::OtherStateKey);
        }
        Ok(Self { trust, delegation, state_key, serial, salt, maximum_lifetime, grace_seconds })
    }

    /// Publishes what the store holds now, in Unix milliseconds. The caller repeats this on every
    /// change and as a heartbeat, at least thrice within the time for which edges believe a state.
    pub async fn publish(
        &self,
        store: &dyn Store,
        destination: &dyn Destination,
        now_milliseconds: u64,
    ) -> Result<Publication, PublishFailed> {
        for _ in 0..TURNS {
            let turn = self.take_turn(store, destination, now_milliseconds).await?;
            if let Some(publication) = turn {
                return Ok(publication);
            }
        }
        Err(PublishFailed::Contended)
    }

    /// None if another publisher was faster.
    ///
    /// The head before is read first and replaced only if it is still there, so that whatever it
    /// was made from was in the store before this turn lists the store.
    async fn take_turn(
        &self,
        store: &dyn Store,
        destination: &dyn Destination,
        now_milliseconds: u64,
    ) -> Result<Option<Publication>, PublishFailed> {
        let before = destination.head().await?;
        let last = before.as_ref().and_then(|before| self.proven(&before.bytes));
        if let Some(last) = &last
            && last.delegation().serial > self.serial
        {
            let published = last.delegation().serial;
            return Err(PublishFailed::OlderDelegation { serial: self.serial, published });
        }
        // A head that this publisher cannot read is replaced, and its serial numbers are lost. A garbled
        // answer looks like such a head, so it counts only if a second read returns the same.
        if before.is_some() && last.is_none() && destination.head().await? != before {
            return Ok(None);
        }
        let now = seconds(now_milliseconds)?;
        let (body, draft) = self.list(store, now).await?;
        let draft = HeadDraft { sequence: sequence(last.as_ref(), now_milliseconds)?, ..draft };
        let name = draft.body_digest.to_string();
        let head = self.sign(&draft)?;

        destination.put_body(&name, &body).await?;
        let version = before.as_ref().map(|before| &before.version);
        if destination.replace_head(&head, version).await? == Replaced::No {
            return Ok(None);
        }
        let replaced_a_stranger = before.is_some() && last.is_none();
        let before = last.as_ref().map(Head::body_name);
        let cleaned = self.clean(destination, &name, before.as_deref()).await?;
        let Some(removed) = cleaned else { return Ok(None) };
        let generated_before = last.as_ref().map(Head::generated_at);
        Ok(Some(Publication { head: draft, generated_before, removed, replaced_a_stranger }))
    }

    /// The head that is published, if it is ours. Its date is not at issue, only its number.
    fn proven(&self, head: &[u8]) -> Option<Head> {
        self.trust.head(head, None, UnixTime::MAX).ok()
    }

    /// The body, and what the head says of it and of the site.
    async fn list(
        &self,
        store: &dyn Store,
        now: UnixTime,
    ) -> Result<(Vec<u8>, HeadDraft), PublishFailed> {
        let maximum_lifetime = store.note_lifetime(self.maximum_lifetime).await?;
        let retention = Retention { largest_lifetime: maximum_lifetime, longest_sign_in: 0 };
        let mut draft = BodyDraft::new(self.salt);
        let (mut revoked_up_to, mut after) = (UnixTime::EPOCH, None);
        loop {
            let page = store.list(after.as_ref(), PAGE).await?;
            for entry in page.entries.iter().filter(|entry| retention.edges_need(entry, now)) {
                let Entry { scope, up_to, .. } = entry;
                match scope {
                    Scope::All => revoked_up_to = revoked_up_to.max(*up_to),
                    Scope::Key(thumbprint) => draft.revoke_key(thumbprint),
                    Scope::Session(session) => draft.revoke_session(session),
                    Scope::Subject(subject) => draft.revoke_subject(subject, *up_to),
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let body = draft.encode()?;
        let head = HeadDraft {
            sequence: 0,
            generated_at: now,
            maximum_lifetime,
            revoked_up_to,
            // `encode` makes none that is longer.
            body_bytes: u32::try_from(body.len()).unwrap_or(u32::MAX),
            body_digest: BodyDigest(sha256(&body)),
        };
        Ok((body, head))
    }

    fn sign(&self, draft: &HeadDraft) -> Result<Vec<u8>, PublishFailed> {
        let unsigned = draft.unsigned(&self.delegation);
        let signature = self.state_key.sign(Hash::Sha256, &unsigned)?;
        Ok(HeadDraft::signed(unsigned, &signature)?)
    }

    /// Removes the bodies that no head has named for the grace period, and says how many those
    /// were; None if another publisher came to need one of them meanwhile, and the state has to be
    /// published anew.
    ///
    /// Every publication writes its body again, so that the date of a body is that of the last head
    /// that named it. After an outage it is not: the body of the head before is spared. It is now
    /// when `written` was, by the clock that has dated the others too: ours may be ahead.
    async fn clean(
        &self,
        destination: &dyn Destination,
        written: &str,
        before: Option<&str>,
    ) -> Result<Option<usize>, PublishFailed> {
        let bodies = destination.bodies().await?;
        let Some(now) = bodies.iter().find(|body| body.name == written) else {
            return Ok(Some(0));
        };
        let now = now.written_at;
        let mut removed = Vec::new();
        for PublishedBody { name, written_at } in bodies {
            let is_spared = before == Some(&*name);
            if !is_spared && now > written_at.plus_seconds(self.grace_seconds) {
                destination.remove_body(&name).await?;
                removed.push(name);
            }
        }
        if removed.is_empty() {
            return Ok(Some(0));
        }
        let head = destination.head().await?.and_then(|head| self.proven(&head.bytes));
        let missing = head.is_some_and(|head| removed.contains(&head.body_name()));
        Ok((!missing).then_some(removed.len()))
    }
}

/// Greater than that of the last head, and of any that was lost.
fn sequence(last: Option<&Head>, now_milliseconds: u64) -> Result<u64, PublishFailed> {
    let Some(last) = last else { return Ok(now_milliseconds) };
    let next = last.sequence().checked_add(1).ok_or(PublishFailed::Sequence)?;
    Ok(next.max(now_milliseconds))
}

fn seconds(milliseconds: u64) -> Result<UnixTime, PublishFailed> {
    let seconds = i64::try_from(milliseconds / 1000).ok().and_then(UnixTime::from_seconds);
    seconds.ok_or(PublishFailed::Sequence)
}

/// The same for all states of a site. Being no secret, it needs no place to be kept.
fn salt(site: &SiteId) -> Salt {
    let sum = sha256(format!("edgepass-salt-1\n{site}").as_bytes());
    Salt(sum.first_chunk().copied().unwrap_or_default())
}
