//! The keys that are good now.

use core::fmt;
use core::future::{Future, ready};
use core::pin::Pin;
use std::sync::Arc;

use policy::Hash;

use crate::key::TokenKey;
use crate::key::policy_key::SignPolicy;
use crate::key::site_secret::SiteSecret;

/// Everything secret that issuing needs, of one moment: a rotation replaces it as a whole.
pub struct SigningKeys {
    /// Signs policies.
    pub policy_key: Arc<dyn SignPolicy>,
    /// The Key-Pair-Id under which CloudFront knows it.
    pub key_id: String,
    /// What policies are digested with.
    pub hash: Hash,
    /// Signs claims tokens; never the CloudFront key.
    pub claims_key: TokenKey,
    /// The `kid` under which edges know it.
    pub claims_key_id: String,
    /// Makes the pseudonyms of subjects and the ids of sessions.
    pub site_secret: SiteSecret,
}

/// Shows which keys there are, never what they are.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys")
            .field("policy_key", &self.policy_key.kind())
            .field("key_id", &self.key_id)
            .field("hash", &self.hash)
            .field("claims_key", &self.claims_key)
            .field("claims_key_id", &self.claims_key_id)
            .finish_non_exhaustive()
    }
}

/// Where the keys come from. It is asked for every request, so that a rotation needs no restart:
/// an implementation caches, and fetches again when its copy is old.
pub trait KeyRing: Send + Sync {
    /// The keys to sign with now.
    fn current(&self) -> CurrentKeys<'_>;
}

/// Keys on their way.
pub type CurrentKeys<'r> =
    Pin<Box<dyn Future<Output = Result<Arc<SigningKeys>, KeysUnavailable>> + Send + 'r>>;

/// Keys that never change: those of the development server and of tests.
#[derive(Debug)]
pub struct FixedKeys(Arc<SigningKeys>);

impl FixedKeys {
    /// These, for as long as the process runs.
    pub fn new(keys: SigningKeys) -> Self {
        Self(Arc::new(keys))
    }
}

impl KeyRing for FixedKeys {
    fn current(&self) -> CurrentKeys<'_> {
        Box::pin(ready(Ok(Arc::clone(&self.0))))
    }
}

/// No keys can be had, and none are in hand that may still be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeysUnavailable {
    /// For the log: which one, and why. Never holds any of it.
    pub detail: String,
}

impl fmt::Display for KeysUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the signing keys cannot be had: {}", self.detail)
    }
}

impl core::error::Error for KeysUnavailable {}
