//! Whether signatures hold, as questions to somebody else.

use alloc::sync::Arc;
use core::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use policy::Backend;
use policy::{Algorithm, BoxedKey, InvalidSignature, KeyRefused, PublicKey, VerifySignature};
use sha2::{Digest, Sha256};

use crate::crypto::PureKey;

/// A backend whose keys verify nothing themselves: they look for the answer to the question that a
/// signature is, and leave it open if there is none.
///
/// It is right to ask by content and not by order: what is remembered from one walk to the next is
/// not asked again.
#[derive(Clone, Default)]
pub(super) struct Asking(Arc<Mutex<Questions>>);

#[derive(Default)]
struct Questions {
    keys: Vec<Arc<HeldKey>>,
    answered: Vec<(Question, bool)>,
    open: Option<Question>,
}

struct HeldKey {
    number: usize,
    spki: Vec<u8>,
    here: PureKey,
}

impl Asking {
    /// Begins a walk with the answers that its earlier rounds got.
    pub(super) fn begin(&self, answered: Vec<(Question, bool)>) {
        let mut questions = self.questions();
        questions.answered = answered;
        questions.open = None;
    }

    /// The first question that had no answer, and the answers again.
    pub(super) fn end(&self) -> (Option<Question>, Vec<(Question, bool)>) {
        let mut questions = self.questions();
        (questions.open.take(), mem::take(&mut questions.answered))
    }

    pub(super) fn spki(&self, key: usize) -> Option<Vec<u8>> {
        self.questions().keys.get(key).map(|held| held.spki.clone())
    }

    fn questions(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Asking {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        let mut questions = self.questions();
        let held = Arc::new(HeldKey {
            number: questions.keys.len(),
            spki: key.spki_der().to_vec(),
            here: PureKey::new(key)?,
        });
        questions.keys.push(Arc::clone(&held));
        Ok(Box::new(AskingKey { held, asking: self.clone(), public: key.clone() }))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        |bytes| Sha256::digest(bytes).into()
    }
}

struct AskingKey {
    held: Arc<HeldKey>,
    asking: Asking,
    public: PublicKey,
}

impl VerifySignature for AskingKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if !algorithm.fits(self.public.kind()) {
            return Err(InvalidSignature);
        }
        let question = Question {
            held: Arc::clone(&self.held),
            algorithm,
            message: message.into(),
            signature: signature.into(),
        };
        let mut questions = self.asking.questions();
        match questions.answered.iter().find(|(asked, _)| *asked == question) {
            Some((_, true)) => Ok(()),
            Some((_, false)) => Err(InvalidSignature),
            None => {
                questions.open.get_or_insert(question);
                Err(InvalidSignature)
            }
        }
    }
}

/// Whether a signature is a key's.
pub(super) struct Question {
    held: Arc<HeldKey>,
    algorithm: Algorithm,
    message: Box<[u8]>,
    signature: Box<[u8]>,
}

impl Question {
    pub(super) fn key(&self) -> usize {
        self.held.number
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The answer, computed here.
    pub(super) fn holds(&self) -> bool {
        self.held.here.verify(self.algorithm, &self.message, &self.signature).is_ok()
    }
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.held.number == other.held.number
            && self.algorithm == other.algorithm
            && self.message == other.message
            && self.signature == other.signature
    }
}
