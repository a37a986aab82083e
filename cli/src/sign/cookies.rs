//! `edgepass sign cookies`.

use clap::{Args, ValueEnum};
use policy::{ResourcePattern, Section, SignableUrl, Target};
use serde::{Serialize, Serializer};

use super::attributes::Attributes;
use super::{Signing, cannot_sign};
use crate::hash::HashName;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json};

/// Sign cookies for all URLs of a pattern
#[derive(Args)]
#[command(after_help = "\
Browsers forget the cookies when they close: AWS advises against Expires and Max-Age, since the
policy holds the expiry. A pattern without `*` is one URL. Claims, which `sign url --help` explains,
become one more cookie.

Examples:
  edgepass sign cookies 'https://media.example.com/film/*' \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires +12h
  edgepass sign cookies 'https://media.example.com/*' \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires +12h \\
      --format set-cookie --domain example.com
  edgepass sign cookies 'https://media.example.com/*' \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires +1h --format netscape > jar
  curl --cookie jar https://media.example.com/film.mp4
  edgepass sign cookies 'https://media.example.com/*' \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires +12h \\
      --claims claims.json --claims-key claims-private.pem --claims-key-id claims-2026-11")]
pub(crate) struct SignCookies {
    /// The URLs that the cookies are for; begins with https:// or http://, `*` is any run
    pattern: ResourcePattern,
    #[command(flatten)]
    signing: Signing,
    /// Sign this resource, which makes a custom policy; the pattern is then one URL, and has to be
    /// covered
    #[arg(long, value_name = "PATTERN")]
    resource: Option<ResourcePattern>,
    /// An object of names and values, header lines of a response, or a cookie jar for curl
    #[arg(long, default_value = "json")]
    format: Format,
    #[command(flatten)]
    attributes: Attributes,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Json,
    SetCookie,
    Netscape,
}

/// **fixed**: its members are a contract.
#[derive(Serialize)]
struct SignedCookiesJson<'s> {
    cookies: &'s Cookies,
    policy: &'s str,
    canned: bool,
    key_id: &'s str,
    hash: HashName,
    expires: i64,
}

/// Names and values; in JSON, an object in this order.
struct Cookies(Vec<(&'static str, String)>);

impl Serialize for Cookies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl SignCookies {
    pub(crate) fn run(self) -> Outcome {
        let Self { pattern, signing, resource, format, attributes } = self;
        let host = literal_host(&pattern);
        attributes.check(host)?;
        let target = match resource {
            Some(resource) => {
                let url = pattern.as_str().parse::<SignableUrl>();
                let url =
                    url.map_err(|fault| Failure::Usage(cannot_sign(&pattern, &fault.into())))?;
                Target::CookiesFor(url, resource)
            }
            None => Target::Cookies(pattern.clone()),
        };
        let signed = signing.sign(target, &pattern)?;
        let cookies =
            signed.cookies().map_err(|refused| Failure::Usage(cannot_sign(&pattern, &refused)))?;
        let cookies = Cookies(cookies);
        if signing.json {
            print_json(&SignedCookiesJson {
                cookies: &cookies,
                policy: signed.text(),
                canned: signed.policy().is_canned(),
                key_id: signed.key_id(),
                hash: signed.hash().into(),
                expires: signed.policy().date_less_than().as_seconds(),
            })?;
        } else {
            match format {
                Format::Json => print_json(&cookies)?,
                Format::SetCookie => print(&attributes.set_cookie(&cookies.0))?,
                Format::Netscape => {
                    let secure = pattern.section(Section::Protocol) != "http";
                    print(&attributes.netscape(&cookies.0, host, secure)?)?;
                }
            }
        }
        Ok(Ended::Done)
    }
}

/// The host of the pattern without its port, unless wildcards leave it open.
fn literal_host(pattern: &ResourcePattern) -> Option<&str> {
    let host = pattern.section(Section::Domain);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    };
    (!host.contains(['*', '?'])).then_some(host)
}
