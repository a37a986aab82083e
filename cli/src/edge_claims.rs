//! What an edge of these settings does about claims tokens, as the signer has to be told.

use edge_validator::{ClaimsSetting, Enforcement, Settings};
use signer::EdgeClaims;

pub(crate) fn edge_claims(settings: &Settings) -> EdgeClaims {
    match (settings.enforcement, settings.claims) {
        (Enforcement::Enforce, ClaimsSetting::Required) => EdgeClaims::Required,
        (Enforcement::Enforce, ClaimsSetting::Optional) => EdgeClaims::Optional,
        (Enforcement::Enforce, ClaimsSetting::Off) | (Enforcement::Log | Enforcement::Off, _) => {
            EdgeClaims::Off
        }
    }
}
