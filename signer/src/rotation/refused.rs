//! Why a rotation does not begin, or does not go on.

use core::fmt;

use policy::Algorithm;

use super::inventory::{Leaving, MAX_ACCOUNT_KEYS, MAX_GROUP_KEYS};
use super::step::Wait;

/// Why a rotation does not begin, or does not go on. Nothing was changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The candidate was given up.
    Aborted {
        /// The candidate.
        key_id: String,
    },
    /// The account holds as many public keys as it may.
    AccountFull,
    /// CloudFront has another key under the id of the one that signs.
    CurrentDiffers {
        /// The id.
        key_id: String,
    },
    /// Edges do not trust the key that signs, or not with its algorithm.
    CurrentNotDelegated {
        /// The key.
        key_id: String,
        /// What it signs with.
        algorithm: Algorithm,
    },
    /// The key that signs is not in the group.
    CurrentNotInGroup {
        /// The key.
        key_id: String,
        /// The group.
        group: String,
    },
    /// CloudFront does not know the key that signs.
    CurrentUnknown {
        /// The key.
        key_id: String,
    },
    /// The group holds as many keys as it may.
    GroupFull {
        /// The group.
        group: String,
    },
    /// There is no candidate.
    NothingStarted,
    /// There is no candidate that could be given up.
    NothingToAbort {
        /// The key before, if the switch has happened.
        retiring: Option<Leaving>,
    },
    /// KMS makes no SHA-1 signatures.
    Sha1InKms {
        /// What the next key was to sign with.
        algorithm: Algorithm,
    },
    /// The rotation before has not ended.
    Unfinished(Wait),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted { key_id } => write!(
                f,
                "the rotation to `{key_id}` was given up; end that with `edgepass rotate abort` or `finish`, then start anew"
            ),
            Self::AccountFull => write!(
                f,
                "the account holds {MAX_ACCOUNT_KEYS} public keys, as many as CloudFront allows; delete one that no key group uses: `aws cloudfront list-public-keys`"
            ),
            Self::CurrentDiffers { key_id } => write!(
                f,
                "CloudFront's public key `{key_id}` is not the public half of the key that signs; store the right `key_id` in the secret first"
            ),
            Self::CurrentNotDelegated { key_id, algorithm } => write!(
                f,
                "the published state does not let edges trust `{key_id}`, which signs, with {algorithm}; delegate and publish that first"
            ),
            Self::CurrentNotInGroup { key_id, group } => write!(
                f,
                "the key `{key_id}`, which signs, is not in the key group `{group}`; add it, or name the right group"
            ),
            Self::CurrentUnknown { key_id } => write!(
                f,
                "CloudFront has no public key `{key_id}`, by which the secret calls the key that signs; store the right `key_id` in the secret first"
            ),
            Self::GroupFull { group } => write!(
                f,
                "the key group `{group}` holds {MAX_GROUP_KEYS} keys, as many as CloudFront allows; take one out that nothing is signed with"
            ),
            Self::NothingStarted => {
                f.write_str("no rotation is under way; begin one with `edgepass rotate start`")
            }
            Self::NothingToAbort { retiring: Some(leaving) } => write!(
                f,
                "the switch has happened, and `{}` is being drained; to go back, rotate again once that is over",
                leaving.key_id
            ),
            Self::NothingToAbort { retiring: None } => {
                f.write_str("no rotation is under way, so that there is nothing to give up")
            }
            Self::Sha1InKms { algorithm } => write!(
                f,
                "KMS makes no SHA-1 signatures, and the next key would sign with {algorithm}; say `RSA-SHA256` or `ECDSA-SHA256` by `--to` or `EDGEPASS_NEXT_ALGORITHM`"
            ),
            Self::Unfinished(wait) => {
                write!(f, "the rotation before has not ended: {wait}; start again after that")
            }
        }
    }
}

impl core::error::Error for Refused {}
