//! claims token + policy + request + now.

pub(crate) mod refusals;

use alloc::string::{String, ToString};
use alloc::sync::Arc;

use self::refusals::{Mismatch, Unbound};
use super::conditions::{Pass, Permitted};
use super::find::TokenAlone;
use super::find::token::Token;
use crate::carrier::{CLAIMS_NAME, Carrier};
use crate::claims::{Claims, ClaimsFault, MAX_CLAIMS_BYTES};
use crate::claims_key::ClaimsKey;
use crate::denied::Denied;
use crate::forwarding::forwarded_query;
use crate::jws::Envelope;
use crate::key::Thumbprint;
use crate::memory::{Proof, Proven, ProvenText, RememberProofs};
use crate::network::Network;
use crate::policy::{Resource, SignedPolicy};
use crate::request::Request;
use crate::split::split;
use crate::time::UnixTime;
use crate::trust::{ClaimsNeed, ClaimsRules, ClaimsTrust};

/// How far ahead of our clock an `iat` may be, in seconds: the clocks of signers and edges differ.
pub const MAX_CLOCK_SKEW: u32 = 60;

impl Token<'_> {
    /// What it says, if there is a token: proven, then bound as `bound` says, then evaluated.
    fn checked(
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
        let Some(key) = ClaimsKey::named(&self.keys, &envelope) else {
            return Err(Denied::ClaimsSignatureInvalid { key_id: None });
        };
        let thumbprint = key.thumbprint();
        let proof = Proof {
            thumbprint,
            algorithm: key.algorithm().name(),
            message: envelope.signed.as_bytes(),
            signature: envelope.signature.as_bytes(),
        };
        if let Some(Proven(ProvenText::Claims(claims))) = memory.recall(&proof) {
            return Ok(ProvenToken { claims, thumbprint });
        }
        if key.verify(&envelope).is_err() {
            let key_id = Some(key.id().to_string());
            return Err(Denied::ClaimsSignatureInvalid { key_id });
        }
        let payload = envelope.payload().ok_or(ClaimsFault::NotJws)?;
        let claims = Arc::new(Claims::read(&payload)?);
        memory.remember(&proof, &Proven(ProvenText::Claims(Arc::clone(&claims))));
        Ok(ProvenToken { claims, thumbprint })
    }
}

/// A token whose signature holds.
#[derive(Clone, Debug)]
pub(super) struct ProvenToken {
    pub(super) claims: Arc<Claims>,
    /// The key that signed it.
    pub(super) thumbprint: Thumbprint,
}

/// A pass whose claims, if any are asked for, permit the request too. Only the two functions
/// `check_claims` make one.
pub(crate) struct Claimed {
    /// None if only CloudFront has seen the credential.
    pub(super) pass: Option<Pass>,
    /// None where no claims token is asked for.
    pub(super) token: Option<ProvenToken>,
}

impl Permitted<'_> {
    /// Checks the claims token beside the credential.
    pub(crate) fn check_claims(
        self,
        request: &Request<'_>,
        trust: &ClaimsTrust,
        memory: &dyn RememberProofs,
        now: UnixTime,
    ) -> Result<Claimed, Denied> {
        let Self { pass, token } = self;
        let token = token.checked(request, trust, memory, now, |claims| {
            check_bound(claims, &token, &pass.policy, pass.carrier)
        })?;
        Ok(Claimed { pass: Some(pass), token })
    }
}

impl TokenAlone<'_> {
    /// Checks the token by itself: without a policy to be bound to, it has to say for which URLs
    /// it is.
    pub(crate) fn check_claims(
        self,
        request: &Request<'_>,
        trust: &ClaimsTrust,
        memory: &dyn RememberProofs,
        now: UnixTime,
    ) -> Result<Claimed, Denied> {
        let token = self.0.checked(request, trust, memory, now, |claims| {
            if claims.resources.is_empty() { Err(Unbound::NoResources) } else { Ok(()) }
        })?;
        Ok(Claimed { pass: None, token })
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
            if resource.is_some_and(|query| split(query, b'&').any(whole)) {
                Ok(())
            } else {
                Err(Unbound::NotInResource)
            }
        }
    }
}

impl Claims {
    /// Lifetime and times first, then what the request must be like.
    fn check(
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

    pub(super) fn check_lifetime(&self, most: Option<u32>) -> Result<(), Denied> {
        let seconds = self.expires.seconds_since(self.issued_at);
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
