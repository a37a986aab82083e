//! The cookies of a pass, as `Set-Cookie` headers.

use policy::{CLAIMS_NAME, Carrier, Field};

use crate::interface::grants::Grants;
use crate::interface::placement::{CookieDomain, CookiePath, SameSite};

/// The cookie that front ends read: when to renew. It decides nothing.
pub const SESSION_COOKIE: &str = "Edgepass-Session";

/// Writes `Set-Cookie` headers for one site.
///
/// CloudFront fixes the names of its cookies, so that none has the prefix `__Host-` or `__Secure-`
/// (RFC 6265bis, 4.1.3); the claims token has the name that the edge looks for.
pub(crate) struct SetCookies<'g> {
    domain: Option<&'g CookieDomain>,
    same_site: SameSite,
    lines: Vec<String>,
}

impl<'g> SetCookies<'g> {
    pub(crate) fn new(grants: &'g Grants) -> Self {
        Self {
            domain: grants.cookie_domain.as_ref(),
            same_site: grants.same_site,
            lines: Vec::new(),
        }
    }

    /// The cookies of one pass. None is longer than browsers keep: [`policy::Signed::cookies`]
    /// makes no such.
    pub(crate) fn pass(&mut self, path: &CookiePath, cookies: &[(&str, String)]) {
        for (name, value) in cookies {
            self.set(name, value, path, Readers::Servers);
        }
        // A cookie of an earlier pass that this one does not replace: `CloudFront-Expires` beside
        // `CloudFront-Policy` would be refused.
        for name in Field::ALL.map(|field| field.name(Carrier::Cookie)) {
            if !cookies.iter().any(|(new, _)| *new == name) {
                self.expire(name, path, self.domain);
            }
        }
    }

    /// `v1.<session>.<issued>.<expires>`, for scripts.
    pub(crate) fn session(&mut self, value: &str) {
        self.set(SESSION_COOKIE, value, &CookiePath::root(), Readers::Scripts);
    }

    /// Takes back every cookie that was ever set: in every Path, also without the Domain, as a
    /// configuration from before it was named has set them.
    pub(crate) fn expire_all(&mut self, paths: &[&CookiePath]) {
        let root = CookiePath::root();
        let mut paths: Vec<&CookiePath> = paths.iter().copied().chain([&root]).collect();
        paths.sort();
        paths.dedup();
        let names = Field::ALL.map(|field| field.name(Carrier::Cookie));
        for path in paths {
            for name in names.into_iter().chain([CLAIMS_NAME, SESSION_COOKIE]) {
                self.expire(name, path, None);
                if self.domain.is_some() {
                    self.expire(name, path, self.domain);
                }
            }
        }
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// Without Expires and Max-Age, as AWS advises: the policy holds the expiry.
    fn set(&mut self, name: &str, value: &str, path: &CookiePath, readers: Readers) {
        let http_only = match readers {
            Readers::Scripts => "",
            Readers::Servers => "; HttpOnly",
        };
        let place = self.place(path, self.domain);
        self.lines.push(format!("{name}={value}; {place}{http_only}"));
    }

    fn expire(&mut self, name: &str, path: &CookiePath, domain: Option<&CookieDomain>) {
        let place = self.place(path, domain);
        self.lines.push(format!("{name}=; {place}; HttpOnly; Max-Age=0"));
    }

    fn place(&self, path: &CookiePath, domain: Option<&CookieDomain>) -> String {
        let domain = domain.map(|domain| format!("Domain={domain}; ")).unwrap_or_default();
        format!("{domain}Path={path}; Secure; SameSite={}", self.same_site)
    }
}

/// Who can read a cookie.
enum Readers {
    Scripts,
    Servers,
}
