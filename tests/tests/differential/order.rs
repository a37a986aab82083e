//! What a signer is asked for.

use core::error::Error;

use policy::{Grant, Hash, Target, UnixTime, Unsigned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keys::Key;
use crate::pass::Pass;

/// An order, in the words of the peers' scripts: a signed `url`, whose policy may be for a wider
/// `pattern`, or without one cookies for a `pattern`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<String>,
    pub(crate) key_id: Key,
    #[serde(deserialize_with = "read_hash", serialize_with = "write_hash")]
    pub(crate) hash: Hash,
    pub(crate) expires: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) starts: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ip: Option<String>,
}

impl Order {
    /// Ours, short of the signature.
    pub(crate) fn unsigned(&self) -> Result<Unsigned, Box<dyn Error>> {
        let time = |seconds| UnixTime::from_seconds(seconds).ok_or("before 1970");
        let pattern = self.pattern.as_deref().map(str::parse).transpose()?;
        let target = match (&self.url, pattern) {
            (Some(url), pattern) => Target::Url(url.parse()?, pattern),
            (None, Some(pattern)) => Target::Cookies(pattern),
            (None, None) => return Err("neither a URL nor a pattern".into()),
        };
        let grant = Grant {
            target,
            expires: time(self.expires)?,
            starts: self.starts.map(time).transpose()?,
            network: self.ip.as_deref().map(str::parse).transpose()?,
        };
        Ok(grant.unsigned(self.key_id.id(), self.hash)?)
    }

    /// Ours.
    pub(crate) fn sign(&self) -> Result<Pass, Box<dyn Error>> {
        let signed = self.unsigned()?.sign(self.key_id.private())?;
        Ok(Pass::of(self, &signed))
    }

    /// A URL that the cookies are good for.
    pub(crate) fn example(&self) -> String {
        self.pattern.as_deref().unwrap_or_default().replace('*', "x")
    }
}

fn read_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    let marker = String::deserialize(deserializer)?;
    Hash::from_marker(&marker).ok_or_else(|| serde::de::Error::custom("neither SHA1 nor SHA256"))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn write_hash<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(hash.marker())
}
