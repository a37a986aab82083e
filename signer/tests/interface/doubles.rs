//! Stand-ins for what is behind a network: they can be made to fail.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use policy::{Algorithm, Hash, InvalidSignature, KeyKind, Material, PublicKey, VerifySignature};
use signer::{
    Capacity, Cursor, Entry, MemoryStore, Page, PolicySignature, PrivateKey, Scope, SignPolicy,
    SignatureUnavailable, Standing, Store, StoreAnswer, StoreUnavailable,
};

/// A key that counts what it signs, and can be made to throttle.
pub(crate) struct BusyKey {
    pub(crate) key: PrivateKey,
    pub(crate) throttles: AtomicBool,
    pub(crate) asked: AtomicUsize,
}

impl BusyKey {
    pub(crate) fn new(key: PrivateKey) -> Self {
        Self { key, throttles: AtomicBool::new(false), asked: AtomicUsize::new(0) }
    }
}

impl SignPolicy for BusyKey {
    fn kind(&self) -> KeyKind {
        SignPolicy::kind(&self.key)
    }

    fn capacity(&self) -> Capacity {
        Capacity { per_request: 100, at_once: 4 }
    }

    fn sign<'k>(&'k self, hash: Hash, text: &'k str) -> PolicySignature<'k> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.throttles.load(Ordering::SeqCst) {
            return Box::pin(async { Err(SignatureUnavailable::Throttled) });
        }
        Box::pin(async move {
            tokio::task::yield_now().await; // as a key behind a network does
            SignPolicy::sign(&self.key, hash, text).await
        })
    }
}

/// The store of tests.
#[derive(Default)]
pub(crate) struct FailingStore {
    pub(crate) memory: MemoryStore,
    pub(crate) fails: AtomicBool,
}

impl FailingStore {
    /// The memory's answer is made when it is asked for: a failing store may have done its work.
    fn unless_failing<'s, T: Send + 's>(&self, answer: StoreAnswer<'s, T>) -> StoreAnswer<'s, T> {
        if self.fails.load(Ordering::SeqCst) {
            let detail = "table `secret-name` timed out".to_owned();
            return Box::pin(async { Err(StoreUnavailable { detail }) });
        }
        answer
    }
}

impl Store for FailingStore {
    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing> {
        self.unless_failing(self.memory.standing(subject, session))
    }

    fn revoke<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, Entry> {
        self.unless_failing(self.memory.revoke(entry))
    }

    fn unrevoke<'s>(&'s self, scope: &'s Scope) -> StoreAnswer<'s, Option<Entry>> {
        self.unless_failing(self.memory.unrevoke(scope))
    }

    fn list<'s>(&'s self, after: Option<&'s Cursor>, limit: u32) -> StoreAnswer<'s, Page> {
        self.unless_failing(self.memory.list(after, limit))
    }

    fn remove<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, bool> {
        self.unless_failing(self.memory.remove(entry))
    }

    fn largest_lifetime(&self) -> StoreAnswer<'_, u32> {
        self.unless_failing(self.memory.largest_lifetime())
    }

    fn note_lifetime(&self, seconds: u32) -> StoreAnswer<'_, u32> {
        self.unless_failing(self.memory.note_lifetime(seconds))
    }
}

/// Checks signatures with AWS-LC, as the edge does.
pub(crate) struct Native(pub(crate) PublicKey);

impl VerifySignature for Native {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let (Algorithm::EcdsaSha256, Material::P256 { point }) = (algorithm, self.0.material())
        else {
            return Err(InvalidSignature);
        };
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}
