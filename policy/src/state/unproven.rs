//! A head and a delegation decoded for people to look at. Nothing in them is proven.

use super::delegation::{Delegation, SignedDelegation};
use super::head::{HeadDraft, Unproven};
use super::refused::{StatePart, StateRefused};

/// What a head says, **unproven**: anyone can have written it.
///
/// No edge takes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnprovenHead {
    /// The keys that the site trusts, as the head claims.
    pub delegation: Delegation,
    /// Its other fields.
    pub fields: HeadDraft,
}

impl UnprovenHead {
    /// Reads a head without looking at a signature: for inspection only.
    pub fn read(bytes: &[u8]) -> Result<Self, StateRefused> {
        let head = Unproven::split(bytes)?;
        Ok(Self { delegation: head.delegation.unproven()?, fields: head.draft()? })
    }
}

impl SignedDelegation {
    /// What it says, **unproven**: for inspection, and to learn whose it claims to be.
    pub fn unproven(&self) -> Result<Delegation, StateRefused> {
        let part = StatePart::Delegation;
        let (unsigned, _) =
            self.parts().ok_or(StateRefused::Malformed { part, problem: "it ends too early" })?;
        Delegation::read(unsigned)
    }
}
