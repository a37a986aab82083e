//! Grants: which callers get which resources, for how long. Configuration, parsed once.

mod cover;
mod document;
mod lifetime;
mod refused;
mod rule;
mod template;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::cover::cover;
pub use self::lifetime::{Lifetime, NotALifetime};
pub use self::refused::{GrantsFault, GrantsRefused};
pub(crate) use self::rule::Rule;
pub use self::template::TemplateFault;
pub(crate) use self::template::{Template, signable};
use crate::interface::edge_claims::EdgeClaims;
use crate::interface::identity::{Identity, UnreadClaim, Viewer};
use crate::interface::origin::Origin;
use crate::interface::placement::{CookieDomain, CookiePath, SameSite};

/// The grants of a site. Whatever could mean two things, or more than its writer sees, is refused
/// when they are read.
#[derive(Clone, Debug)]
pub struct Grants {
    site: Origin,
    max_lifetime: Lifetime,
    pub(crate) origins: Vec<Origin>,
    admin: Option<BTreeMap<String, String>>,
    /// The claim that says when somebody signed in, for tokens without `auth_time`.
    pub(crate) sign_in_time: Option<String>,
    pub(crate) cookie_domain: Option<CookieDomain>,
    pub(crate) same_site: SameSite,
    rules: Vec<Rule>,
}

impl Grants {
    /// Reads the TOML of `grants.toml`, whose members are in this crate's README.
    pub fn from_toml(text: &str) -> Result<Self, GrantsRefused> {
        let document: document::Document =
            toml::from_str(text).map_err(|error| GrantsRefused::toml(&error))?;
        let document::Document { site, max_lifetime, origins, admin, sign_in_time, cookies, grant } =
            document;
        let site: Origin = parsed("site", &site)?;
        let max_lifetime: Lifetime = parsed("max_lifetime", &max_lifetime)?;
        let origins =
            origins.iter().map(|origin| parsed("origins", origin)).collect::<Result<_, _>>()?;
        if let Some(claims) = &admin {
            if claims.is_empty() {
                return Err(GrantsFault::EveryoneAdministers.of("admin"));
            }
            rule::check_claims(claims).map_err(|fault| fault.of("admin"))?;
        }
        if sign_in_time.as_deref() == Some("") {
            return Err(GrantsFault::EmptyClaim.of("sign_in_time"));
        }
        let domain = cookies.domain.as_deref();
        let cookie_domain: Option<CookieDomain> =
            domain.map(|domain| parsed("cookies.domain", domain)).transpose()?;
        if let Some(domain) = &cookie_domain
            && !domain.covers(site.host())
        {
            let fault = GrantsFault::OtherDomain { host: site.host().to_owned() };
            return Err(fault.of(format!("cookies.domain = {domain}")));
        }
        let path = match cookies.path.as_deref() {
            Some(path) => parsed("cookies.path", path)?,
            None => CookiePath::root(),
        };
        let same_site = match cookies.same_site.as_deref() {
            Some(name) => parsed("cookies.same_site", name)?,
            None => SameSite::Lax,
        };
        let rules = grant
            .into_iter()
            .map(|grant| Rule::new(grant, &site, max_lifetime, &path))
            .collect::<Result<Vec<_>, _>>()?;
        check_together(&rules)?;
        Ok(Self {
            site,
            max_lifetime,
            origins,
            admin,
            sign_in_time,
            cookie_domain,
            same_site,
            rules,
        })
    }

    /// Refuses grants whose passes would open more than the grants list, at an edge that checks claims
    /// tokens as `claims` says.
    pub fn check_at_edge(&self, claims: EdgeClaims) -> Result<(), GrantsRefused> {
        cover::check_at_edge(&self.rules, claims)
    }

    /// The origin to which all resources belong.
    pub fn site(&self) -> &str {
        self.site.as_str()
    }

    /// What no pass outlives.
    pub fn max_lifetime(&self) -> Lifetime {
        self.max_lifetime
    }

    /// Whether a caller may revoke: only a viewer with every claim of `admin`.
    pub fn administers(&self, identity: &Identity) -> bool {
        match (identity, &self.admin) {
            (Identity::Viewer(viewer), Some(admin)) => {
                admin.iter().all(|(claim, value)| viewer.has(claim, value))
            }
            _ => false,
        }
    }

    /// The claims of a viewer that grants ask for and that match nothing, though the authorizer
    /// passed them on.
    pub(crate) fn unread(&self, viewer: &Viewer) -> Vec<UnreadClaim> {
        let asked = self.rules.iter().flat_map(Rule::claims);
        let asked = asked.chain(self.admin.iter().flatten().map(|(claim, _)| claim.as_str()));
        let asked: BTreeSet<&str> = asked.collect();
        let unread = |claim: &str| {
            let why = viewer.unread(claim)?;
            Some(UnreadClaim { claim: claim.to_owned(), why })
        };
        asked.into_iter().filter_map(unread).collect()
    }

    /// The name of a grant that binds passes to an address; None if no grant does.
    pub fn binding_address(&self) -> Option<&str> {
        let mut binding = self.rules.iter().filter(|rule| rule.bind_address);
        binding.next().map(|rule| rule.name.as_str())
    }

    /// Every Path in which cookies are set, each once.
    pub(crate) fn cookie_paths(&self) -> Vec<&CookiePath> {
        let mut paths: Vec<&CookiePath> = self.rules.iter().map(|rule| &rule.path).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// The grants of a viewer, in the order of the configuration.
    pub(crate) fn of_viewer(&self, viewer: &Viewer) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.is_for_viewer(viewer)).collect()
    }

    /// The grants of an IAM principal.
    pub(crate) fn of_principal(&self, arn: &str) -> Vec<&Rule> {
        self.rules.iter().filter(|rule| rule.is_for_principal(arn)).collect()
    }
}

/// What one grant does not show: each name once, and for each path one kind of pass.
fn check_together(rules: &[Rule]) -> Result<(), GrantsRefused> {
    if rules.is_empty() {
        return Err(GrantsFault::Empty.of("grant"));
    }
    for (at, rule) in rules.iter().enumerate() {
        for earlier in rules.iter().take(at) {
            if rule.name == earlier.name {
                return Err(GrantsFault::NameTwice.of(format!("grant `{}`", rule.name)));
            }
            if !rule.gives_cookies() || !earlier.gives_cookies() {
                continue;
            }
            let other = || earlier.name.clone();
            if rule.path == earlier.path {
                if let Some(member) = rule.differs_from(earlier) {
                    let fault = GrantsFault::Disagree { member, other: other() };
                    return Err(fault.of(format!("grant `{}`", rule.name)));
                }
            } else if rule.path.nests_with(&earlier.path) {
                let fault = GrantsFault::NestedPaths {
                    path: rule.path.to_string(),
                    other: other(),
                    other_path: earlier.path.to_string(),
                };
                return Err(fault.of(format!("grant `{}`", rule.name)));
            }
        }
    }
    Ok(())
}

fn parsed<T>(member: &str, text: &str) -> Result<T, GrantsRefused>
where
    T: core::str::FromStr,
    GrantsFault: From<T::Err>,
{
    text.parse().map_err(|fault| GrantsFault::from(fault).of(format!("{member} = {text}")))
}
