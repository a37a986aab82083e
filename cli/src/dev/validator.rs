//! The check in front of protected behaviours.

use core::fmt;
use std::sync::Arc;

use edge_validator::{Native, NativeKey, sha256, thumbprint};
use policy::{
    Admitted, Algorithm, ClaimsNeed, ClaimsRules, ClaimsTrust, Denied, Deployment, Hash, Request,
    Trust, TrustedKey, TrustedKeys, UnixTime,
};
use signer::{Clock, Lifetime};

use crate::outcome::Failure;
use crate::when;

use super::state::{KEY_ID, Keys};

/// Decides by the walk, with the keys that a local edge trusts.
pub(super) struct Validator {
    trust: Trust,
    clock: Clock,
}

impl Validator {
    /// Trusts the CloudFront key with SHA-256 only, since SHA-1 would have to be asked for, and lets
    /// nobody in without a claims token.
    pub(super) fn new(keys: &Keys, max_lifetime: Lifetime, clock: Clock) -> Result<Self, Failure> {
        let key = keys.policy_key.public_key();
        let algorithm = Algorithm::new(key.kind(), Hash::Sha256);
        let native = NativeKey::new(key).map_err(|refused| unfit(&refused))?;
        let claims_key =
            keys.trusted_for_claims().ready(&Native).map_err(|refused| unfit(&refused))?;
        let claims = ClaimsTrust::Checked(ClaimsRules {
            need: ClaimsNeed::Required,
            keys: vec![claims_key],
            max_lifetime: Some(max_lifetime.as_seconds()),
            sha256,
        });
        let trust =
            TrustedKey::new(Some(KEY_ID), key, thumbprint(key), &[algorithm], Box::new(native))
                .and_then(|key| TrustedKeys::new(vec![key]))
                .and_then(|keys| Trust::new(Deployment::Standalone, keys, claims))
                .map_err(|refused| unfit(&refused))?;
        Ok(Self { trust, clock })
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<Admitted, Denied> {
        policy::verify(request, &self.trust, self.now())
    }

    pub(super) fn now(&self) -> UnixTime {
        (self.clock)()
    }
}

fn unfit(refused: &dyn fmt::Display) -> Failure {
    Failure::Usage(refused.to_string())
}

/// The clock of this machine.
pub(super) fn system_clock() -> Clock {
    // Where it cannot be told nobody is let in: by then every pass has expired.
    const END_OF_TIME: UnixTime = UnixTime::MILLISECONDS_SUSPECTED;
    Arc::new(|| when::system_clock().unwrap_or(END_OF_TIME))
}
