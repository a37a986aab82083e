//! The CloudFront key, wherever it is kept: what asks it for signatures, and how many.

use core::fmt;
use core::future::{Future, ready};
use core::pin::Pin;

use policy::{Hash, KeyKind, MakeSignature};

use crate::key::PrivateKey;

/// A key that signs policies: one at hand, or one that answers over the network (KMS).
pub trait SignPolicy: Send + Sync {
    /// The kind of the key, which with the hash decides the algorithm.
    fn kind(&self) -> KeyKind;

    /// How much may be asked of it at a time.
    fn capacity(&self) -> Capacity;

    /// The raw signature bytes over `text` (ECDSA: DER).
    fn sign<'k>(&'k self, hash: Hash, text: &'k str) -> PolicySignature<'k>;
}

/// A signature on its way.
pub type PolicySignature<'k> =
    Pin<Box<dyn Future<Output = Result<Vec<u8>, SignatureUnavailable>> + Send + 'k>>;

/// How many signatures a key makes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capacity {
    /// For one request; it is refused before the first signature if it needs more.
    pub per_request: usize,
    /// At the same time.
    pub at_once: usize,
}

impl Capacity {
    /// Of a key in the memory of the process: as many as a request may ask for, one after another,
    /// since each keeps the processor busy.
    pub const LOCAL: Self = Self { per_request: crate::MAX_URLS, at_once: 1 };
}

impl SignPolicy for PrivateKey {
    fn kind(&self) -> KeyKind {
        MakeSignature::kind(self)
    }

    fn capacity(&self) -> Capacity {
        Capacity::LOCAL
    }

    fn sign<'k>(&'k self, hash: Hash, text: &'k str) -> PolicySignature<'k> {
        let signature = MakeSignature::sign(self, hash, text.as_bytes());
        Box::pin(ready(
            signature.map_err(|failed| SignatureUnavailable::Failed { detail: failed.to_string() }),
        ))
    }
}

/// Why there is no signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignatureUnavailable {
    /// The key's keeper, or the crypto library, failed.
    Failed {
        /// For the log; never holds what was to be signed.
        detail: String,
    },
    /// The key's keeper wants fewer requests: the caller may try again later.
    Throttled,
}

impl fmt::Display for SignatureUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { detail } => write!(f, "the CloudFront key did not sign: {detail}"),
            Self::Throttled => {
                f.write_str("the keeper of the CloudFront key is throttling; try again later")
            }
        }
    }
}

impl core::error::Error for SignatureUnavailable {}
