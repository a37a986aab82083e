//! The keys in force: those of the settings until a state lists others.

use std::sync::Arc;

use policy::{
    Backend, ClaimsKey, ClaimsNeed, ClaimsRules, ClaimsTrust, Delegation, Deployment,
    JoseAlgorithm, StateRefused, Trust, TrustedKey, TrustedKeys,
};

use crate::settings::{ClaimsSetting, KeySettings, Settings};
use crate::settings_refused::SettingsRefused;

/// The keys of the settings.
pub(crate) fn by_settings(
    settings: &Settings,
    backend: &Arc<dyn Backend>,
) -> Result<Trust, SettingsRefused> {
    let mut keys = Vec::with_capacity(settings.keys.len());
    for key in &settings.keys {
        keys.push(trusted(key, &**backend)?);
    }
    let mut claims_keys = Vec::with_capacity(settings.claims_keys.len());
    if settings.claims != ClaimsSetting::Off {
        for key in &settings.claims_keys {
            claims_keys.push(key.ready(&**backend)?);
        }
    }
    let claims = claims_trust(settings, claims_keys, &**backend);
    let keys = match settings.deployment {
        Deployment::Native if keys.is_empty() => TrustedKeys::none(),
        _ => TrustedKeys::new(keys)?,
    };
    Ok(Trust::new(settings.deployment, keys, claims)?)
}

/// The keys that a state lists, in place of those of the settings. Secrets cannot be listed, so
/// those of the settings stay.
pub(crate) fn by_delegation(
    delegation: &Delegation,
    settings: &Settings,
    backend: &Arc<dyn Backend>,
) -> Result<Trust, StateRefused> {
    let keys = delegation.trusted_keys(&**backend)?;
    let mut claims_keys = delegation.claims_keys(&**backend)?;
    for key in &settings.claims_keys {
        if key.algorithm() == JoseAlgorithm::Hs256 {
            claims_keys.push(key.ready_secret(&**backend)?);
        }
    }
    let claims = claims_trust(settings, claims_keys, &**backend);
    Ok(Trust::new(settings.deployment, keys, claims)?)
}

fn trusted(key: &KeySettings, backend: &dyn Backend) -> Result<TrustedKey, SettingsRefused> {
    let public_key = key.public_key()?;
    let ready = backend
        .key(&public_key)
        .map_err(|refused| SettingsRefused::Key { id: key.shown(), refused })?;
    let thumbprint = backend.thumbprint(&public_key);
    let id = key.id.as_deref();
    Ok(TrustedKey::new(id, &public_key, thumbprint, &key.allowed()?, ready)?)
}

fn claims_trust(settings: &Settings, keys: Vec<ClaimsKey>, backend: &dyn Backend) -> ClaimsTrust {
    let need = match settings.claims {
        ClaimsSetting::Off => return ClaimsTrust::Off,
        ClaimsSetting::Optional => ClaimsNeed::Optional,
        ClaimsSetting::Required => ClaimsNeed::Required,
    };
    let (max_lifetime, sha256) = (settings.max_lifetime, backend.sha256());
    ClaimsTrust::Checked(ClaimsRules { need, keys, max_lifetime, sha256 })
}
