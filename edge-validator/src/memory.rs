//! A bounded memory of signatures that were verified.
//!
//! A player asks for a segment every few seconds with the same cookies; checking their signature
//! again would cost more than everything else together.

use std::sync::{Mutex, PoisonError};

use policy::{Algorithm, Proof, RememberProofs, Thumbprint};

/// How many proofs are remembered at most: far more viewers than one instance of an edge function
/// serves at a time.
pub const MEMORY_SLOTS: usize = 4096;

/// The longest signed text that is remembered, in bytes: what fits a cookie. With the slots it
/// bounds the memory to 19 MB, where a viewer-request function has 128; in practice it is two.
pub const MAX_REMEMBERED_BYTES: usize = 4096;

/// Remembers successes only, each in the one slot that its signature leads to; a later proof takes
/// the slot of an earlier one.
///
/// Nobody without the private key can make a signature that is remembered, so nobody can drive
/// others out. What a slot holds is compared in full.
#[derive(Debug)]
pub struct SignatureMemory {
    slots: Mutex<Vec<Option<Remembered>>>,
}

#[derive(Clone, Debug)]
struct Remembered {
    thumbprint: Thumbprint,
    algorithm: Algorithm,
    message: Box<[u8]>,
    signature: Box<[u8]>,
}

impl Remembered {
    fn is(&self, proof: &Proof<'_>) -> bool {
        self.thumbprint == proof.thumbprint
            && self.algorithm == proof.algorithm
            && *self.message == *proof.message
            && *self.signature == *proof.signature
    }
}

impl Default for SignatureMemory {
    fn default() -> Self {
        Self { slots: Mutex::new(vec![None; MEMORY_SLOTS]) }
    }
}

impl RememberProofs for SignatureMemory {
    fn recalls(&self, proof: &Proof<'_>) -> bool {
        // A poisoned lock only means that another thread ended badly: what the slots hold is whole.
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(slots.get(slot(proof)), Some(Some(remembered)) if remembered.is(proof))
    }

    fn remember(&self, proof: &Proof<'_>) {
        let Proof { thumbprint, algorithm, message, signature } = *proof;
        if message.len() > MAX_REMEMBERED_BYTES {
            return;
        }
        let (message, signature) = (message.into(), signature.into());
        let remembered = Remembered { thumbprint, algorithm, message, signature };
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get_mut(slot(proof)) {
            *slot = Some(remembered);
        }
    }
}

/// By the end of the signature: it is evenly spread for RSA and ECDSA alike, whose beginning is
/// the same for all.
fn slot(proof: &Proof<'_>) -> usize {
    let end = proof.signature.last_chunk().copied().map_or(0, u16::from_le_bytes);
    usize::from(end) % MEMORY_SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROOF: Proof<'_> = Proof {
        thumbprint: Thumbprint([1; 32]),
        algorithm: Algorithm::RsaSha256,
        message: b"message",
        signature: b"signature",
    };

    #[test]
    fn recalls_nothing_but_the_same_proof() {
        let memory = SignatureMemory::default();
        assert!(!memory.recalls(&PROOF));
        memory.remember(&PROOF);
        assert!(memory.recalls(&PROOF));
        for other in [
            Proof { thumbprint: Thumbprint([2; 32]), ..PROOF },
            Proof { algorithm: Algorithm::RsaSha1, ..PROOF },
            Proof { message: b"messagE", ..PROOF },
            Proof { message: b"", ..PROOF },
            Proof { signature: b"signaturE", ..PROOF },
            Proof { signature: b"Signature", ..PROOF },
            Proof { signature: b"", ..PROOF },
        ] {
            assert!(!memory.recalls(&other));
        }
        assert!(memory.recalls(&PROOF));
    }

    #[test]
    fn a_later_proof_takes_the_slot() {
        let memory = SignatureMemory::default();
        memory.remember(&PROOF);
        let later = Proof { signature: b"Signature", ..PROOF };
        memory.remember(&later);
        assert!(memory.recalls(&later));
        assert!(!memory.recalls(&PROOF));
    }

    #[test]
    fn many_viewers_are_remembered_side_by_side() {
        let memory = SignatureMemory::default();
        let signatures = || (0_u16..4096).map(u16::to_le_bytes);
        for signature in signatures() {
            memory.remember(&Proof { signature: &signature, ..PROOF });
        }
        assert!(
            signatures().all(|signature| memory.recalls(&Proof { signature: &signature, ..PROOF }))
        );
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        let memory = SignatureMemory::default();
        let message = [0; MAX_REMEMBERED_BYTES + 1];
        let long = Proof { message: &message, ..PROOF };
        memory.remember(&long);
        assert!(!memory.recalls(&long));
    }
}
