//! Who gets what from a local edge.

use signer::{Grants, Lifetime};

use crate::outcome::Failure;

/// The grants, as they are for the default port.
const TEXT: &str = include_str!("grants.toml");
const DEFAULT_SITE: &str = "http://127.0.0.1:8787";

/// The grants of a local edge, once for each of its names: what is granted are whole URLs.
pub(super) struct LocalGrants {
    sites: Vec<(String, Grants)>,
    max_lifetime: Lifetime,
}

impl LocalGrants {
    pub(super) fn new(hosts: &[String]) -> Result<Self, Failure> {
        let mut sites = Vec::with_capacity(hosts.len());
        let mut max_lifetime = Lifetime::SHORTEST;
        for host in hosts {
            let grants = Grants::from_toml(&TEXT.replace(DEFAULT_SITE, &format!("http://{host}")))
                .map_err(|refused| Failure::Service(format!("the grants: {refused}")))?;
            max_lifetime = max_lifetime.max(grants.max_lifetime());
            sites.push((host.clone(), grants));
        }
        Ok(Self { sites, max_lifetime })
    }

    /// What no pass outlives.
    pub(super) fn max_lifetime(&self) -> Lifetime {
        self.max_lifetime
    }
}

/// Each name, with its grants.
impl IntoIterator for LocalGrants {
    type Item = (String, Grants);
    type IntoIter = std::vec::IntoIter<(String, Grants)>;

    fn into_iter(self) -> Self::IntoIter {
        self.sites.into_iter()
    }
}
