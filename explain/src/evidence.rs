//! What is known about a refused request, in the forms in which people have it.

mod bucket_condition;
mod bucket_policy;
mod cookies;
mod distribution;
mod document;
mod key_group;
mod kind;
mod managed_policy;
mod origin;
mod public_access_block;
mod public_key;
mod response;
mod set_cookie;

use core::fmt;
use core::net::IpAddr;

use policy::{BoxedKey, KeyKind, PublicKey, UnixTime};

pub use self::bucket_policy::BucketPolicy;
pub(crate) use self::bucket_policy::{BucketRequest, Coverage, Reader, Statement};
pub use self::cookies::Cookies;
pub(crate) use self::distribution::{Behavior, FunctionAssociation};
pub use self::distribution::{Distribution, alias_covers};
pub use self::document::NotEvidence;
pub use self::key_group::KeyGroup;
pub(crate) use self::kind::Kind;
pub(crate) use self::origin::{Origin, OriginKind, is_aws_host};
pub use self::public_access_block::PublicAccessBlock;
pub use self::public_key::PublicKeyFile;
pub use self::response::Response;
pub use self::set_cookie::SetCookie;

/// Everything that is known. What is not known stays empty: the explanation asks for what it needs.
#[derive(Debug)]
pub struct Evidence {
    /// The time of the refusal, as far as is known without the response.
    pub now: UnixTime,
    /// Where `now` is from.
    pub clock: Clock,
    /// The URL as it was requested, signing parameters included.
    pub url: Option<String>,
    /// The URL that was signed, if another one was requested: for a segment, that of its playlist.
    pub signed_url: Option<String>,
    /// `Cookie` header lines, as they were or should have been sent.
    pub cookies: Vec<String>,
    /// `Set-Cookie` lines of whoever issued the cookies.
    pub set_cookies: Vec<SetCookie>,
    /// The method, `GET` if nothing says otherwise.
    pub method: Option<String>,
    /// The viewer's address.
    pub address: Option<IpAddr>,
    /// Public keys that may have made the signature.
    pub keys: Vec<KnownKey>,
    /// The distribution.
    pub distribution: Option<Distribution>,
    /// Its key groups.
    pub key_groups: Vec<KeyGroup>,
    /// The bucket's policy.
    pub bucket_policy: Option<BucketPolicy>,
    /// The bucket's public access block.
    pub public_access_block: Option<PublicAccessBlock>,
    /// The 403 itself.
    pub response: Option<Response>,
}

impl Evidence {
    /// Nothing but the time.
    pub fn at(now: UnixTime, clock: Clock) -> Self {
        Self {
            now,
            clock,
            url: None,
            signed_url: None,
            cookies: Vec::new(),
            set_cookies: Vec::new(),
            method: None,
            address: None,
            keys: Vec::new(),
            distribution: None,
            key_groups: Vec::new(),
            bucket_policy: None,
            public_access_block: None,
            response: None,
        }
    }
}

/// Where the time of the refusal is from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Clock {
    /// A person said when it was: it counts before everything else.
    Given,
    /// The clock of this machine: a response's `Date` counts before it.
    Machine,
}

/// A public key that may have made the signature, ready to verify in the shell's backend.
pub struct KnownKey {
    pub(crate) id: Option<String>,
    pub(crate) kind: KeyKind,
    pub(crate) spki: Vec<u8>,
    pub(crate) key: BoxedKey,
}

impl KnownKey {
    /// `id` is the Key-Pair-Id that CloudFront gave the key, if it is known.
    pub fn new(id: Option<&str>, public_key: &PublicKey, key: BoxedKey) -> Self {
        Self {
            id: id.map(str::to_owned),
            kind: public_key.kind(),
            spki: public_key.spki_der().to_vec(),
            key,
        }
    }

    /// Its id in backticks, or what else there is to call it by.
    pub(crate) fn name(&self) -> String {
        match &self.id {
            Some(id) => format!("`{id}`"),
            None => format!("the given {} key without an id", self.kind),
        }
    }
}

impl fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownKey").field("id", &self.id).field("kind", &self.kind).finish()
    }
}
