//! What may be said of a credential, in logs and on screens.

use alloc::borrow::Cow;

use crate::carrier::Carrier;
use crate::signature::Hash;

/// A credential without its policy and its signature. Nobody signs what is in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outline<'r> {
    /// Where it was found.
    pub carrier: Carrier,
    /// The key that it names.
    pub key_id: Cow<'r, str>,
    /// The hash that it names, SHA-1 if it names none.
    pub hash: Hash,
    /// Whether it has a canned policy, not a custom one.
    pub is_canned: bool,
}

impl Outline<'_> {
    /// The same, for longer than the request.
    pub fn into_owned(self) -> Outline<'static> {
        let Self { carrier, key_id, hash, is_canned } = self;
        Outline { carrier, key_id: Cow::Owned(key_id.into_owned()), hash, is_canned }
    }
}
