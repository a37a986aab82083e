//! What edges trust: the delegation as the publisher reads it, and the head as it is published.

use core::fmt;
use std::sync::Arc;

use aws_lc::AwsLc;
use policy::{DelegatedKey, Delegation, Minimum, ShortRsa, StateTrust, UnixTime};

use crate::clock::system_seconds;
use crate::key::PrivateKey;
use crate::revocation::publish::{Destination, Mandate};
use crate::rotation::{EdgeTrust, EstateFailed, RootKey};
use crate::source::{DestinationSource, SecretSource, Services};

/// The state of a site, as far as its keys go.
pub(super) struct State {
    place: Box<dyn Destination>,
    delegation: SecretSource,
    root: Option<SecretSource>,
    services: Services,
}

impl State {
    pub(super) async fn open(
        place: &DestinationSource,
        delegation: SecretSource,
        root: Option<SecretSource>,
    ) -> Self {
        // Nothing is published here, so that it does not matter how long it would be cached.
        let place = place.open(0).await;
        Self { place, delegation, root, services: Services::default() }
    }

    pub(super) async fn trust(&self) -> Result<EdgeTrust, EstateFailed> {
        let mandate = self.mandate().await?;
        let (trust, delegation) = proven(&mandate)?;
        let head = self.place.head().await.map_err(|error| refused(&error))?;
        let published = match head {
            None => Vec::new(),
            Some(head) => {
                let head = trust.head(&head.bytes, None, UnixTime::MAX);
                head.map_err(|error| refused(&error))?.delegation().keys.clone()
            }
        };
        let root = if self.root.is_some() { RootKey::AtHand } else { RootKey::Elsewhere };
        Ok(EdgeTrust::State { delegated: delegation.keys, published, root })
    }

    /// Signs the next delegation and stores it where the publisher reads it.
    pub(super) async fn delegate(&self, keys: Vec<DelegatedKey>) -> Result<(), EstateFailed> {
        let Some(source) = &self.root else {
            return Err(refused(&"the root key is not at hand"));
        };
        let text = source.fetch(&self.services).await.map_err(|error| refused(&error))?;
        let root = PrivateKey::from_pem(&text, None, ShortRsa::Refuse);
        let root = root.map_err(|error| EstateFailed::new("the root key", &error))?;
        let mandate = self.mandate().await?;
        if *root.public_key() != mandate.root {
            return Err(refused(&"the root key is not the one that signed it"));
        }
        let (_, before) = proven(&mandate)?;
        // As `edgepass revocations delegate` counts.
        let serial = before.serial.saturating_add(1).max(system_seconds());
        let next = Mandate::sign(&Delegation { serial, keys, ..before }, &root);
        let next = next.map_err(|error| refused(&error))?.to_string();
        let stored = self.delegation.replace(&next, &self.services).await;
        stored.map_err(|error| refused(&error))
    }

    async fn mandate(&self) -> Result<Mandate, EstateFailed> {
        let text = self.delegation.fetch(&self.services).await;
        let text = text.map_err(|error| refused(&error))?;
        text.parse().map_err(|error| refused(&error))
    }
}

/// Whom the site trusts, and what the root key has signed.
fn proven(mandate: &Mandate) -> Result<(StateTrust, Delegation), EstateFailed> {
    let Mandate { delegation, root } = mandate;
    let site = delegation.unproven().map_err(|error| refused(&error))?.site;
    let trust = StateTrust::new(
        Some(site),
        core::slice::from_ref(root),
        Minimum::default(),
        Arc::new(AwsLc),
    )
    .map_err(|error| refused(&error))?;
    let delegation = trust.delegation(delegation).map_err(|error| refused(&error))?;
    Ok((trust, delegation))
}

fn refused(why: &dyn fmt::Display) -> EstateFailed {
    EstateFailed::new("the delegation and the published state", why)
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("delegation", &self.delegation).finish_non_exhaustive()
    }
}
