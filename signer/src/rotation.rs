//! The rotation of the CloudFront key, in which no viewer is ever refused.
//!
//! | | what happens | may be given up |
//! | --- | --- | --- |
//! | create | a key pair, its public half in CloudFront, its private half in the secret as `AWSPENDING`, or in KMS and its name there | yes |
//! | trust | the key group gets it, then the delegation; wait until it is deployed and published, and until every edge knows | yes |
//! | switch | check the candidate, then `AWSCURRENT` moves to it: signers take it up when they renew their keys | no |
//! | drain | wait until the last pass of the key before has ended | no |
//! | remove | the key before leaves the group, the delegation, CloudFront, and KMS | no |
//!
//! What comes next is a pure function, [`next`], of an [`Inventory`] and the time. There is no other
//! memory: stopped between any two calls, a rotation goes on from what it finds. All that cannot be
//! found, three moments, is noted in tags of the secret ([`Marks`]).

#[cfg(feature = "lambda")]
pub(crate) mod rotation_function;

#[cfg(feature = "aws")]
mod aws;
mod candidate;
mod check;
mod estate;
mod failed;
mod inventory;
mod mark;
mod next;
mod refused;
mod step;
mod stored_key;
#[cfg(test)]
mod tests;

use policy::{Algorithm, DelegatedKey, Hash, MakeSignature, SignableUrl};

#[cfg(feature = "aws")]
pub use self::aws::AwsEstate;
use self::candidate::Candidate;
pub use self::check::CheckFailed;
use self::check::{Examinee, PrivateHalf};
pub use self::estate::{Estate, EstateFailed};
pub use self::failed::RotationFailed;
use self::inventory::is_of;
pub use self::inventory::{
    AccountKey, EdgeTrust, Inventory, KeyGroup, Leaving, MAX_ACCOUNT_KEYS, MAX_GROUP_KEYS, Pending,
    RootKey, TaggedKey,
};
pub use self::mark::{Mark, Marks, Milestone};
pub use self::next::{Goal, Next, RETREAT_SECONDS, Waits, next};
pub use self::refused::Refused;
pub use self::step::{Step, Wait};
pub use self::stored_key::{Custody, NotACustody, StoredKey};
use crate::clock::Clock;
use crate::key::KeySpec;

/// More changes than any rotation has. Whoever needs them is at odds with somebody else.
const MAX_STEPS: usize = 40;

/// A rotation of the key of one secret and one key group.
pub struct Rotation<E> {
    estate: E,
    settings: RotationSettings,
    clock: Clock,
}

/// How a site rotates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RotationSettings {
    /// How long it waits.
    pub waits: Waits,
    /// What the next key signs with; None: what the current one does.
    pub algorithm: Option<Algorithm>,
    /// Where the private half of the next key is; None: where that of the current one is.
    pub custody: Option<Custody>,
    /// What is fetched with a pass of the candidate before the switch.
    pub canary: Option<SignableUrl>,
}

/// How far a rotation came.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub enum Arrival {
    /// To its goal.
    Reached,
    /// Only time, or somebody else, brings it further.
    Waiting(Wait),
}

impl<E: Estate> Rotation<E> {
    /// A rotation, which begins when it is told to.
    pub fn new(estate: E, settings: RotationSettings, clock: Clock) -> Self {
        Self { estate, settings, clock }
    }

    /// What is there, and what would come next.
    pub async fn look(
        &self,
        goal: Goal,
    ) -> Result<(Inventory, Result<Next, Refused>), EstateFailed> {
        let there = self.estate.inventory().await?;
        let next = self.next(&there, goal);
        Ok((there, next))
    }

    /// For how long the rotation could have been further than it is, in seconds: a candidate that
    /// has settled and does not sign, or a key that is drained and still trusted.
    pub fn overdue(&self, there: &Inventory) -> u64 {
        there.overdue(self.settings.waits, (self.clock)())
    }

    /// Goes on until the goal is reached or only time brings it nearer. `tell` hears of every
    /// change once it is made.
    pub async fn advance(
        &self,
        goal: Goal,
        tell: &mut (dyn FnMut(&Step) + Send),
    ) -> Result<Arrival, RotationFailed> {
        let mut last = None;
        for _ in 0..MAX_STEPS {
            let there = self.estate.inventory().await?;
            let step = match self.next(&there, goal)? {
                Next::Done => return Ok(Arrival::Reached),
                Next::Wait(wait) => return Ok(Arrival::Waiting(wait)),
                Next::Do(step) => step,
            };
            if last.as_ref() == Some(&step) {
                return Ok(Arrival::Waiting(Wait::Sight));
            }
            self.take(&step, &there).await?;
            tell(&step);
            last = Some(step);
        }
        Err(RotationFailed::Restless)
    }

    /// Signs with the candidate and verifies the result.
    ///
    /// Without a candidate it checks the current key: Secrets Manager asks for that when a rotation is
    /// configured.
    pub async fn check(&self) -> Result<(), RotationFailed> {
        let there = self.estate.inventory().await?;
        self.examine(there.candidate().unwrap_or(&there.current), &there).await
    }

    fn next(&self, there: &Inventory, goal: Goal) -> Result<Next, Refused> {
        let next = next(there, goal, self.settings.waits, (self.clock)())?;
        if let Next::Do(Step::Create { .. }) = next {
            self.kind(there)?;
        }
        Ok(next)
    }

    /// Where the private half of the next key is, and what it signs with.
    fn kind(&self, there: &Inventory) -> Result<(Custody, Algorithm), Refused> {
        let custody = self.settings.custody.unwrap_or_else(|| there.current.custody());
        let algorithm = self.settings.algorithm.unwrap_or_else(|| there.current.algorithm());
        match (custody, algorithm.hash()) {
            (Custody::Kms, Hash::Sha1) => Err(Refused::Sha1InKms { algorithm }),
            _ => Ok((custody, algorithm)),
        }
    }

    async fn take(&self, step: &Step, there: &Inventory) -> Result<(), RotationFailed> {
        match step {
            Step::Create { version } => self.create(version.as_deref(), there).await,
            Step::Regroup(group) => Ok(self.estate.regroup(group).await?),
            Step::Trust(key) => {
                let others = |listed: &DelegatedKey| listed.id.as_ref() != Some(&key.key_id);
                let mut keys = delegated(there, others);
                keys.push(key.listed());
                Ok(self.estate.delegate(keys).await?)
            }
            Step::Distrust(leaving) => {
                let keys = delegated(there, |listed| !is_of(listed, leaving));
                Ok(self.estate.delegate(keys).await?)
            }
            Step::Mark(milestone, key_id) => {
                let at = (self.clock)();
                let mark = key_id.clone().map(|key_id| Mark { key_id, at });
                Ok(self.estate.mark(*milestone, mark.as_ref()).await?)
            }
            Step::Switch { from, to } => {
                self.examine(to, there).await?;
                Ok(self.estate.switch(&from.version, &to.version).await?)
            }
            Step::Unstage(version) => Ok(self.estate.unstage(version).await?),
            Step::Delete(key_id) => Ok(self.estate.delete_public_key(key_id).await?),
            Step::Discard(key) => Ok(self.estate.discard_kms_key(key).await?),
        }
    }

    /// Stopped between its calls, it leaves a public key that no version of the secret names, in no
    /// group, and a key in KMS, which has its tag: [`Inventory::stray`] and
    /// [`Inventory::stray_in_kms`] find them.
    async fn create(&self, version: Option<&str>, there: &Inventory) -> Result<(), RotationFailed> {
        let candidate = match self.kind(there)? {
            (Custody::Kms, algorithm) => {
                let key = self.estate.create_kms_key(KeySpec::of(algorithm)).await?;
                let public = self.estate.kms_public_key(&key).await?;
                Candidate::in_kms(key, public)
            }
            (Custody::Secret, algorithm) => Candidate::generate(algorithm)?,
        };
        let name = candidate.name(&there.group.id);
        let key_id = self.estate.create_public_key(&name, &candidate.public_pem()).await?;
        Ok(self.estate.store_pending(version, &candidate.stored(&key_id)).await?)
    }

    async fn examine(&self, key: &StoredKey, there: &Inventory) -> Result<(), RotationFailed> {
        let returned = there.account_key(&key.key_id).and_then(|key| key.key.as_ref());
        let returned = returned.ok_or(CheckFailed::NotReturned)?;
        let examinee = Examinee::read(self.estate.stored(&key.version).await?, key)?;
        let (canary, now) = (self.settings.canary.as_ref(), (self.clock)());
        let pass = examinee.pass(canary, now)?;
        let signature = match examinee.private() {
            PrivateHalf::Here(private) => {
                private.sign(key.hash, pass.text().as_bytes()).map_err(CheckFailed::Signing)?
            }
            PrivateHalf::Kms(arn) => self.estate.kms_signature(arn, pass.text()).await?,
        };
        let url = examinee.verified(pass, &signature, returned, now)?;
        if canary.is_some() {
            let status = self.estate.fetch(&url).await?;
            if !(200..400).contains(&status) {
                return Err(CheckFailed::Canary(status).into());
            }
        }
        Ok(())
    }
}

/// The keys of the delegation that are to stay.
fn delegated(there: &Inventory, stays: impl Fn(&DelegatedKey) -> bool) -> Vec<DelegatedKey> {
    match &there.trust {
        EdgeTrust::None => Vec::new(),
        EdgeTrust::State { delegated, .. } => {
            delegated.iter().filter(|listed| stays(listed)).cloned().collect()
        }
    }
}
