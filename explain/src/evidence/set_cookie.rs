//! `Set-Cookie` lines: under which conditions a browser sends the cookies back.

use policy::{Carrier, Field};

/// A cookie as it was set. The value is not kept.
#[derive(Clone, Debug)]
pub struct SetCookie {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl SetCookie {
    /// Reads a `Set-Cookie` line, with or without the header's name. None if the line has no
    /// attribute: then it is a `Cookie` line.
    pub fn read(line: &str) -> Option<Self> {
        let (named, line) = match line.split_once(':') {
            Some((name, rest)) if name.trim().eq_ignore_ascii_case("set-cookie") => (true, rest),
            _ => (false, line),
        };
        let mut parts = line.split(';').map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        });
        let (name, _) = parts.next()?;
        let attributes: Vec<(String, String)> = parts.collect();
        let known =
            |(name, _): &(String, String)| ATTRIBUTES.contains(&name.to_lowercase().as_str());
        (named || attributes.iter().any(known)).then_some(Self { name, attributes })
    }

    /// The `NAME=VALUE` of such a line: what a browser would send.
    pub fn pair(line: &str) -> &str {
        let line = match line.split_once(':') {
            Some((name, rest)) if name.trim().eq_ignore_ascii_case("set-cookie") => rest,
            _ => line,
        };
        line.split(';').next().unwrap_or(line).trim()
    }

    pub(crate) fn is_signing(&self) -> bool {
        Field::named(Carrier::Cookie, &self.name).is_some()
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .rfind(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

const ATTRIBUTES: [&str; 8] =
    ["domain", "path", "secure", "httponly", "samesite", "max-age", "expires", "partitioned"];
