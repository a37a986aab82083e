//! What `verify` and `inspect` say of a credential.

use core::fmt;

use policy::Credential;
use serde::Serialize;

use crate::hash::HashName;

/// A credential without its policy and its signature.
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

impl From<&Credential<'_>> for Outline {
    fn from(credential: &Credential<'_>) -> Self {
        Self {
            carrier: credential.carrier().name(),
            key_id: credential.key_id().to_owned(),
            hash: credential.hash().into(),
            canned: credential.is_canned(),
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
