//! Where browsers send cookies: Domain, Path and SameSite.

use core::fmt;
use core::str::FromStr;

use clap::{Args, ValueEnum};
use signer::{CookieDomain, PlacementFault};

use crate::outcome::Failure;

/// The attributes of the cookies. Secure and HttpOnly are always set; Expires and Max-Age never
/// (AWS: "Set signed cookies using a custom policy": "we recommend that you exclude" them).
#[derive(Args)]
pub(crate) struct Attributes {
    /// The domain that gets the cookies, with its subdomains [default: the host that sets them]
    #[arg(long, value_parser = domain)]
    domain: Option<CookieDomain>,
    /// The folder that gets the cookies
    #[arg(long, default_value = "/")]
    path: CookiePath,
    /// Whether pages of other sites send the cookies along
    #[arg(long, default_value = "lax", value_name = "S", ignore_case = true)]
    same_site: SameSite,
}

#[derive(Clone, Copy, ValueEnum)]
enum SameSite {
    Strict,
    Lax,
    None,
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        })
    }
}

impl Attributes {
    /// Whether browsers would send the cookies to the host that they are for (RFC 6265, 5.1.3).
    pub(crate) fn check(&self, host: Option<&str>) -> Result<(), Failure> {
        match (&self.domain, host) {
            (Some(domain), Some(host)) if !domain.covers(host) => Err(Failure::Usage(format!(
                "`--domain {domain}` is neither `{host}` nor a parent of it, so that browsers would not send the cookies there"
            ))),
            _ => Ok(()),
        }
    }

    /// One `Set-Cookie` line for each cookie.
    pub(crate) fn set_cookie(&self, cookies: &[(&str, String)]) -> String {
        let Self { domain, path, same_site } = self;
        let domain = match domain {
            Some(domain) => format!(" Domain={domain};"),
            None => String::new(),
        };
        let attributes =
            format!("{domain} Path={}; Secure; HttpOnly; SameSite={same_site}", path.0);
        let lines: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("Set-Cookie: {name}={value};{attributes}"))
            .collect();
        lines.join("\n")
    }

    /// A cookie jar as curl reads it: domain, subdomains, path, secure, expiry (0: none), name,
    /// value. HttpOnly is left out: some readers take its prefix for a comment.
    pub(crate) fn netscape(
        &self,
        cookies: &[(&str, String)],
        host: Option<&str>,
        secure: bool,
    ) -> Result<String, Failure> {
        let domain = match (&self.domain, host) {
            (Some(domain), _) => format!(".{domain}\tTRUE"),
            (None, Some(host)) => format!("{host}\tFALSE"),
            (None, None) => {
                return Err(Failure::Usage(
                    "a cookie jar names hosts, and the pattern's has a wildcard; name one with `--domain`".to_owned(),
                ));
            }
        };
        let path = &self.path.0;
        let secure = if secure { "TRUE" } else { "FALSE" };
        let mut jar = String::from("# Netscape HTTP Cookie File");
        for (name, value) in cookies {
            jar.push_str(&format!("\n{domain}\t{path}\t{secure}\t0\t{name}\t{value}"));
        }
        Ok(jar)
    }
}

/// A Domain as people write it: browsers ignore a leading dot, and the case of letters.
fn domain(text: &str) -> Result<CookieDomain, PlacementFault> {
    text.strip_prefix('.').unwrap_or(text).to_ascii_lowercase().parse()
}

/// A Path that browsers match.
#[derive(Clone)]
struct CookiePath(String);

impl FromStr for CookiePath {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text.contains('*') {
            return Err("has a `*`, which browsers take literally; write the folder as `/film/`");
        }
        let plain = |byte: u8| byte.is_ascii_graphic() && !b";?#".contains(&byte);
        if !text.starts_with('/') || !text.bytes().all(plain) {
            return Err("is not the path of a cookie; write it as `/film/`");
        }
        Ok(Self(text.to_owned()))
    }
}
