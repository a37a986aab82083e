//! The next change of a rotation: a pure function of the inventory, the goal and the time.

use policy::UnixTime;

use super::inventory::{
    EdgeTrust, Inventory, Leaving, MAX_ACCOUNT_KEYS, MAX_GROUP_KEYS, Pending, RootKey, lists,
    mentions,
};
use super::mark::Milestone;
use super::refused::Refused;
use super::step::{Step, Wait};
use super::stored_key::StoredKey;

/// How long a rotation waits, in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Waits {
    /// From telling everybody who checks passes of a key until all of them know.
    pub settle: u32,
    /// From the switch until no pass of the key before is valid any more.
    pub drain: u32,
}

/// How long a rotation that was given up leaves its candidate trusted, in seconds: by then whoever
/// was about to switch has either done it, which is seen, or been ended by Lambda.
pub const RETREAT_SECONDS: u32 = 960;

/// How old a key is that no version of the secret names before it counts as lost, in seconds: longer
/// than storing it can take.
const STRAY_SECONDS: u32 = 960;

/// How far to go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Goal {
    /// There is a candidate. What earlier rotations left is removed first.
    Created,
    /// Everybody who checks passes trusts the candidate.
    Trusted,
    /// The candidate signs.
    Switched,
    /// Of what earlier rotations left, nothing is there any more.
    Finished,
    /// The candidate is given up, and nothing is left of it.
    Aborted,
}

/// What comes next.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Next {
    /// One change.
    Do(Step),
    /// Nothing, for the time being.
    Wait(Wait),
    /// Nothing more: the goal is reached.
    Done,
}

/// Decides. It is not asked how things came to be as they are, so that it does not matter where
/// an earlier attempt was interrupted.
pub fn next(there: &Inventory, goal: Goal, waits: Waits, now: UnixTime) -> Result<Next, Refused> {
    match goal {
        Goal::Created => create(there, waits, now),
        Goal::Trusted => trust(there, waits, now),
        Goal::Switched => switch(there, waits, now),
        Goal::Finished => finish(there, waits, now),
        Goal::Aborted => abort(there, now),
    }
}

fn create(there: &Inventory, waits: Waits, now: UnixTime) -> Result<Next, Refused> {
    if there.candidate().is_some() {
        candidate(there)?;
        return Ok(Next::Done);
    }
    match finish(there, waits, now)? {
        Next::Done => {}
        Next::Do(step) => return Ok(Next::Do(step)),
        Next::Wait(wait) => return Err(Refused::Unfinished(wait)),
    }
    check_current(there)?;
    check_room(there)?;
    let version = match &there.pending {
        Some(Pending::Empty(version)) => Some(version.clone()),
        _ => None,
    };
    Ok(Next::Do(Step::Create { version }))
}

/// The order in which those who check learn of the candidate does not matter: nobody signs with
/// it before all of them do.
fn trust(there: &Inventory, waits: Waits, now: UnixTime) -> Result<Next, Refused> {
    let candidate = candidate(there)?;
    check_current(there)?;
    let key_id = &candidate.key_id;
    let told = there.marks.trusted_at(key_id);
    // Somebody took it away again: what was waited for counts no more.
    let untold = |step| match told {
        Some(_) => Next::Do(Step::Mark(Milestone::Trusted, None)),
        None => step,
    };
    if !there.is_member(key_id) {
        if there.group.members.len() >= MAX_GROUP_KEYS {
            return Err(Refused::GroupFull { group: there.group.id.clone() });
        }
        return Ok(untold(Next::Do(Step::Regroup(there.group_with(key_id)))));
    }
    if let EdgeTrust::State { delegated, published, root } = &there.trust {
        if !lists(delegated, candidate) {
            return Ok(untold(match root {
                RootKey::AtHand => Next::Do(Step::Trust(candidate.clone())),
                RootKey::Elsewhere => Next::Wait(Wait::Delegation(key_id.clone())),
            }));
        }
        if !lists(published, candidate) {
            return Ok(untold(Next::Wait(Wait::Publication)));
        }
    }
    let Some(told) = told else {
        return Ok(if there.deploying.is_empty() {
            Next::Do(Step::Mark(Milestone::Trusted, Some(key_id.clone())))
        } else {
            Next::Wait(Wait::Deployment(there.deploying.clone()))
        });
    };
    let settled = told.plus_seconds(waits.settle);
    Ok(if now < settled { Next::Wait(Wait::Settling(settled)) } else { Next::Done })
}

fn switch(there: &Inventory, waits: Waits, now: UnixTime) -> Result<Next, Refused> {
    if there.candidate().is_none() {
        let current = &there.current.key_id;
        return match (there.retiring(), there.marks.switched_at(current)) {
            (Some(_), None) => Ok(Next::Do(Step::Mark(Milestone::Switched, Some(current.clone())))),
            (Some(_), Some(_)) => Ok(Next::Done),
            (None, _) => Err(Refused::NothingStarted),
        };
    }
    match trust(there, waits, now)? {
        Next::Done => {
            let to = candidate(there)?.clone();
            Ok(Next::Do(Step::Switch { from: there.current.clone(), to }))
        }
        before => Ok(before),
    }
}

fn finish(there: &Inventory, waits: Waits, now: UnixTime) -> Result<Next, Refused> {
    if let Some((leaving, aborted)) = there.aborting() {
        return Ok(retreat(there, &leaving, aborted, now));
    }
    if let Some(retiring) = there.retiring() {
        return retire(there, &retiring, waits, now);
    }
    Ok(tidy(there, now))
}

/// Takes away what no version of the secret names.
fn tidy(there: &Inventory, now: UnixTime) -> Next {
    let long_ago = now.as_seconds().saturating_sub(STRAY_SECONDS.into());
    let long_ago = UnixTime::from_seconds(long_ago).unwrap_or(UnixTime::EPOCH);
    if let Some(stray) = there.stray(long_ago) {
        return Next::Do(Step::Delete(stray.id.clone()));
    }
    match there.stray_in_kms(long_ago) {
        Some(stray) => Next::Do(Step::Discard(stray.arn.clone())),
        None => Next::Done,
    }
}

fn retire(
    there: &Inventory,
    retiring: &Leaving,
    waits: Waits,
    now: UnixTime,
) -> Result<Next, Refused> {
    // Before anything is taken away: what signs now has to be trusted by itself.
    check_current(there)?;
    let current = &there.current.key_id;
    let Some(switched) = there.marks.switched_at(current) else {
        return Ok(Next::Do(Step::Mark(Milestone::Switched, Some(current.clone()))));
    };
    let drained = switched.plus_seconds(waits.drain);
    if now < drained {
        return Ok(Next::Wait(Wait::Draining(drained)));
    }
    Ok(removal(there, retiring))
}

fn abort(there: &Inventory, now: UnixTime) -> Result<Next, Refused> {
    if let Some((leaving, aborted)) = there.aborting() {
        return Ok(retreat(there, &leaving, aborted, now));
    }
    match there.candidate() {
        Some(candidate) => {
            Ok(Next::Do(Step::Mark(Milestone::Aborted, Some(candidate.key_id.clone()))))
        }
        None if there.marks.aborted.is_some() => Ok(tidy(there, now)),
        None => Err(Refused::NothingToAbort { retiring: there.retiring() }),
    }
}

/// The stage goes first: without it nobody begins to switch.
fn retreat(there: &Inventory, leaving: &Leaving, aborted: UnixTime, now: UnixTime) -> Next {
    if let Some(candidate) = there.candidate()
        && candidate.key_id == leaving.key_id
    {
        return Next::Do(Step::Unstage(candidate.version.clone()));
    }
    let until = aborted.plus_seconds(RETREAT_SECONDS);
    if now < until { Next::Wait(Wait::Retreat(until)) } else { removal(there, leaving) }
}

/// From the group, from the trust of edges, from the account.
fn removal(there: &Inventory, leaving: &Leaving) -> Next {
    let key_id = &leaving.key_id;
    if there.is_member(key_id) {
        return Next::Do(Step::Regroup(there.group_without(key_id)));
    }
    if let EdgeTrust::State { delegated, published, root } = &there.trust {
        if mentions(delegated, leaving) {
            return match root {
                RootKey::AtHand => Next::Do(Step::Distrust(leaving.clone())),
                RootKey::Elsewhere => Next::Wait(Wait::Undelegation(key_id.clone())),
            };
        }
        if mentions(published, leaving) {
            return Next::Wait(Wait::Publication);
        }
    }
    match there.account_key(key_id) {
        Some(_) => Next::Do(Step::Delete(key_id.clone())),
        None => Next::Done,
    }
}

/// The candidate, unless it was given up.
fn candidate(there: &Inventory) -> Result<&StoredKey, Refused> {
    let candidate = there.candidate().ok_or(Refused::NothingStarted)?;
    match there.aborting() {
        Some((leaving, _)) => Err(Refused::Aborted { key_id: leaving.key_id }),
        None => Ok(candidate),
    }
}

/// Whether the key that signs now is what CloudFront and edges know by its id.
fn check_current(there: &Inventory) -> Result<(), Refused> {
    let StoredKey { key_id, public, .. } = &there.current;
    let known = there
        .account_key(key_id)
        .ok_or_else(|| Refused::CurrentUnknown { key_id: key_id.clone() })?;
    if known.key.as_ref() != Some(public) {
        return Err(Refused::CurrentDiffers { key_id: key_id.clone() });
    }
    if !there.is_member(key_id) {
        let group = there.group.id.clone();
        return Err(Refused::CurrentNotInGroup { key_id: key_id.clone(), group });
    }
    if let EdgeTrust::State { delegated, published, .. } = &there.trust
        && !(lists(delegated, &there.current) && lists(published, &there.current))
    {
        let algorithm = there.current.algorithm();
        return Err(Refused::CurrentNotDelegated { key_id: key_id.clone(), algorithm });
    }
    Ok(())
}

fn check_room(there: &Inventory) -> Result<(), Refused> {
    if there.group.members.len() >= MAX_GROUP_KEYS {
        return Err(Refused::GroupFull { group: there.group.id.clone() });
    }
    if there.account.len() >= MAX_ACCOUNT_KEYS {
        return Err(Refused::AccountFull);
    }
    Ok(())
}
