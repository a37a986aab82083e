//! What was proven before: the seam for a memory of verified signatures.

use crate::key::Thumbprint;
use crate::signature::Algorithm;

/// A signature and all that it was made over and with. Two proofs are the same only if every
/// field is, byte for byte.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Proof<'p> {
    /// The key.
    pub thumbprint: Thumbprint,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// All signed bytes.
    pub message: &'p [u8],
    /// The signature.
    pub signature: &'p [u8],
}

/// A memory of signatures that were verified.
///
/// An implementation holds successes only, is bounded, and recalls nothing unless every field of
/// the proof is equal. It takes `&self` because requests share it.
pub trait RememberProofs {
    /// Whether this very proof was remembered.
    fn recalls(&self, proof: &Proof<'_>) -> bool;

    /// Notes a proof that was just verified.
    fn remember(&self, proof: &Proof<'_>);
}

/// No memory.
#[derive(Clone, Copy, Debug)]
pub struct Forgetful;

impl RememberProofs for Forgetful {
    fn recalls(&self, _: &Proof<'_>) -> bool {
        false
    }

    fn remember(&self, _: &Proof<'_>) {}
}
