//! The check in front of protected behaviours.

use std::sync::Arc;

use edge_validator::{NativeKey, thumbprint};
use policy::{
    Admitted, Algorithm, Denied, Hash, PublicKey, Request, Trust, TrustedKey, TrustedKeys, UnixTime,
};

use crate::outcome::Failure;
use crate::when;

/// The Key-Pair-Id of the local key. CloudFront's have 14 characters too.
pub(super) const KEY_ID: &str = "KEDGEPASSLOCAL";

/// Tells the time.
pub(super) type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// Decides by the walk, with the one key that a local edge trusts.
pub(super) struct Validator {
    trust: Trust,
    clock: Clock,
}

impl Validator {
    /// Trusts the key with SHA-256 only: with SHA-1 would have to be asked for.
    pub(super) fn new(key: &PublicKey, clock: Clock) -> Result<Self, Failure> {
        let algorithm = Algorithm::new(key.kind(), Hash::Sha256);
        let native = NativeKey::new(key).map_err(|refused| Failure::Usage(refused.to_string()))?;
        let trust =
            TrustedKey::new(Some(KEY_ID), key, thumbprint(key), &[algorithm], Box::new(native))
                .and_then(|key| TrustedKeys::new(vec![key]))
                .map(Trust::in_credentials)
                .map_err(|refused| Failure::Usage(refused.to_string()))?;
        Ok(Self { trust, clock })
    }

    pub(super) fn verify(&self, request: &Request<'_>) -> Result<Admitted, Denied> {
        policy::verify(request, &self.trust, None, self.now())
    }

    pub(super) fn now(&self) -> UnixTime {
        (self.clock)()
    }
}

/// The clock of this machine.
pub(super) fn system_clock() -> Clock {
    // Where it cannot be told nobody is let in: by then every pass has expired.
    const END_OF_TIME: UnixTime = UnixTime::MILLISECONDS_SUSPECTED;
    Arc::new(|| when::system_clock().unwrap_or(END_OF_TIME))
}
