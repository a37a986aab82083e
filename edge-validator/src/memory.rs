//! A bounded memory of signatures that were verified, and of what they were over.
//!
//! A player asks for a segment every few seconds with the same cookies; checking their signatures
//! again would cost more than everything else together.

use core::fmt;
use std::sync::{Mutex, PoisonError};

use policy::{Proof, Proven, RememberProofs, Thumbprint};

/// The capacity of the cache, in proofs: far more than the viewers that one instance of an edge function
/// serves at a time.
pub const MEMORY_PROOFS: usize = 4096;

/// The longest signed text that is cached, in bytes: as much as fits a cookie. So the cache never takes
/// more than 35 MB of the 128 MB of a viewer-request function; in practice it takes five.
pub const MAX_REMEMBERED_BYTES: usize = 4096;

/// Remembers successes only, the last [`MEMORY_PROOFS`] of them.
///
/// Nobody without a private key can make a signature that is remembered, so nobody can drive
/// others out. What is remembered is compared in full.
pub struct SignatureMemory {
    proofs: Mutex<Proofs<Proven>>,
}

impl Default for SignatureMemory {
    fn default() -> Self {
        Self { proofs: Mutex::new(Proofs::none()) }
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
        // A poisoned lock only means that another thread ended badly: what was remembered is whole.
        self.proofs.lock().unwrap_or_else(PoisonError::into_inner).recall(proof).cloned()
    }

    fn remember(&self, proof: &Proof<'_>, proven: &Proven) {
        let mut proofs = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        proofs.remember(proof, proven.clone());
    }
}

/// A ring buffer: a new proof overwrites the oldest. Writes go through memory in order, which processors
/// prefetch, so a pass that is seen for the first time waits less for cold memory.
struct Proofs<V> {
    remembered: Vec<Remembered<V>>,
    /// The index of the oldest proof, once the buffer is full.
    oldest: usize,
    /// A hash table from a signature's place to the newest proof there.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// More bits of the signature, so that most other signatures are told apart without reading the proof.
    tag: u16,
    /// The index of the proof in the ring buffer.
    at: u16,
}

/// Twice the number of proofs. Of several proofs in one place only the newest is found.
const PLACES: usize = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 13;

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

impl<V> Proofs<V> {
    fn none() -> Self {
        Self { remembered: Vec::new(), oldest: 0, places: vec![Place::default(); PLACES] }
    }

    fn recall(&self, proof: &Proof<'_>) -> Option<&V> {
        let (place, tag) = place(proof);
        let at = self.places.get(place).filter(|place| place.tag == tag)?.at;
        self.remembered.get(usize::from(at)).filter(|it| it.is(proof)).map(|it| &it.value)
    }

    fn remember(&mut self, proof: &Proof<'_>, value: V) {
        let Proof { thumbprint, algorithm, message, signature } = *proof;
        if message.len() > MAX_REMEMBERED_BYTES {
            return;
        }
        let text = [message, signature].concat();
        let message_bytes = message.len();
        let remembered = Remembered { thumbprint, algorithm, text, message_bytes, value };
        let at = self.oldest;
        self.oldest = (at + 1) % MEMORY_PROOFS;
        match self.remembered.get_mut(at) {
            Some(oldest) => *oldest = remembered,
            None => self.remembered.push(remembered),
        }
        let (place, tag) = place(proof);
        if let (Some(place), Ok(at)) = (self.places.get_mut(place), at.try_into()) {
            *place = Place { tag, at };
        }
    }
}

/// The place and the tag of a signature, from its middle bytes. Those are evenly distributed for every
/// algorithm, while a DER encoding begins with the same bytes and the end may be padding.
fn place(proof: &Proof<'_>) -> (usize, u16) {
    let middle = proof.signature.get(proof.signature.len() / 2..).unwrap_or_default();
    let bytes = middle.first_chunk().copied().map_or(0, u64::from_le_bytes);
    // Fibonacci hashing: base64 leaves some bits of every byte the same.
    let spread = bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let [.., high, low] = (spread >> (u64::BITS - PLACE_BITS - u16::BITS)).to_be_bytes();
    let place = usize::try_from(spread >> (u64::BITS - PLACE_BITS)).unwrap_or(0);
    (place, u16::from_be_bytes([high, low]))
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
        let mut memory = Proofs::none();
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
    fn of_one_place_the_later_proof_is_recalled() {
        let mut memory = Proofs::none();
        memory.remember(&PROOF, 1);
        // Another beginning, the same middle.
        let later = Proof { signature: b"Signature-signature", ..PROOF };
        memory.remember(&later, 2);
        assert_eq!(memory.recall(&later), Some(&2));
        assert_eq!(memory.recall(&PROOF), None);
    }

    #[test]
    fn many_viewers_are_remembered_side_by_side() {
        let mut memory = Proofs::none();
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
        // By chance, 1000 of 8192 places lose a sixteenth.
        assert!(kept > 900, "{kept}");
    }

    #[test]
    fn the_earliest_makes_room() {
        let mut memory = Proofs::none();
        memory.remember(&PROOF, 0);
        for later in 1..=MEMORY_PROOFS {
            assert_eq!(memory.recall(&PROOF), Some(&0), "before {later}");
            let signature = format!("{later:0>24}");
            let proof = Proof { signature: signature.as_bytes(), ..PROOF };
            memory.remember(&proof, later);
            assert_eq!(memory.recall(&proof), Some(&later));
        }
        assert_eq!(memory.recall(&PROOF), None);
        assert_eq!(memory.remembered.len(), MEMORY_PROOFS);
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        let mut memory = Proofs::none();
        let message = [0; MAX_REMEMBERED_BYTES + 1];
        let long = Proof { message: &message, ..PROOF };
        memory.remember(&long, ());
        assert_eq!(memory.recall(&long), None);
    }
}
