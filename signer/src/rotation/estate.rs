//! What a rotation works on, behind one call for each change.

use core::fmt;
use core::future::Future;

use policy::{DelegatedKey, PublicKey};
use zeroize::Zeroizing;

use super::inventory::{Inventory, KeyGroup};
use super::mark::{Mark, Milestone};
use crate::key::KeySpec;
use crate::source::KmsKeyArn;

/// The secret, keys in KMS, CloudFront's keys, and what edges trust.
///
/// Each call is one that can fail, and can have worked although it seems to have failed: the
/// rotation looks again, and goes on from what it sees.
pub trait Estate: Send + Sync {
    /// What is there.
    fn inventory(&self) -> impl Future<Output = Result<Inventory, EstateFailed>> + Send;

    /// The text of a version of the secret.
    fn stored(
        &self,
        version: &str,
    ) -> impl Future<Output = Result<Zeroizing<String>, EstateFailed>> + Send;

    /// Makes a key in KMS, with the tag that lets an inventory find it.
    fn create_kms_key(
        &self,
        spec: KeySpec,
    ) -> impl Future<Output = Result<KmsKeyArn, EstateFailed>> + Send;

    /// The public half of a key in KMS.
    fn kms_public_key(
        &self,
        key: &KmsKeyArn,
    ) -> impl Future<Output = Result<PublicKey, EstateFailed>> + Send;

    /// The signature of a key in KMS over a text, with SHA-256.
    fn kms_signature(
        &self,
        key: &KmsKeyArn,
        text: &str,
    ) -> impl Future<Output = Result<Vec<u8>, EstateFailed>> + Send;

    /// Has a key in KMS deleted, which can be taken back for a while; one that already is being
    /// deleted is no error.
    fn discard_kms_key(
        &self,
        key: &KmsKeyArn,
    ) -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// Makes a public key; `name` is its caller reference too, so that the same key is made once.
    /// Its Key-Pair-Id is answered.
    fn create_public_key(
        &self,
        name: &str,
        pem: &str,
    ) -> impl Future<Output = Result<String, EstateFailed>> + Send;

    /// Stores a text as the version `AWSPENDING`, under this id or a new one.
    fn store_pending(
        &self,
        version: Option<&str>,
        text: &str,
    ) -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// Changes the group, unless somebody else did since the inventory.
    fn regroup(&self, group: &KeyGroup) -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// Signs and stores a delegation that lists these keys, with a later serial number.
    fn delegate(
        &self,
        keys: Vec<DelegatedKey>,
    ) -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// Notes a mark, or takes it back.
    fn mark(
        &self,
        milestone: Milestone,
        mark: Option<&Mark>,
    ) -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// The status that a signed URL is answered with.
    fn fetch(&self, url: &str) -> impl Future<Output = Result<u16, EstateFailed>> + Send;

    /// Moves the stage `AWSCURRENT` from one version to another; refused if it was not there.
    fn switch(&self, from: &str, to: &str)
    -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// Takes the stage `AWSPENDING` from a version.
    fn unstage(&self, version: &str) -> impl Future<Output = Result<(), EstateFailed>> + Send;

    /// Deletes a public key; one that is not there is no error.
    fn delete_public_key(
        &self,
        key_id: &str,
    ) -> impl Future<Output = Result<(), EstateFailed>> + Send;
}

/// A call that failed, or whose answer was lost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EstateFailed {
    /// Which one, and why. Never holds a secret or a signed URL.
    pub detail: String,
}

impl EstateFailed {
    /// `what` failed: the name of the call.
    pub fn new(what: &str, why: &dyn fmt::Display) -> Self {
        Self { detail: format!("{what}: {why}") }
    }
}

impl fmt::Display for EstateFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl core::error::Error for EstateFailed {}
