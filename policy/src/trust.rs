//! Everything that a verifier trusts.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::claims_key::ClaimsKey;
use crate::trusted_key::{TrustRefused, TrustedKeys};

/// Everything that a verifier trusts.
pub struct Trust {
    pub(crate) deployment: Deployment,
    pub(crate) keys: TrustedKeys,
    pub(crate) claims: ClaimsTrust,
}

impl Trust {
    /// The keys of CloudFront credentials, and what is asked of claims tokens. No key may be
    /// trusted for both, nor two claims keys have one id. [`TrustedKeys::none`] are only for
    /// [`Deployment::Native`], where a credential that is visible is then refused.
    pub fn new(
        deployment: Deployment,
        keys: TrustedKeys,
        claims: ClaimsTrust,
    ) -> Result<Self, TrustRefused> {
        if keys.are_none() && deployment == Deployment::Standalone {
            return Err(TrustRefused::NoKey);
        }
        if let ClaimsTrust::Checked(rules) = &claims {
            if rules.keys.is_empty() {
                return Err(TrustRefused::NoClaimsKey);
            }
            for (index, key) in rules.keys.iter().enumerate() {
                let id = || key.id().to_string();
                if rules.keys.iter().skip(index + 1).any(|other| other.id() == key.id()) {
                    return Err(TrustRefused::RepeatedClaimsKey { id: id() });
                }
                if keys.contain(key.thumbprint()) {
                    return Err(TrustRefused::KeyForBoth { id: id() });
                }
            }
        }
        Ok(Self { deployment, keys, claims })
    }

    /// Trusts keys for CloudFront credentials, in standalone mode and without claims.
    pub fn in_credentials(keys: TrustedKeys) -> Self {
        Self { deployment: Deployment::Standalone, keys, claims: ClaimsTrust::Off }
    }
}

/// What has checked a request before the verifier sees it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Deployment {
    /// CloudFront's trusted key group: CloudFront has admitted the request, and may have removed its
    /// credential.
    Native,
    /// Nothing: the verifier checks everything.
    #[default]
    Standalone,
}

impl Deployment {
    /// As `edge.toml` has it: `native` or `standalone`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Standalone => "standalone",
        }
    }

    /// Reads a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Native, Self::Standalone].into_iter().find(|one| one.name() == name)
    }
}

/// What the operator says about claims tokens.
pub enum ClaimsTrust {
    /// They are checked.
    Checked(ClaimsRules),
    /// They are ignored.
    Off,
}

/// How claims tokens are checked.
pub struct ClaimsRules {
    /// Whether there has to be one.
    pub need: ClaimsNeed,
    /// The keys that sign them, never CloudFront's.
    pub keys: Vec<ClaimsKey>,
    /// The longest `exp - iat`, in seconds, if the site has a limit.
    pub max_lifetime: Option<u32>,
    /// SHA-256, which this crate does not compute.
    pub sha256: fn(&[u8]) -> [u8; 32],
}

/// Whether requests need a claims token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ClaimsNeed {
    /// Requests without one are admitted by their policy alone. If there is one, it must hold.
    Optional,
    /// Every request needs one.
    #[default]
    Required,
}

impl ClaimsTrust {
    /// The digest of a policy's text, which tokens are bound to.
    pub(crate) fn digest(&self, text: &[u8]) -> Option<[u8; 32]> {
        match self {
            Self::Checked(rules) => Some((rules.sha256)(text)),
            Self::Off => None,
        }
    }
}
