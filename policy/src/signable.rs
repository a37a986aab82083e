//! URLs that can be signed: those that arrive exactly as they were signed.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::carrier::{CLAIMS_NAME, Carrier, Field};
use crate::percent::percent_decoded;
use crate::url::{Part, Url, UrlFault};

/// A URL in the form in which it travels (RFC 3986), so that what is signed is what is requested.
///
/// It is never changed: neither normalised nor encoded. A text that a client would change on the
/// way is an error that says what to write instead. Besides what [`Url`] refuses, that is: upper
/// case and default ports in the host, characters that RFC 3986 wants encoded, `'` in the query
/// (browsers encode it), an empty query, signing parameters, and wildcards: `*` anywhere, and `?`
/// in the query.
///
/// Wildcards are refused although a canned policy takes them literally. Its signature is good for
/// the same text in the parameter `Policy` too, and there it is a pattern: a canned pass for
/// `?file=*` would open every file. A verifier cannot tell the two passes apart, since a signer
/// that wants the pattern signs the same bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignableUrl {
    text: String,
}

impl SignableUrl {
    /// The URL, byte for byte as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL with a claims token appended, which needs no escapes.
    pub(crate) fn with_claims(&self, token: &str) -> Self {
        Self { text: self.with_parameters(&format!("{CLAIMS_NAME}={token}")) }
    }

    /// The URL with parameters appended.
    pub(crate) fn with_parameters(&self, parameters: &str) -> String {
        let separator = if self.text.contains('?') { '&' } else { '?' };
        let mut url = self.text.clone();
        url.push(separator);
        url.push_str(parameters);
        url
    }
}

impl fmt::Display for SignableUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for SignableUrl {
    type Err = SignableFault;

    fn from_str(text: &str) -> Result<Self, SignableFault> {
        let url = Url::parse(text)?;
        check_host(&url)?;
        check_encoded(url.path(), Part::Path)?;
        check_literal(url.path(), Part::Path)?;
        if let Some(query) = url.query() {
            check_query(query)?;
        }
        Ok(Self { text: text.to_owned() })
    }
}

pub(crate) fn check_host(url: &Url<'_>) -> Result<(), SignableFault> {
    if url.host().bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(SignableFault::UpperCaseHost);
    }
    let port = url.scheme().default_port();
    if url.host().ends_with(port) { Err(SignableFault::DefaultPort { port }) } else { Ok(()) }
}

fn check_query(query: &str) -> Result<(), SignableFault> {
    if query.is_empty() {
        return Err(SignableFault::EmptyQuery);
    }
    check_encoded(query, Part::Query)?;
    check_literal(query, Part::Query)?;
    for component in query.split('&') {
        let name = component.split('=').next().unwrap_or(component);
        let Some(name) = percent_decoded(name) else { continue };
        if let Some(field) = Field::named(Carrier::Url, &name) {
            return Err(SignableFault::SigningParameter { name: field.name(Carrier::Url) });
        }
        if name == CLAIMS_NAME {
            return Err(SignableFault::SigningParameter { name: CLAIMS_NAME });
        }
    }
    Ok(())
}

/// No wildcards. (A path has no `?`, which would start the query.)
fn check_literal(text: &str, part: Part) -> Result<(), SignableFault> {
    match text.chars().find(|character| matches!(character, '*' | '?')) {
        Some(character) => Err(SignableFault::Wildcard { character, part }),
        None => Ok(()),
    }
}

/// RFC 3986, 3.3 and 3.4: unreserved, sub-delims, `:`, `@`, `/`, `?` and escapes.
fn check_encoded(text: &str, part: Part) -> Result<(), SignableFault> {
    let plain = |character: char| match character {
        '\'' => part == Part::Path,
        other => other.is_ascii_alphanumeric() || "-._~!$&()*+,;=:@/?%".contains(other),
    };
    match text.chars().find(|&character| !plain(character)) {
        Some(character) => Err(SignableFault::Url(UrlFault::Character { character, part })),
        None => Ok(()),
    }
}

/// Why a URL cannot be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignableFault {
    /// `:443` on `https`, `:80` on `http`: clients leave it out.
    DefaultPort {
        /// With its colon.
        port: &'static str,
    },
    /// A `?` with nothing after it.
    EmptyQuery,
    /// A parameter that CloudFront keeps for itself.
    SigningParameter {
        /// Its name.
        name: &'static str,
    },
    /// Upper case in the host: clients send lower case.
    UpperCaseHost,
    /// Not a URL that travels as it is.
    Url(UrlFault),
    /// A character that a custom policy takes for a wildcard.
    Wildcard {
        /// `*` or `?`.
        character: char,
        /// Where.
        part: Part,
    },
}

impl fmt::Display for SignableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DefaultPort { port } => {
                write!(
                    f,
                    "the host names the default port, which clients leave out; remove `{port}`"
                )
            }
            Self::EmptyQuery => f.write_str("the query is empty; remove the `?`"),
            Self::SigningParameter { name } => write!(
                f,
                "the query has the signing parameter `{name}`; sign the URL without it, or rename the application's parameter"
            ),
            Self::UpperCaseHost => f.write_str(
                "the host has upper-case letters, which clients send in lower case; write it so",
            ),
            Self::Url(fault) => fault.fmt(f),
            Self::Wildcard { character, part } => write!(
                f,
                "the {part} has a `{character}`, which a policy takes for a wildcard; write it as {}, or give the pattern that is meant with `--resource`",
                if *character == '*' { "%2A" } else { "%3F" }
            ),
        }
    }
}

impl core::error::Error for SignableFault {}

impl From<UrlFault> for SignableFault {
    fn from(fault: UrlFault) -> Self {
        Self::Url(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::ResourcePattern;

    #[test]
    fn taken_as_it_is() {
        for url in [
            "https://d111.cloudfront.net/",
            "https://d111.cloudfront.net/it's%20here.mp4?a=1&b=%2A&c=%3F",
            "http://127.0.0.1:8787/a?x=1&&y",
            "https://h/a?expires=1",
        ] {
            assert_eq!(url.parse::<SignableUrl>().map(|url| url.text).as_deref(), Ok(url));
            let as_policy = url.parse::<ResourcePattern>();
            assert_eq!(as_policy.map(|pattern| pattern.has_wildcard()), Ok(false), "{url}");
        }
    }

    #[test]
    fn refused() {
        use SignableFault::*;
        let character = |character, part| Url(UrlFault::Character { character, part });
        let wildcard = |character, part| Wildcard { character, part };
        for (url, fault) in [
            ("https://H/", UpperCaseHost),
            ("https://h:443/", DefaultPort { port: ":443" }),
            ("http://h:80/", DefaultPort { port: ":80" }),
            ("https://h/a?", EmptyQuery),
            ("https://h/a/*", wildcard('*', Part::Path)),
            ("https://h/a?file=*", wildcard('*', Part::Query)),
            ("https://h/a?*=1&b=2", wildcard('*', Part::Query)),
            ("https://h/a?file=?", wildcard('?', Part::Query)),
            ("https://h/a??", wildcard('?', Part::Query)),
            ("https://h/a?Expires=1", SigningParameter { name: "Expires" }),
            ("https://h/a?x&%50olicy", SigningParameter { name: "Policy" }),
            ("https://h/a?Hash-Algorithm=", SigningParameter { name: "Hash-Algorithm" }),
            ("https://h/{a}", character('{', Part::Path)),
            ("https://h/?a[0]=1", character('[', Part::Query)),
            ("https://h/?it's", character('\'', Part::Query)),
            ("https://h/a|b", character('|', Part::Path)),
            ("https://h/a/../b", Url(UrlFault::DotSegment)),
            ("h/a", Url(UrlFault::NotAbsolute)),
        ] {
            assert_eq!(url.parse::<SignableUrl>(), Err(fault), "{url}");
        }
    }
}
