//! What a caller's grants come to: the contents of one pass.

use core::net::IpAddr;

use policy::{Ipv4Network, ResourcePattern, Url};

use crate::interface::edge_claims::EdgeClaims;
use crate::interface::grants::{Lifetime, Rule, Template, cover, signable};
use crate::interface::identity::Viewer;
use crate::interface::placement::CookiePath;
use crate::interface::problem::{Cause, Problem};

/// What one pass is to allow.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    /// The grants that it comes from.
    pub(crate) names: Vec<String>,
    pub(crate) path: CookiePath,
    /// At least one, none twice.
    pub(crate) resources: Vec<ResourcePattern>,
    pub(crate) lifetime: Lifetime,
    pub(crate) methods: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) context: Option<String>,
    /// The one address that it is for.
    pub(crate) address: Option<IpAddr>,
}

impl Allowance {
    /// What one grant gives a viewer, or, without one, an IAM principal.
    pub(crate) fn of_rule(
        rule: &Rule,
        viewer: Option<&Viewer>,
        address: Option<IpAddr>,
        claims: EdgeClaims,
    ) -> Result<Self, Problem> {
        let pattern = |template: &Template| match viewer {
            Some(viewer) => template.for_viewer(viewer),
            None => template.for_anyone(),
        };
        let mut resources = Vec::with_capacity(rule.resources.len());
        for resource in &rule.resources {
            push_new(&mut resources, pattern(resource)?);
        }
        let address = match (rule.bind_address, address) {
            (false, _) => None,
            (true, Some(address)) => Some(address.to_canonical()),
            (true, None) => {
                let problem = "a grant binds the address, and the event names none";
                return Err(Problem::hidden(Cause::Internal, &problem));
            }
        };
        // CloudFront's own condition is IPv4 only.
        if let (Some(IpAddr::V6(_)), Some(_)) = (address, claims.without_token()) {
            let detail = "what is granted is bound to the viewer's address, and at this edge only to IPv4; ask over IPv4";
            return Err(Problem::new(Cause::AddressUnfit, detail));
        }
        Ok(Self {
            names: vec![rule.name.clone()],
            path: rule.path.clone(),
            resources,
            lifetime: rule.lifetime,
            methods: rule.methods.clone(),
            origins: rule.origins.clone(),
            context: rule.context.clone(),
            address,
        })
    }

    /// One for every path that the rules name. Rules of one path become one pass: the resources of
    /// all, and the least lifetime; in everything else they agree, which was checked at start-up.
    pub(crate) fn of_paths(
        rules: &[&Rule],
        viewer: &Viewer,
        address: Option<IpAddr>,
        claims: EdgeClaims,
    ) -> Result<Vec<Self>, Problem> {
        let mut allowances: Vec<Self> = Vec::new();
        for rule in rules {
            let next = Self::of_rule(rule, Some(viewer), address, claims)?;
            match allowances.iter_mut().find(|allowance| allowance.path == next.path) {
                Some(allowance) => allowance.join(next),
                None => allowances.push(next),
            }
        }
        Ok(allowances)
    }

    fn join(&mut self, other: Self) {
        self.names.extend(other.names);
        self.lifetime = self.lifetime.min(other.lifetime);
        for pattern in other.resources {
            push_new(&mut self.resources, pattern);
        }
    }

    /// Whether a URL is one of those allowed.
    pub(crate) fn covers(&self, url: &Url<'_>) -> bool {
        self.resources.iter().any(|pattern| pattern.matches(url, url.query()).is_ok())
    }

    /// What the policy is for: a single pattern that covers all. What it covers beyond them the
    /// claims do not (`res`), so that it may only be wider where the edge demands claims.
    pub(crate) fn policy_resource(&self, claims: EdgeClaims) -> Result<ResourcePattern, Problem> {
        let cover = signable(&cover(self.resources.iter().map(ResourcePattern::as_str)))?;
        if claims == EdgeClaims::Required || self.resources.contains(&cover) {
            return Ok(cover);
        }
        let error = "the policy would open more than the grants, which was not seen at the start";
        Err(Problem::hidden(Cause::Internal, &error))
    }

    /// The address as CloudFront's condition: IPv4 only. IPv6 is the claims' alone.
    pub(crate) fn ipv4_network(&self) -> Option<Ipv4Network> {
        match self.address {
            Some(IpAddr::V4(address)) => Some(Ipv4Network::single(address)),
            Some(IpAddr::V6(_)) | None => None,
        }
    }
}

fn push_new(patterns: &mut Vec<ResourcePattern>, pattern: ResourcePattern) {
    if !patterns.contains(&pattern) {
        patterns.push(pattern);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    /// The start has refused such grants; if it ever fails to, nothing is issued.
    #[test]
    fn no_policy_is_wider_than_what_is_granted_where_claims_may_be_left_out() {
        let resources = ["https://h/standard/*", "https://h/u/a/*"];
        let allowance = |resources: &[&str]| Allowance {
            names: Vec::new(),
            path: CookiePath::root(),
            resources: resources.iter().map(|resource| resource.parse().unwrap()).collect(),
            lifetime: Lifetime::SHORTEST,
            methods: Vec::new(),
            origins: Vec::new(),
            context: None,
            address: None,
        };
        let both = allowance(&resources);
        assert_eq!(both.policy_resource(EdgeClaims::Required).unwrap().as_str(), "https://h/*");
        for claims in [EdgeClaims::Optional, EdgeClaims::Off] {
            assert_eq!(both.policy_resource(claims).unwrap_err().cause, Cause::Internal);
            for one in resources {
                let policy = allowance(&[one]).policy_resource(claims).unwrap();
                assert_eq!(policy.as_str(), one);
            }
        }
    }
}
