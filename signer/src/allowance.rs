//! What a caller's grants come to: the contents of one pass.

use core::net::IpAddr;

use policy::{Ipv4Network, ResourcePattern, Url};

use crate::grants::{Lifetime, Rule, Template, TemplateFault, signable};
use crate::identity::Viewer;
use crate::placement::CookiePath;
use crate::problem::{Cause, Problem};

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
    ) -> Result<Vec<Self>, Problem> {
        let mut allowances: Vec<Self> = Vec::new();
        for rule in rules {
            let next = Self::of_rule(rule, Some(viewer), address)?;
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

    /// The narrowest single pattern that covers all: CloudFront takes one statement only. What it
    /// covers beyond them, the claims do not (`res`).
    pub(crate) fn cover(&self) -> Result<ResourcePattern, TemplateFault> {
        match self.resources.as_slice() {
            [pattern] => Ok(pattern.clone()),
            patterns => signable(&common_cover(patterns)),
        }
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

/// What all begin with, up to the first wildcard or query, and a `*`. They share a site, so that
/// it ends in the path at the earliest; and it never ends inside of an escape.
fn common_cover(patterns: &[ResourcePattern]) -> String {
    let fixed = |pattern: &ResourcePattern| -> String {
        pattern.as_str().chars().take_while(|character| !matches!(character, '*' | '?')).collect()
    };
    let mut patterns = patterns.iter().map(fixed);
    let first = patterns.next().unwrap_or_default();
    let mut common = patterns.fold(first, |common, next| {
        let both = common.chars().zip(next.chars());
        both.take_while(|(left, right)| left == right).map(|(left, _)| left).collect()
    });
    let after_percent = common.rfind('%').and_then(|at| common.len().checked_sub(at));
    if after_percent.is_some_and(|bytes| bytes < "%XX".len()) {
        common.truncate(common.rfind('%').unwrap_or(common.len()));
    }
    common.push('*');
    common
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn the_cover_is_narrow_and_never_cuts_an_escape() {
        for (patterns, cover) in [
            (["https://h/standard/*", "https://h/u/a/*"], "https://h/*"),
            (["https://h/film-1/*", "https://h/film-2/*"], "https://h/film-*"),
            (["https://h/*", "https://h/a/b"], "https://h/*"),
            (["https://h/a", "https://h/a?x=1"], "https://h/a*"),
            (["https://h/a?x=1", "https://h/a?x=2"], "https://h/a*"),
            (["https://h/a%20b/*", "https://h/a%21b/*"], "https://h/a*"),
            (["https://h/a%20b/*", "https://h/a%20c/*"], "https://h/a%20*"),
        ] {
            let patterns = patterns.map(|pattern| pattern.parse::<ResourcePattern>().unwrap());
            assert_eq!(common_cover(&patterns), cover);
            assert!(signable(cover).is_ok());
        }
    }
}
