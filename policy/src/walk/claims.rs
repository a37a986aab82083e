//! The claims token of a request: found beside the credential, proven, bound to it, evaluated.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::claims::{Claims, ClaimsFault, MAX_CLAIMS_BYTES};
use crate::denied::Denied;
use crate::forwarding::{CLAIMS_NAME, forwarded_query};
use crate::jws::{ClaimsKey, Envelope};
use crate::key::Thumbprint;
use crate::memory::{Proof, Proven, RememberProofs, Saying};
use crate::network::Network;
use crate::pieces::pieces;
use crate::policy::{Resource, SignedPolicy};
use crate::request::Request;
use crate::time::UnixTime;
use crate::verify::Pass;
use crate::walk::conditions::Permitted;
use crate::walk::find::Carrier;

/// How far ahead of our clock an `iat` may be, in seconds: the clocks of signers and edges differ.
pub const MAX_CLOCK_SKEW: u32 = 60;

/// What the operator says about claims tokens.
pub enum ClaimsTrust {
    /// They are checked.
    Checked(ClaimsRules),
    /// They are not looked at.
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
    /// Requests without one are admitted by their policy alone. One that is there must hold.
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

/// A claims token as it was found. Nothing in it is proven.
#[derive(Clone, Default, Eq, PartialEq)]
pub(crate) enum Token<'r> {
    #[default]
    Absent,
    Faulty(ClaimsFault),
    Found(&'r str),
}

impl<'r> Token<'r> {
    /// Notes one more value of this name.
    pub(crate) fn put(&mut self, value: &'r str) {
        *self = match self {
            Self::Absent => Self::Found(value),
            _ => Self::Faulty(ClaimsFault::Repeated),
        };
    }

    /// What it says, if there is a token: proven, then bound as `bound` says, then evaluated.
    pub(crate) fn checked(
        &self,
        request: &Request<'_>,
        trust: &ClaimsTrust,
        memory: &dyn RememberProofs,
        now: UnixTime,
        bound: impl FnOnce(&Claims) -> Result<(), Unbound>,
    ) -> Result<Option<ProvenToken>, Denied> {
        let ClaimsTrust::Checked(rules) = trust else { return Ok(None) };
        let proven = self.proven(rules, memory)?;
        if let Some(ProvenToken { claims, .. }) = &proven {
            bound(claims).map_err(Denied::ClaimsNotBound)?;
            claims.check(rules, request, now)?;
        }
        Ok(proven)
    }

    /// What it says, if there is a token and its signature holds.
    fn proven(
        &self,
        rules: &ClaimsRules,
        memory: &dyn RememberProofs,
    ) -> Result<Option<ProvenToken>, Denied> {
        match self {
            Self::Absent if rules.need == ClaimsNeed::Required => Err(Denied::ClaimsMissing),
            Self::Absent => Ok(None),
            Self::Faulty(fault) => Err(fault.clone().into()),
            Self::Found(token) => rules.prove(token, memory).map(Some),
        }
    }
}

impl ClaimsRules {
    /// Checks the signature, and only then reads what is signed.
    fn prove(&self, token: &str, memory: &dyn RememberProofs) -> Result<ProvenToken, Denied> {
        let bytes = token.len();
        if bytes > MAX_CLAIMS_BYTES {
            return Err(ClaimsFault::TooLong { bytes }.into());
        }
        let envelope = Envelope::split(token).ok_or(ClaimsFault::NotJws)?;
        let Some(key) = envelope.key(&self.keys) else {
            return Err(Denied::ClaimsSignatureInvalid { key_id: None });
        };
        let thumbprint = key.thumbprint();
        let proof = Proof {
            thumbprint,
            algorithm: key.algorithm().name(),
            message: envelope.signed.as_bytes(),
            signature: envelope.signature.as_bytes(),
        };
        if let Some(Proven(Saying::Claims(claims))) = memory.recall(&proof) {
            return Ok(ProvenToken { claims, thumbprint });
        }
        if envelope.verify(key).is_err() {
            let key_id = Some(key.id().to_string());
            return Err(Denied::ClaimsSignatureInvalid { key_id });
        }
        let payload = envelope.payload().ok_or(ClaimsFault::NotJws)?;
        let claims = Arc::new(Claims::read(&payload)?);
        memory.remember(&proof, &Proven(Saying::Claims(Arc::clone(&claims))));
        Ok(ProvenToken { claims, thumbprint })
    }
}

/// A token whose signature holds.
#[derive(Clone, Debug)]
pub(crate) struct ProvenToken {
    pub(crate) claims: Arc<Claims>,
    /// The key that signed it.
    pub(crate) thumbprint: Thumbprint,
}

/// A pass whose claims, if any are asked for, permit the request too. Only [`Permitted::claim`] and
/// its counterpart behind CloudFront's own check make one.
pub struct Claimed {
    pub(crate) pass: Option<Pass>,
    pub(crate) token: Option<ProvenToken>,
}

impl Permitted<'_> {
    /// Checks the claims token that came with the credential.
    pub fn claim(
        self,
        request: &Request<'_>,
        trust: &ClaimsTrust,
        memory: &dyn RememberProofs,
        now: UnixTime,
    ) -> Result<Claimed, Denied> {
        let Self { granted, token } = self;
        let token = token.checked(request, trust, memory, now, |claims| {
            check_bound(claims, &token, &granted.policy, granted.carrier)
        })?;
        Ok(Claimed { pass: Some(granted), token })
    }
}

/// A token belongs to one policy: by the digest of its text, or because the signed resource holds
/// the token, so that CloudFront's signature covers it.
fn check_bound(
    claims: &Claims,
    token: &Token<'_>,
    policy: &SignedPolicy,
    carrier: Carrier,
) -> Result<(), Unbound> {
    match claims.policy {
        Some(digest) if Some(digest) == policy.digest => Ok(()),
        Some(_) => Err(Unbound::OtherPolicy),
        None if carrier == Carrier::Cookie => Err(Unbound::NoDigest),
        None => {
            let resource = match &policy.policy.resource {
                Resource::Exact(url) => url.split_once('?').map(|(_, query)| query),
                Resource::Pattern(pattern) => pattern.exact_query(),
            };
            let Token::Found(token) = token else { return Err(Unbound::NotInResource) };
            let whole = |part: &str| {
                part.strip_prefix(CLAIMS_NAME).and_then(|rest| rest.strip_prefix('='))
                    == Some(*token)
            };
            if resource.is_some_and(|query| pieces(query, b'&').any(whole)) {
                Ok(())
            } else {
                Err(Unbound::NotInResource)
            }
        }
    }
}

/// Why a claims token does not belong to the policy beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unbound {
    /// In cookies, without `pol`.
    NoDigest,
    /// Without `pol`, and the resource does not hold the token, or has a wildcard in its query.
    NotInResource,
    /// Without `res`, where the policy itself is not seen.
    NoResources,
    /// `pol` is the digest of another policy.
    OtherPolicy,
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDigest => "the claims token has no `pol`, which cookies need",
            Self::NotInResource => {
                "the claims token has no `pol`, and the query of the signed resource does not hold the token"
            }
            Self::NoResources => {
                "the claims token has no `res`, which it needs where CloudFront's policy is not seen"
            }
            Self::OtherPolicy => "`pol` of the claims token is the digest of another policy",
        })
    }
}

/// What of a request a claims token does not allow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Mismatch {
    /// `mth`
    Method {
        /// The request's.
        method: String,
    },
    /// `net`
    Network {
        /// The viewer's address, if known.
        address: Option<IpAddr>,
    },
    /// `org`
    Origin {
        /// The request's, if it says.
        origin: Option<String>,
    },
    /// `res`
    Resource {
        /// The request's. Its query may carry secrets.
        path: String,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method { method } => {
                write!(f, "`mth` of the claims token does not allow `{method}`")
            }
            Self::Network { address: Some(address) } => {
                write!(f, "`net` of the claims token does not allow `{address}`")
            }
            Self::Network { address: None } => {
                f.write_str("`net` of the claims token allows some, and the viewer's address is not known")
            }
            Self::Origin { origin: Some(origin) } => {
                write!(f, "`org` of the claims token does not allow `{origin}`")
            }
            Self::Origin { origin: None } => f.write_str(
                "`org` of the claims token allows some, and the request has neither Origin nor Referer",
            ),
            Self::Resource { path } => write!(
                f,
                "`res` of the claims token does not allow `{path}` with its scheme, host and query"
            ),
        }
    }
}

impl Claims {
    /// Lifetime and times first, then what the request must be like.
    pub(crate) fn check(
        &self,
        rules: &ClaimsRules,
        request: &Request<'_>,
        now: UnixTime,
    ) -> Result<(), Denied> {
        self.check_lifetime(rules.max_lifetime)?;
        self.check_times(now)?;
        let address = request.address.map(|address| address.to_canonical());
        if !self.resources.is_empty() {
            // Less what CloudFront takes away, and less the token, which cannot hold itself.
            let query = request.url.query().map(forwarded_query);
            let query = query.as_deref().filter(|query| !query.is_empty());
            if !self.resources.iter().any(|one| one.matches(&request.url, query).is_ok()) {
                let path = request.url.path().to_string();
                return Err(Mismatch::Resource { path }.into());
            }
        }
        let inside = |network: &Network| address.is_some_and(|address| network.contains(address));
        if !self.networks.is_empty() && !self.networks.iter().any(inside) {
            return Err(Mismatch::Network { address }.into());
        }
        if !allows(&self.methods, Some(request.method)) {
            let method = request.method.to_string();
            return Err(Mismatch::Method { method }.into());
        }
        if !allows(&self.origins, request.source()) {
            let origin = request.source().map(ToString::to_string);
            return Err(Mismatch::Origin { origin }.into());
        }
        Ok(())
    }

    pub(crate) fn check_lifetime(&self, most: Option<u32>) -> Result<(), Denied> {
        let seconds = self.expires.seconds_after(self.issued_at);
        match most {
            Some(most) if seconds > i64::from(most) => {
                Err(ClaimsFault::Lifetime { seconds, most }.into())
            }
            _ => Ok(()),
        }
    }

    fn check_times(&self, now: UnixTime) -> Result<(), Denied> {
        if self.issued_at > now.plus_seconds(MAX_CLOCK_SKEW) {
            return Err(Denied::ClaimsNotYetValid { starts: self.issued_at, now });
        }
        match self.not_before {
            Some(starts) if now < starts => Err(Denied::ClaimsNotYetValid { starts, now }),
            _ if now >= self.expires => Err(Denied::ClaimsExpired { expires: self.expires, now }),
            _ => Ok(()),
        }
    }
}

/// An empty list allows everything, another one only what it names.
fn allows(allowed: &[String], found: Option<&str>) -> bool {
    allowed.is_empty() || found.is_some_and(|found| allowed.iter().any(|one| one == found))
}
