//! Which states an edge takes.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::delegation::{Delegation, SignedDelegation, SiteId};
use super::head::{Head, Unproven};
use super::proven_delegation::{ProvenDelegation, ReadyKey};
use super::refused::{MAX_SECONDS_AHEAD, StatePart, StateRefused, StateSigner};
use crate::backend::Backend;
use crate::key::PublicKey;
use crate::time::UnixTime;

/// The oldest state that an edge takes, fixed when the edge is deployed. It protects an edge that has
/// just started, and so has seen no state, from an old one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Minimum {
    /// Of [`Head::sequence`].
    pub sequence: u64,
    /// Of [`Delegation::serial`].
    pub serial: u64,
}

/// Which states an edge takes: whose, and how old.
pub struct StateTrust {
    site: Option<SiteId>,
    roots: Vec<ReadyKey>,
    minimum: Minimum,
    backend: Arc<dyn Backend>,
}

impl StateTrust {
    /// Takes the state of `site`, delegated by a root key. There may be two root keys while one
    /// replaces the other. Without a site the root key alone says whose state it is: name the site
    /// if several share a root key.
    pub fn new(
        site: Option<SiteId>,
        roots: &[PublicKey],
        minimum: Minimum,
        backend: Arc<dyn Backend>,
    ) -> Result<Self, StateRefused> {
        if !matches!(roots.len(), 1 | 2) {
            return Err(StateRefused::RootKeys);
        }
        let ready = |key| ReadyKey::new(key, &*backend);
        let roots = roots.iter().map(ready).collect::<Result<_, _>>()?;
        Ok(Self { site, roots, minimum, backend })
    }

    /// Reads a head that was fetched. Checks its signatures and its site, and that it is neither
    /// older than `seen`, the one in use, nor dated more than [`MAX_SECONDS_AHEAD`] ahead.
    ///
    /// Before a signature holds, bytes are split by their lengths and not read. A delegation that
    /// `seen` has too is not checked again.
    pub fn head(
        &self,
        bytes: &[u8],
        seen: Option<&Head>,
        now: UnixTime,
    ) -> Result<Head, StateRefused> {
        let unproven = Unproven::split(bytes)?;
        let known = seen.filter(|seen| seen.delegated.signed == unproven.delegation);
        let delegated = match known {
            Some(seen) => Arc::clone(&seen.delegated),
            None => Arc::new(self.delegated(unproven.delegation.clone())?),
        };
        let least = self.minimum.serial.max(seen.map_or(0, |seen| seen.delegation().serial));
        let serial = delegated.delegation.serial;
        if serial < least {
            return Err(StateRefused::OlderDelegation { serial, least });
        }
        delegated.state_key.check(unproven.signed, unproven.signature, StateSigner::State)?;
        let head = unproven.proven(delegated)?;
        self.check(&head, seen, now)?;
        Ok(head)
    }

    /// Reads a delegation by itself, as a publisher does before it signs heads in its name.
    pub fn delegation(&self, signed: &SignedDelegation) -> Result<Delegation, StateRefused> {
        self.delegated(signed.clone()).map(|delegated| delegated.delegation)
    }

    fn delegated(&self, signed: SignedDelegation) -> Result<ProvenDelegation, StateRefused> {
        let part = StatePart::Delegation;
        let (message, signature) =
            signed.parts().ok_or(StateRefused::Malformed { part, problem: "it ends too early" })?;
        let by_root = |root: &ReadyKey| root.check(message, signature, StateSigner::Root).is_ok();
        if !self.roots.iter().any(by_root) {
            return Err(StateRefused::Signature(StateSigner::Root));
        }
        let delegation = Delegation::read(message)?;
        if self.site.as_ref().is_some_and(|site| delegation.site != *site) {
            return Err(StateRefused::OtherSite);
        }
        let state_key = ReadyKey::new(&delegation.state_key, &*self.backend)?;
        Ok(ProvenDelegation { signed, delegation, state_key })
    }

    fn check(&self, head: &Head, seen: Option<&Head>, now: UnixTime) -> Result<(), StateRefused> {
        if seen.is_some_and(|seen| seen.delegation().site != head.delegation().site) {
            return Err(StateRefused::OtherSite);
        }
        let sequence = head.sequence();
        let least = self.minimum.sequence.max(seen.map_or(0, Head::sequence));
        if sequence < least {
            return Err(StateRefused::Older { sequence, least });
        }
        if let Some(seen) = seen
            && sequence == seen.sequence()
            && (head.draft != seen.draft || head.delegated.signed != seen.delegated.signed)
        {
            return Err(StateRefused::Forked { sequence });
        }
        let generated_at = head.generated_at();
        if generated_at > now.plus_seconds(MAX_SECONDS_AHEAD) {
            return Err(StateRefused::Ahead { generated_at, now });
        }
        Ok(())
    }
}
