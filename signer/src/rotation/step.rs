//! The steps of a rotation, and what it waits for between them.

use core::fmt;

use policy::UnixTime;

use super::inventory::{KeyGroup, Leaving};
use super::mark::Milestone;
use super::stored_key::StoredKey;
use crate::source::KmsKeyArn;

/// One change, which may be repeated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Make a key pair, tell CloudFront its public half, and store the private one, or its name.
    Create {
        /// In this version of the secret, where Secrets Manager has begun one.
        version: Option<String>,
    },
    /// Change the members of the key group.
    Regroup(KeyGroup),
    /// Sign a delegation that lists the candidate.
    Trust(StoredKey),
    /// Sign a delegation that does not list a key.
    Distrust(Leaving),
    /// Note what happened, by now, to a key; None takes the note back.
    Mark(Milestone, Option<String>),
    /// Check the candidate, and let it sign.
    Switch {
        /// What signs now.
        from: StoredKey,
        /// The candidate.
        to: StoredKey,
    },
    /// Take the stage `AWSPENDING` from this version of the secret.
    Unstage(String),
    /// Delete a public key.
    Delete(String),
    /// Have a key in KMS deleted: from now on it does not sign, and for a while it can be had back.
    Discard(KmsKeyArn),
}

/// What a rotation waits for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wait {
    /// These distributions to be deployed.
    Deployment(Vec<String>),
    /// A delegation that lists this key, from whoever has the root key.
    Delegation(String),
    /// A delegation that does not list this key, from whoever has the root key.
    Undelegation(String),
    /// The publisher, to publish what is delegated.
    Publication,
    /// Everybody who checks passes to know the candidate.
    Settling(UnixTime),
    /// Passes of the key before to end.
    Draining(UnixTime),
    /// Whoever may be about to switch to a candidate that was given up.
    Retreat(UnixTime),
    /// A service to show what was just changed.
    Sight,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { .. } => {
                f.write_str("make a key pair, and store it beside the current one")
            }
            Self::Regroup(group) => {
                write!(f, "let the key group hold {}", group.members.join(", "))
            }
            Self::Trust(key) => {
                write!(f, "sign a delegation that lists `{}` with {}", key.key_id, key.algorithm())
            }
            Self::Distrust(leaving) => {
                write!(f, "sign a delegation without `{}`", leaving.key_id)
            }
            Self::Mark(milestone, Some(key_id)) => {
                write!(f, "note that `{key_id}` is {}", milestone.name())
            }
            Self::Mark(milestone, None) => {
                write!(f, "take back the note that a key is {}", milestone.name())
            }
            Self::Switch { from, to } => {
                write!(f, "check `{}`, and sign with it instead of `{}`", to.key_id, from.key_id)
            }
            Self::Unstage(version) => {
                write!(f, "take the stage AWSPENDING from the version `{version}`")
            }
            Self::Delete(key_id) => write!(f, "delete the public key `{key_id}`"),
            Self::Discard(key) => write!(f, "schedule the deletion of the KMS key `{key}`"),
        }
    }
}

impl Step {
    /// Its name in logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Regroup(_) => "regroup",
            Self::Trust(_) => "trust",
            Self::Distrust(_) => "distrust",
            Self::Mark(..) => "mark",
            Self::Switch { .. } => "switch",
            Self::Unstage(_) => "unstage",
            Self::Delete(_) => "delete",
            Self::Discard(_) => "discard",
        }
    }
}

impl Wait {
    /// Its name in logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Deployment(_) => "deployment",
            Self::Delegation(_) => "delegation",
            Self::Undelegation(_) => "undelegation",
            Self::Publication => "publication",
            Self::Settling(_) => "settling",
            Self::Draining(_) => "draining",
            Self::Retreat(_) => "retreat",
            Self::Sight => "sight",
        }
    }

    /// Until when at least, where that is known.
    pub const fn until(&self) -> Option<UnixTime> {
        match self {
            Self::Settling(until) | Self::Draining(until) | Self::Retreat(until) => Some(*until),
            Self::Deployment(_)
            | Self::Delegation(_)
            | Self::Undelegation(_)
            | Self::Publication
            | Self::Sight => None,
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployment(distributions) => {
                write!(f, "CloudFront is deploying {}", distributions.join(", "))
            }
            Self::Delegation(key_id) => write!(
                f,
                "the delegation does not list `{key_id}`; sign one that does with `edgepass revocations delegate`, and store it where the publisher reads it"
            ),
            Self::Undelegation(key_id) => write!(
                f,
                "the delegation still lists `{key_id}`; sign one without it with `edgepass revocations delegate`, and store it where the publisher reads it"
            ),
            Self::Publication => f.write_str(
                "the published state does not show the delegation yet; the publisher's next run, or `edgepass revocations publish`, changes that",
            ),
            Self::Settling(until) => {
                write!(f, "until {until} an edge may not know the candidate yet")
            }
            Self::Draining(until) => {
                write!(f, "until {until} passes of the key before may be valid")
            }
            Self::Retreat(until) => {
                write!(f, "until {until} the candidate stays trusted, should somebody be switching to it")
            }
            Self::Sight => f.write_str("what was just changed does not show yet"),
        }
    }
}
