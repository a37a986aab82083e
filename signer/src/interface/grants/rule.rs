//! One grant: who gets it, and what it opens.

use std::collections::BTreeMap;

use policy::{MAX_CONTEXT_BYTES, MAX_LIST_ENTRIES};

use super::document;
use super::lifetime::Lifetime;
use super::refused::{GrantsFault, GrantsRefused};
use super::template::Template;
use crate::interface::identity::Viewer;
use crate::interface::origin::Origin;
use crate::interface::placement::CookiePath;

/// A `[[grant]]` of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) whom: Whom,
    pub(crate) resources: Vec<Template>,
    pub(crate) lifetime: Lifetime,
    /// Empty: all that the edge lets through.
    pub(crate) methods: Vec<String>,
    pub(crate) bind_address: bool,
    /// Whether its viewers get cookies, or signed URLs only, as principals do.
    cookies: bool,
    /// Where the cookies of its pass are kept.
    pub(crate) path: CookiePath,
    /// Empty: requests of any page.
    pub(crate) origins: Vec<String>,
    pub(crate) context: Option<String>,
}

/// Whom a grant is for.
#[derive(Clone, Debug)]
pub(crate) enum Whom {
    /// These IAM principals.
    Principals(Vec<String>),
    /// Viewers with every one of these claims.
    Viewers(BTreeMap<String, String>),
}

impl Rule {
    pub(super) fn new(
        grant: document::Grant,
        site: &Origin,
        max_lifetime: Lifetime,
        default_path: &CookiePath,
    ) -> Result<Self, GrantsRefused> {
        let name = grant.name;
        let refused = |fault: GrantsFault| fault.of(format!("grant `{name}`"));
        let of = |member: &str, fault: GrantsFault| fault.of(format!("grant `{name}`, {member}"));
        if !is_name(&name) {
            return Err(refused(GrantsFault::Name));
        }
        let whom = match (grant.when, grant.principals) {
            (Some(claims), None) => {
                check_claims(&claims).map_err(|fault| of("when", fault))?;
                Whom::Viewers(claims)
            }
            (None, Some(arns)) => {
                check_principals(&arns).map_err(|fault| of("principals", fault))?;
                Whom::Principals(arns)
            }
            _ => return Err(refused(GrantsFault::Whom)),
        };
        check_entries(&grant.resources).map_err(|fault| of("resources", fault))?;
        let resources = grant
            .resources
            .iter()
            .map(|text| {
                let template = Template::new(text, site);
                template.map_err(|fault| of(&format!("resources = {text}"), fault.into()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if matches!(whom, Whom::Principals(_)) && resources.iter().any(Template::has_places) {
            return Err(of("resources", GrantsFault::PlacesForPrincipals));
        }
        let path = match grant.path.as_deref() {
            Some(text) => super::parsed(&format!("grant `{name}`, path"), text)?,
            None => default_path.clone(),
        };
        let cookies = match (grant.cookies, &whom) {
            (Some(_), Whom::Principals(_)) => return Err(of("cookies", GrantsFault::UrlsOnly)),
            (cookies, whom) => cookies.unwrap_or(matches!(whom, Whom::Viewers(_))),
        };
        if !cookies && grant.path.is_some() {
            return Err(of("path", GrantsFault::UrlsOnly));
        }
        if cookies && let Some(outside) = resources.iter().find(|one| !one.lies_in(&path, site)) {
            let fault = GrantsFault::OutsidePath { path: path.to_string() };
            return Err(of(&format!("resources = {outside}"), fault));
        }
        let lifetime: Lifetime =
            super::parsed(&format!("grant `{name}`, lifetime"), &grant.lifetime)?;
        if lifetime > max_lifetime {
            return Err(of("lifetime", GrantsFault::TooLong { lifetime, max_lifetime }));
        }
        let mut methods = listed(grant.methods).map_err(|fault| of("methods", fault))?;
        if let Some(method) = methods.iter().find(|method| !is_method(method)) {
            return Err(of(&format!("methods = {method}"), GrantsFault::Method));
        }
        methods.sort();
        methods.dedup();
        let origins = listed(grant.origins).map_err(|fault| of("origins", fault))?;
        for origin in &origins {
            super::parsed::<Origin>(&format!("grant `{name}`, origins"), origin)?;
        }
        let context = grant.context;
        if context.as_deref().is_some_and(|context| !is_context(context)) {
            return Err(of("context", GrantsFault::Context));
        }
        let bind_address = grant.bind_address;
        Ok(Self {
            name,
            whom,
            resources,
            lifetime,
            methods,
            bind_address,
            cookies,
            path,
            origins,
            context,
        })
    }

    /// Whether a session sets cookies for it.
    pub(crate) fn gives_cookies(&self) -> bool {
        self.cookies
    }

    /// A member that passes hold in their claims token and nowhere else. An address is a condition
    /// of the policy too, if it is IPv4, and so is decided when the viewer asks.
    pub(super) fn only_in_claims(&self) -> Option<&'static str> {
        if !self.methods.is_empty() {
            Some("methods")
        } else if !self.origins.is_empty() {
            Some("origins")
        } else if self.context.is_some() {
            Some("context")
        } else {
            None
        }
    }

    /// The claims that decide whether it is for a viewer, and for which resources.
    pub(super) fn claims(&self) -> impl Iterator<Item = &str> {
        let when = match &self.whom {
            Whom::Viewers(claims) => Some(claims.keys().map(String::as_str)),
            Whom::Principals(_) => None,
        };
        when.into_iter().flatten().chain(self.resources.iter().flat_map(Template::claims))
    }

    /// All claims must hold.
    pub(super) fn is_for_viewer(&self, viewer: &Viewer) -> bool {
        match &self.whom {
            Whom::Viewers(claims) => claims.iter().all(|(claim, value)| viewer.has(claim, value)),
            Whom::Principals(_) => false,
        }
    }

    /// An assumed role may be listed with its session name or without: sessions name themselves.
    pub(super) fn is_for_principal(&self, arn: &str) -> bool {
        match &self.whom {
            Whom::Principals(arns) => {
                let role = assumed_role(arn);
                arns.iter().any(|listed| listed == arn || Some(listed.as_str()) == role)
            }
            Whom::Viewers(_) => false,
        }
    }

    /// The first member of which one pass cannot hold two: all else can be joined.
    pub(super) fn differs_from(&self, other: &Self) -> Option<&'static str> {
        if self.methods != other.methods {
            Some("methods")
        } else if self.bind_address != other.bind_address {
            Some("bind_address")
        } else if self.origins != other.origins {
            Some("origins")
        } else if self.context != other.context {
            Some("context")
        } else {
            None
        }
    }
}

/// `arn:aws:sts::111122223333:assumed-role/NAME/SESSION` without the session.
fn assumed_role(arn: &str) -> Option<&str> {
    let (role, session) = arn.rsplit_once('/')?;
    (role.contains(":assumed-role/") && !session.is_empty()).then_some(role)
}

/// Each has a name and a value: no text is empty that says something.
pub(super) fn check_claims(claims: &BTreeMap<String, String>) -> Result<(), GrantsFault> {
    let empty = |(claim, value): (&String, &String)| claim.is_empty() || value.is_empty();
    if claims.iter().any(empty) { Err(GrantsFault::EmptyClaim) } else { Ok(()) }
}

fn check_principals(arns: &[String]) -> Result<(), GrantsFault> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"*?".contains(&byte);
    let arn = |arn: &String| arn.starts_with("arn:") && arn.bytes().all(plain);
    if arns.is_empty() {
        Err(GrantsFault::Empty)
    } else if arns.iter().all(arn) {
        Ok(())
    } else {
        Err(GrantsFault::Principal)
    }
}

/// A list that is left out is no restriction; one that is empty would allow nothing.
fn listed(list: Option<Vec<String>>) -> Result<Vec<String>, GrantsFault> {
    list.map_or(Ok(Vec::new()), |list| check_entries(&list).map(|()| list))
}

/// As many as a claim can have.
fn check_entries(list: &[String]) -> Result<(), GrantsFault> {
    match list.len() {
        0 => Err(GrantsFault::Empty),
        1..=MAX_LIST_ENTRIES => Ok(()),
        count => Err(GrantsFault::TooMany { count }),
    }
}

/// Names stand in logs.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= 64 && name.bytes().all(plain)
}

/// A token (RFC 9110, 9.1), in upper case: methods are case-sensitive, and `get` would never be
/// one that a browser sends.
fn is_method(method: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_uppercase() || b"-_".contains(&byte);
    (1..=32).contains(&method.len()) && method.bytes().all(token)
}

fn is_context(context: &str) -> bool {
    (1..=MAX_CONTEXT_BYTES).contains(&context.len())
        && context.bytes().all(|byte| byte.is_ascii_graphic())
}
