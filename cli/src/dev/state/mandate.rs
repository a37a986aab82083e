//! The mandate of a local publisher: signed anew when the keys have changed.

use std::path::Path;

use policy::{Algorithm, DelegatedKey, Delegation, Hash, KeyUse, PublicKey, SiteId, UnixTime};
use signer::{Mandate, PrivateKey};

use crate::outcome::Failure;

use super::keys::{CLAIMS_KEY_ID, KEY_ID, Keys, key_pair, read, unfit};
use super::write;

/// What tells this site's state from another's.
const SITE: &str = "edgepass-dev";

/// Whose state is published, and by which keys. The root key is needed here only.
pub(crate) struct SiteMandate {
    pub(crate) mandate: Mandate,
    pub(crate) site: SiteId,
}

impl SiteMandate {
    /// Reads what is there and makes what is not: the root key and the mandate. A local edge trusts
    /// the keys with SHA-256, as it would without a state.
    pub(super) fn open(
        folder: &Path,
        keys: &Keys,
        state_key: &PrivateKey,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let root = key_pair(folder, "root-private.pem", "root-public.pem")?;
        let file = folder.join("delegation.pem");
        let site: SiteId = SITE.parse().map_err(|refused| unfit(&file, &refused))?;
        let wanted = Delegation {
            site: site.clone(),
            serial: u64::try_from(now.as_seconds()).unwrap_or_default(),
            state_key: state_key.public_key().clone(),
            keys: vec![
                listed(KeyUse::CloudFront, KEY_ID, keys.policy_key.public_key()),
                listed(KeyUse::Claims, CLAIMS_KEY_ID, keys.claims_key.public_key()),
            ],
        };
        let known = kept(&file, root.public_key());
        let mandate = match known {
            Some((mandate, delegation)) if is_current(&delegation, &wanted) => mandate,
            known => {
                // Edges take no number that is less.
                let least = known.map_or(0, |(_, delegation)| delegation.serial.saturating_add(1));
                let wanted = Delegation { serial: wanted.serial.max(least), ..wanted };
                Mandate::sign(&wanted, &root).map_err(|refused| unfit(&file, &refused))?
            }
        };
        write(&file, mandate.to_string().as_bytes())?;
        Ok(Self { mandate, site })
    }
}

/// The mandate that was given before, if this root key gave it.
fn kept(file: &Path, root: &PublicKey) -> Option<(Mandate, Delegation)> {
    let mandate: Mandate = read(file).ok()?.parse().ok()?;
    let delegation = mandate.delegation.unproven().ok()?;
    (mandate.root == *root).then_some((mandate, delegation))
}

fn is_current(kept: &Delegation, wanted: &Delegation) -> bool {
    *kept == Delegation { serial: kept.serial, ..wanted.clone() }
}

fn listed(key_use: KeyUse, id: &str, key: &PublicKey) -> DelegatedKey {
    let algorithms = vec![Algorithm::new(key.kind(), Hash::Sha256)];
    DelegatedKey { key_use, id: Some(id.to_owned()), key: key.clone(), algorithms }
}
