//! A key as a version of the secret holds it, and where its private half is.

use core::fmt;
use core::str::FromStr;

use policy::{Algorithm, DelegatedKey, Hash, KeyUse, PublicKey, UnixTime};

use crate::source::KmsKeyArn;

/// A key as a version of the secret holds it, without its private half.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredKey {
    /// The id of the version.
    pub version: String,
    /// When the version was made.
    pub created: UnixTime,
    /// The Key-Pair-Id.
    pub key_id: String,
    /// The public half of what is stored.
    pub public: PublicKey,
    /// What it signs with.
    pub hash: Hash,
    /// The key in KMS that the version names; None if the version holds the private half.
    pub kms_key: Option<KmsKeyArn>,
}

impl StoredKey {
    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::new(self.public.kind(), self.hash)
    }

    /// Where its private half is.
    pub const fn custody(&self) -> Custody {
        match self.kms_key {
            Some(_) => Custody::Kms,
            None => Custody::Secret,
        }
    }

    /// As a delegation lists it.
    pub fn listed(&self) -> DelegatedKey {
        DelegatedKey {
            key_use: KeyUse::CloudFront,
            id: Some(self.key_id.clone()),
            key: self.public.clone(),
            algorithms: vec![self.algorithm()],
        }
    }
}

/// Where a private half is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Custody {
    /// In KMS, which it never leaves. The secret names it.
    Kms,
    /// In the secret.
    Secret,
}

impl Custody {
    /// As options and variables say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::Secret => "secret",
        }
    }
}

impl FromStr for Custody {
    type Err = NotACustody;

    fn from_str(text: &str) -> Result<Self, NotACustody> {
        match text {
            "kms" => Ok(Self::Kms),
            "secret" => Ok(Self::Secret),
            other => Err(NotACustody(other.to_owned())),
        }
    }
}

/// A text that names no place for private halves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotACustody(String);

impl fmt::Display for NotACustody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is neither `kms` nor `secret`", self.0)
    }
}

impl core::error::Error for NotACustody {}
