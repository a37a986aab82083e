//! The interface of a memory of verified signatures.

use alloc::sync::Arc;

use crate::claims::Claims;
use crate::key::Thumbprint;
use crate::policy::SignedPolicy;

/// A signature and all that it was made over and with. Two proofs are the same only if every
/// field is, byte for byte.
///
/// Message and signature are texts as they travel. Their base64 is read strictly, so that equal
/// bytes are equal texts, and a proof that is remembered need not be decoded again.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Proof<'p> {
    /// The key.
    pub thumbprint: Thumbprint,
    /// The name of the algorithm.
    pub algorithm: &'static str,
    /// All signed bytes.
    pub message: &'p [u8],
    /// The signature.
    pub signature: &'p [u8],
}

/// What the text under a verified signature says. Only the walk makes one.
#[derive(Clone, Debug)]
pub struct Proven(pub(crate) ProvenText);

#[derive(Clone, Debug)]
pub(crate) enum ProvenText {
    Claims(Arc<Claims>),
    Policy(Arc<SignedPolicy>),
}

/// A memory of signatures that were verified, with what the signed texts say.
///
/// An implementation holds successes only, is bounded, and recalls nothing unless every field of
/// the proof is equal. It takes `&self` because requests share it.
pub trait RememberProofs {
    /// What was remembered for this proof.
    fn recall(&self, proof: &Proof<'_>) -> Option<Proven>;

    /// Remembers a proof that was just verified.
    fn remember(&self, proof: &Proof<'_>, proven: &Proven);
}

/// No memory.
#[derive(Clone, Copy, Debug)]
pub struct Forgetful;

impl RememberProofs for Forgetful {
    fn recall(&self, _: &Proof<'_>) -> Option<Proven> {
        None
    }

    fn remember(&self, _: &Proof<'_>, _: &Proven) {}
}
