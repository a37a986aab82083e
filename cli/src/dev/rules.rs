//! The rules of a local edge: what an `edge.toml` would say.

use edge_validator::{
    ClaimsSetting, Enforcement, KeySettings, RevocationSettings, Settings, StateSource,
};
use policy::{Algorithm, Deployment, Hash, Minimum, PublicKey, WhenUnknown, to_base64};
use signer::Lifetime;

use super::state::{KEY_ID, Keys};

/// For how long an edge does not look up the state again, in seconds.
const REFRESH_SECONDS: u32 = 2;

/// How long caches may keep the head of the state, in seconds: half of that.
pub(super) const HEAD_SECONDS: u32 = REFRESH_SECONDS / 2;

/// How old a state may be, in seconds: some heartbeats may fail.
const MAX_STALE_SECONDS: u32 = 60;

/// The rules by which both edges go: the validator in this process and the Lambda@Edge bundle.
///
/// The CloudFront key is trusted with SHA-256 only, since SHA-1 would have to be asked for, and
/// nobody is let in without a claims token. `root` signed the state at `state_url`.
pub(super) fn settings(
    keys: &Keys,
    root: &PublicKey,
    state_url: String,
    max_lifetime: Lifetime,
) -> Settings {
    let key = keys.policy_key.public_key();
    let algorithm = Algorithm::new(key.kind(), Hash::Sha256);
    Settings {
        deployment: Deployment::Standalone,
        claims: ClaimsSetting::Required,
        max_lifetime: Some(max_lifetime.as_seconds()),
        claims_keys: vec![keys.trusted_for_claims()],
        scheme: "http".to_owned(),
        enforcement: Enforcement::Enforce,
        expose_reason: true,
        keys: vec![KeySettings::new(Some(KEY_ID.to_owned()), key, &[algorithm])],
        revocation: Some(RevocationSettings {
            source: StateSource::Url(state_url),
            roots: vec![to_base64(root.spki_der())],
            site: None,
            minimum: Minimum::default(),
            refresh_seconds: REFRESH_SECONDS,
            max_stale_seconds: MAX_STALE_SECONDS,
            when_unknown: WhenUnknown::Deny,
        }),
        key_value_store: None,
        public_paths: Vec::new(),
        redirect_to: None,
        cors_origins: Vec::new(),
    }
}
