//! Behind CloudFront's own signature check: a claims token without the credential beside it.
//!
//! Whether CloudFront still shows signing parameters to a viewer-request function is documented
//! nowhere. So a token must stand for itself there: `res`, `nbf`, `exp` and `net` mirror the
//! conditions of the policy, and what is admitted is CloudFront's yes *and* the token's.

use crate::denied::Denied;
use crate::memory::RememberProofs;
use crate::request::Request;
use crate::time::UnixTime;
use crate::walk::claims::{Claimed, ClaimsTrust, Token, Unbound};
use crate::walk::find::Fields;

/// The token of a request whose credential only CloudFront saw.
pub(crate) struct TokenAlone<'r>(Token<'r>);

impl<'r> TokenAlone<'r> {
    /// None if the credential is still there: then everything is checked again.
    ///
    /// A token in the query came with signing parameters, which made CloudFront ignore the cookies.
    pub(crate) fn find(request: &Request<'r>) -> Result<Option<Self>, Denied> {
        let parameters = Fields::of_url(request.url.query().unwrap_or(""))?;
        if parameters.any() {
            return Ok(None);
        }
        if parameters.token != Token::Absent {
            return Ok(Some(Self(parameters.token)));
        }
        let cookies = Fields::of_cookies(request.cookies)?;
        Ok((!cookies.any()).then_some(Self(cookies.token)))
    }

    /// Checks the token by itself.
    pub(crate) fn claim(
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
