//! Issuing a pass with a claims token, bound to it from the start.

use core::fmt;

use crate::claims::{Claims, ClaimsRefused};
use crate::grant::{Grant, GrantRefused, Target, Unsigned};
use crate::jws::MakeToken;
use crate::signature::Hash;

impl Grant {
    /// [`Grant::unsigned`] with a claims token, which `key` signs at once.
    ///
    /// In cookies, and where the pattern has a wildcard in its query, `pol` binds the token to the
    /// policy. Elsewhere the URL that is signed holds the token, so that CloudFront's own signature
    /// covers it. `claims.policy` is set here, whatever it was.
    pub fn unsigned_with_claims<K: MakeToken>(
        self,
        mut claims: Claims,
        key: &K,
        sha256: impl FnOnce(&[u8]) -> [u8; 32],
        key_id: &str,
        hash: Hash,
    ) -> Result<Unsigned, IssueRefused<K::Error>> {
        claims.policy = None;
        let in_resource = match &self.target {
            Target::Url(_, None) => true,
            Target::Url(_, Some(pattern)) => pattern.exact_query().is_some(),
            Target::Cookies(_) | Target::CookiesFor(..) => false,
        };
        if in_resource {
            let token = claims.sign(key).map_err(IssueRefused::Claims)?;
            let unsigned = self.unsigned(key_id, hash).map_err(IssueRefused::Grant)?;
            return Ok(unsigned.holding(&token));
        }
        let unsigned = self.unsigned(key_id, hash).map_err(IssueRefused::Grant)?;
        claims.policy = Some(sha256(unsigned.text().as_bytes()));
        let token = claims.sign(key).map_err(IssueRefused::Claims)?;
        unsigned.beside(token).map_err(IssueRefused::Grant)
    }
}

/// Why a pass with claims is not issued.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IssueRefused<E> {
    /// The claims token.
    Claims(ClaimsRefused<E>),
    /// CloudFront's part.
    Grant(GrantRefused),
}

impl<E: fmt::Display> fmt::Display for IssueRefused<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims(refused) => refused.fmt(f),
            Self::Grant(refused) => refused.fmt(f),
        }
    }
}

impl<E: core::error::Error> core::error::Error for IssueRefused<E> {}
