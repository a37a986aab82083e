//! policy + request + now.

use alloc::string::ToString;
use alloc::sync::Arc;

use super::find::token::Token;
use super::read::Granted;
use super::signed_url::signed_query;
use crate::carrier::Carrier;
use crate::denied::Denied;
use crate::key::Thumbprint;
use crate::policy::{Policy, Resource, SignedPolicy};
use crate::request::Request;
use crate::resource::{ResourcePattern, Section};
use crate::time::UnixTime;

/// A pass whose policy permits the request. Only [`Granted::check_conditions`] makes one.
pub(crate) struct Permitted<'r> {
    pub(super) pass: Pass,
    pub(super) token: Token<'r>,
}

/// A credential that permits the request.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) policy: Arc<SignedPolicy>,
    pub(super) carrier: Carrier,
    pub(super) thumbprint: Thumbprint,
}

impl<'r> Granted<'r> {
    /// Checks resource, dates and address, in this order.
    pub(crate) fn check_conditions(
        self,
        request: &Request<'_>,
        now: UnixTime,
    ) -> Result<Permitted<'r>, Denied> {
        self.policy.policy.check(request, now)?;
        let Self { policy, carrier, thumbprint, token } = self;
        Ok(Permitted { pass: Pass { policy, carrier, thumbprint }, token })
    }
}

impl Policy {
    fn check(&self, request: &Request<'_>, now: UnixTime) -> Result<(), Denied> {
        match &self.resource {
            // The text was rebuilt from this very request and its signature holds.
            Resource::Exact(_) => {}
            Resource::Pattern(pattern) => check_resource(pattern, request)?,
        }
        // "not allowed to access the file on or before the specified date" (AWS).
        if let Some(starts) = self.date_greater_than
            && now <= starts
        {
            return Err(Denied::NotYetValid { starts, now });
        }
        // AWS leaves the boundary second open; `DateLessThan` says less.
        if now >= self.date_less_than {
            return Err(Denied::Expired { expires: self.date_less_than, now });
        }
        match self.source_ip {
            Some(network) if !request.address.is_some_and(|address| network.contains(address)) => {
                Err(Denied::AddressMismatch { network, address: request.address })
            }
            _ => Ok(()),
        }
    }
}

fn check_resource(pattern: &ResourcePattern, request: &Request<'_>) -> Result<(), Denied> {
    let query = signed_query(&request.url);
    pattern.matches(&request.url, query.as_deref()).map_err(|section| {
        let requested = match section {
            Section::Protocol => request.url.scheme().name(),
            Section::Domain => request.url.host(),
            Section::Path => request.url.path(),
            // A query may carry secrets, the claims token among them.
            Section::Query => "",
        };
        let signed = if section == Section::Query { "" } else { pattern.section(section) };
        Denied::ResourceMismatch {
            section,
            signed: signed.to_string(),
            requested: requested.to_string(),
        }
    })
}
