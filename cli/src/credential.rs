//! What `verify` and `inspect` say of a credential.

use core::fmt;

use serde::Serialize;

use crate::hash::HashName;

/// A credential without its policy and its signature, in the form of `--json`.
#[derive(Serialize)]
pub(crate) struct Outline {
    carrier: &'static str,
    key_id: String,
    pub(crate) hash: HashName,
    pub(crate) canned: bool,
}

impl Outline {
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }
}

impl From<policy::Outline<'_>> for Outline {
    fn from(outline: policy::Outline<'_>) -> Self {
        Self {
            carrier: outline.carrier.name(),
            key_id: outline.key_id.into_owned(),
            hash: outline.hash.into(),
            canned: outline.is_canned,
        }
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { carrier, key_id, hash, canned } = self;
        let policy = if *canned { "canned" } else { "custom" };
        write!(f, "{carrier}, {policy} policy, key id {key_id}, {hash}")
    }
}
