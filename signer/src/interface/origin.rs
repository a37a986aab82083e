//! Origins: the site, and the pages that may call.

use core::fmt;
use core::str::FromStr;

use policy::is_origin;

/// Protocol, host and port, as browsers write them in `Origin` (RFC 6454, 6.2): lower case,
/// without a default port, path or trailing slash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Origin(String);

impl Origin {
    /// What follows the origin in a URL or pattern, from the first `/`. None if it is of another.
    pub(crate) fn target_of<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.strip_prefix(self.0.as_str()).filter(|target| target.starts_with('/'))
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }

    /// As a header has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        if is_origin(text) { Ok(Self(text.to_owned())) } else { Err(NotAnOrigin) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not an origin; `*` and `null` are none either.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotAnOrigin;

impl fmt::Display for NotAnOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "is not an origin; write it in lower case as `https://www.example.com`, without a path, default port or `*`",
        )
    }
}

impl core::error::Error for NotAnOrigin {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn only_origins_are_read() {
        for text in ["https://media.example.com", "http://127.0.0.1:8787", "http://[::1]:80801"] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "*",
            "null",
            "https://",
            "https://*.example.com",
            "https://example.com/",
            "https://example.com/a",
            "https://example.com?",
            "https://example.com:443",
            "https://Example.com",
            "https://a@example.com",
            "ftp://example.com",
            "example.com",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
    }

    #[test]
    fn a_longer_host_is_another_origin() {
        let site: Origin = "https://media.example.com".parse().unwrap();
        assert_eq!(site.target_of("https://media.example.com/a"), Some("/a"));
        for text in [
            "https://media.example.com",
            "https://media.example.com.evil.org/a",
            "http://media.example.com/a",
            "https://media.example.com:8443/a",
        ] {
            assert_eq!(site.target_of(text), None, "{text}");
        }
    }
}
