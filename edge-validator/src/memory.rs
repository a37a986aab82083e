//! A bounded memory of signatures that were verified, and of what they were over.
//!
//! A player asks for a segment every few seconds with the same cookies; checking their signatures
//! again would cost more than everything else together.

use core::fmt;
use core::mem;
use std::sync::{Mutex, PoisonError};

use policy::{Proof, Proven, RememberProofs, Thumbprint};

/// How many proofs are remembered at most: far more viewers than one instance of an edge function
/// serves at a time.
pub const MEMORY_SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 12;

/// The longest signed text that is remembered, in bytes: what fits a cookie. With the slots it
/// bounds the memory to 35 MB, where a viewer-request function has 128; in practice it is five.
pub const MAX_REMEMBERED_BYTES: usize = 4096;

/// Remembers successes only, each in the one slot that its signature leads to; a later proof takes
/// the slot of an earlier one.
///
/// Nobody without a private key can make a signature that is remembered, so nobody can drive
/// others out. What a slot holds is compared in full.
pub struct SignatureMemory {
    slots: Mutex<Slots<Proven>>,
}

impl Default for SignatureMemory {
    fn default() -> Self {
        Self { slots: Mutex::new(Slots::empty()) }
    }
}

/// Leaves out what is remembered: messages and signatures are whole passes.
impl fmt::Debug for SignatureMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureMemory").finish_non_exhaustive()
    }
}

impl RememberProofs for SignatureMemory {
    fn recall(&self, proof: &Proof<'_>) -> Option<Proven> {
        // A poisoned lock only means that another thread ended badly: what the slots hold is whole.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).recall(proof).cloned()
    }

    fn remember(&self, proof: &Proof<'_>, proven: &Proven) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.remember(proof, proven.clone());
    }
}

/// In boxes, so that a memory that nobody has used yet costs a new instance next to nothing.
struct Slots<V>(Vec<Option<Box<Remembered<V>>>>);

struct Remembered<V> {
    thumbprint: Thumbprint,
    algorithm: &'static str,
    /// The message, then the signature.
    text: Vec<u8>,
    message_bytes: usize,
    value: V,
}

impl<V> Remembered<V> {
    fn is(&self, proof: &Proof<'_>) -> bool {
        self.text.split_at_checked(self.message_bytes).is_some_and(|(message, signature)| {
            self.thumbprint == proof.thumbprint
                && self.algorithm == proof.algorithm
                && are_same(message, proof.message)
                && are_same(signature, proof.signature)
        })
    }
}

/// Whether the bytes are equal: sixteen at a time, which are one instruction where the target has SIMD.
fn are_same(one: &[u8], other: &[u8]) -> bool {
    let ((ones, rest), (others, other_rest)) = (one.as_chunks::<16>(), other.as_chunks::<16>());
    let same = |(one, other): (&[u8; 16], &[u8; 16])| {
        u128::from_ne_bytes(*one) == u128::from_ne_bytes(*other)
    };
    one.len() == other.len() && rest == other_rest && ones.iter().zip(others).all(same)
}

impl<V> Slots<V> {
    fn empty() -> Self {
        Self((0..MEMORY_SLOTS).map(|_| None).collect())
    }

    fn recall(&self, proof: &Proof<'_>) -> Option<&V> {
        match self.0.get(slot(proof)) {
            Some(Some(remembered)) if remembered.is(proof) => Some(&remembered.value),
            _ => None,
        }
    }

    fn remember(&mut self, proof: &Proof<'_>, value: V) {
        let Proof { thumbprint, algorithm, message, signature } = *proof;
        if message.len() > MAX_REMEMBERED_BYTES {
            return;
        }
        if let Some(slot) = self.0.get_mut(slot(proof)) {
            // In the room of the one before, which spares the allocator its worst: blocks that
            // nobody has touched for long.
            let mut text =
                slot.as_mut().map_or_else(Vec::new, |earlier| mem::take(&mut earlier.text));
            text.clear();
            text.extend_from_slice(message);
            text.extend_from_slice(signature);
            let message_bytes = message.len();
            let remembered = Remembered { thumbprint, algorithm, text, message_bytes, value };
            match slot {
                Some(earlier) => **earlier = remembered,
                None => *slot = Some(Box::new(remembered)),
            }
        }
    }
}

/// By the middle of the signature: it is evenly spread for every algorithm, where the beginning of
/// a DER form is the same for all, and the end may be padding.
fn slot(proof: &Proof<'_>) -> usize {
    let middle = proof.signature.get(proof.signature.len() / 2..).unwrap_or_default();
    let bytes = middle.first_chunk().copied().map_or(0, u64::from_le_bytes);
    // Fibonacci hashing: base64 leaves some bits of every byte the same.
    let spread = bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - SLOT_BITS);
    usize::try_from(spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROOF: Proof<'_> = Proof {
        thumbprint: Thumbprint([1; 32]),
        algorithm: "RSA-SHA256",
        message: b"message",
        signature: b"signature-signature",
    };

    #[test]
    fn recalls_nothing_but_the_same_proof() {
        let mut memory = Slots::empty();
        assert_eq!(memory.recall(&PROOF), None);
        memory.remember(&PROOF, 7);
        assert_eq!(memory.recall(&PROOF), Some(&7));
        for other in [
            Proof { thumbprint: Thumbprint([2; 32]), ..PROOF },
            Proof { algorithm: "RSA-SHA1", ..PROOF },
            Proof { message: b"messagE", ..PROOF },
            Proof { message: b"", ..PROOF },
            Proof { signature: b"signature-signaturE", ..PROOF },
            Proof { signature: b"Signature-signature", ..PROOF },
            Proof { signature: b"", ..PROOF },
        ] {
            assert_eq!(memory.recall(&other), None);
        }
        assert_eq!(memory.recall(&PROOF), Some(&7));
    }

    #[test]
    fn a_later_proof_takes_the_slot() {
        let mut memory = Slots::empty();
        memory.remember(&PROOF, 1);
        // Another beginning, the same middle.
        let later = Proof { signature: b"Signature-signature", ..PROOF };
        memory.remember(&later, 2);
        assert_eq!(memory.recall(&later), Some(&2));
        assert_eq!(memory.recall(&PROOF), None);
    }

    #[test]
    fn many_viewers_are_remembered_side_by_side() {
        let mut memory = Slots::empty();
        // Signatures as they come: letters and digits, in no order.
        let signatures: Vec<String> = (0_u64..1000)
            .map(|viewer| format!("{:016x}", viewer.wrapping_mul(0x2545_f491_4f6c_dd1d)))
            .collect();
        for signature in &signatures {
            memory.remember(&Proof { signature: signature.as_bytes(), ..PROOF }, ());
        }
        let recalled = |signature: &&String| {
            memory.recall(&Proof { signature: signature.as_bytes(), ..PROOF }).is_some()
        };
        let kept = signatures.iter().filter(recalled).count();
        // By chance, 1000 of 4096 slots lose an eighth.
        assert!(kept > 850, "{kept}");
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        let mut memory = Slots::empty();
        let message = [0; MAX_REMEMBERED_BYTES + 1];
        let long = Proof { message: &message, ..PROOF };
        memory.remember(&long, ());
        assert_eq!(memory.recall(&long), None);
    }
}
