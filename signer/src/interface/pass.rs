//! A pass that lacks only CloudFront's signature: its policy, and the claims token bound to it.

use aws_lc::sha256;
use policy::{
    Claims, ClaimsFault, ClaimsRefused, Grant, GrantRefused, IssueRefused, Network,
    ResourcePattern, Target, UnixTime, Unsigned,
};

use crate::interface::allowance::Allowance;
use crate::interface::caller::Issue;
use crate::interface::problem::{Cause, Problem};
use crate::key::ring::SigningKeys;
use crate::key::{NamedTokenKey, SigningFailed};

/// When a pass of this allowance ends. The caller's own `exp` is no bound: it says until when a
/// pass may be asked for, and identity providers renew it many times in the life of a session.
pub(crate) fn expires(issue: &Issue, allowance: &Allowance) -> UnixTime {
    issue.issued.plus_seconds(allowance.lifetime.as_seconds())
}

/// The pass to a target.
///
/// The claims repeat every condition of the policy, since an edge behind CloudFront's own check may
/// not see it, and name in `resources` exactly what is allowed, where the policy may be wider.
pub(crate) fn unsigned(
    keys: &SigningKeys,
    issue: &Issue,
    allowance: &Allowance,
    target: Target,
    resources: Vec<ResourcePattern>,
) -> Result<Unsigned, IssueRefused<SigningFailed>> {
    let expires = expires(issue, allowance);
    let claims = Claims {
        subject: issue.subject.clone(),
        session: issue.session.clone(),
        issued_at: issue.issued,
        expires,
        not_before: None,
        policy: None,
        resources,
        networks: allowance.address.map(Network::single).into_iter().collect(),
        methods: allowance.methods.clone(),
        origins: allowance.origins.clone(),
        context: allowance.context.clone(),
    };
    let grant = Grant { target, expires, starts: None, network: allowance.ipv4_network() };
    let claims_key = NamedTokenKey { id: keys.claims_key_id.clone(), key: &keys.claims_key };
    grant.unsigned_with_claims(claims, &claims_key, sha256, &keys.key_id, keys.hash)
}

impl From<IssueRefused<SigningFailed>> for Problem {
    fn from(refused: IssueRefused<SigningFailed>) -> Self {
        let cause = match &refused {
            IssueRefused::Claims(ClaimsRefused::Claims(
                ClaimsFault::Entries { .. } | ClaimsFault::TooLong { .. },
            ))
            | IssueRefused::Grant(
                GrantRefused::CookieTooLong { .. } | GrantRefused::CookiesTooLong { .. },
            ) => Cause::PassTooLarge,
            IssueRefused::Claims(_) | IssueRefused::Grant(_) => Cause::Internal,
        };
        Self::hidden(cause, &refused)
    }
}
