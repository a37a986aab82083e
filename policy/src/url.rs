//! URLs as they travel, and what is refused in them, by the verifier and the signer.

use core::fmt;

use crate::percent::escaped;
use crate::split::split;

/// The longest URL that CloudFront accepts, in bytes (AWS: "Quotas", "Maximum length of a URL").
pub const MAX_URL_BYTES: usize = 8192;

/// `http` or `https`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl Scheme {
    /// The scheme's name, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that its URLs leave out.
    pub(crate) const fn default_port(self) -> &'static str {
        match self {
            Self::Http => ":80",
            Self::Https => ":443",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An absolute URL that every reader understands in the same way.
///
/// CloudFront picks a behaviour by the normalised path and sends the raw one to the origin (AWS:
/// "Path normalization"). Where the two differ a viewer could be let in by one rule and served by
/// another, so such paths are refused: dot segments, `//`, `\`, and `%2e %2f %5c %00` in the path.
/// A segment counts up to its first `;`: servlet containers resolve `..;x` as they do `..`. Elsewhere
/// a `;` is legal.
/// In the query only `%00` and broken escapes are: its `%2F` and `//` change nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Url<'a> {
    scheme: Scheme,
    host: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Reads an absolute `http` or `https` URL without a fragment.
    pub fn parse(text: &'a str) -> Result<Self, UrlFault> {
        let (scheme, rest) = if let Some(rest) = text.strip_prefix("https://") {
            (Scheme::Https, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            (Scheme::Http, rest)
        } else {
            return Err(UrlFault::NotAbsolute);
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, target) = rest.split_at_checked(end).ok_or(UrlFault::NotAbsolute)?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Self::from_parts(scheme, host, path, query)
    }

    /// The URL of a request: the viewer's scheme, the `Host` header, and the target as it stood on
    /// the request line, `query` without its `?`.
    pub fn from_parts(
        scheme: Scheme,
        host: &'a str,
        path: &'a str,
        query: Option<&'a str>,
    ) -> Result<Self, UrlFault> {
        let url = Self { scheme, host, path, query };
        let bytes = url.length();
        if bytes > MAX_URL_BYTES {
            return Err(UrlFault::TooLong { bytes });
        }
        check_host(host)?;
        check_path(path)?;
        if let Some(query) = query {
            check_query(query)?;
        }
        Ok(url)
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, with its port if the URL names one.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// The path, from its first `/`, percent-encoded as it came.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// What follows the `?`, if there is one.
    pub fn query(&self) -> Option<&'a str> {
        self.query
    }

    fn length(&self) -> usize {
        let query = self.query.map_or(0, |query| query.len().saturating_add(1));
        [self.scheme.name().len(), "://".len(), self.host.len(), self.path.len(), query]
            .into_iter()
            .fold(0, usize::saturating_add)
    }
}

/// The parts put together again, byte for byte.
impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.host, self.path)?;
        self.query.map_or(Ok(()), |query| write!(f, "?{query}"))
    }
}

fn check_host(host: &str) -> Result<(), UrlFault> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    if name.is_empty() {
        return Err(UrlFault::NoHost);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let known = match literal {
        Some(address) => address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'),
        None => name.bytes().all(plain),
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if known && port.is_none_or(digits) { Ok(()) } else { Err(UrlFault::Host) }
}

fn check_path(path: &str) -> Result<(), UrlFault> {
    if !path.starts_with('/') {
        return Err(UrlFault::NoPath);
    }
    check_characters(path, Part::Path)?;
    // The part before the first slash is empty, and the part after the last one may be.
    let mut segments = split(path, b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match without_parameters(segment) {
            "." | ".." => return Err(UrlFault::DotSegment),
            "" if segments.peek().is_some() => return Err(UrlFault::EmptySegment),
            _ => {}
        }
    }
    Ok(())
}

/// The segment up to its first `;`, encoded or not. Servlet containers cut off what follows, and
/// only then resolve dots and empty segments (Jakarta Servlet 6.0, 3.5); some decode first.
fn without_parameters(segment: &str) -> &str {
    let parameters = |at: &usize| {
        let rest = segment.as_bytes().get(*at..);
        matches!(rest, Some([b';', ..] | [b'%', b'3', b'b' | b'B', ..]))
    };
    let end = (0..segment.len()).find(parameters);
    end.and_then(|end| segment.get(..end)).unwrap_or(segment)
}

fn check_query(query: &str) -> Result<(), UrlFault> {
    check_characters(query, Part::Query)
}

/// The part of a URL that a fault was found in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// From the first `/` to the `?`.
    Path,
    /// After the `?`.
    Query,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
        })
    }
}

fn check_characters(text: &str, part: Part) -> Result<(), UrlFault> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'%' => {
                let mut digit = || bytes.next().map(|(_, byte)| byte);
                match (escaped(digit(), digit()), part) {
                    (None, _) => return Err(UrlFault::InvalidEscape { part }),
                    (Some(byte @ 0), _) | (Some(byte @ (b'.' | b'/' | b'\\')), Part::Path) => {
                        return Err(UrlFault::Escape { byte, part });
                    }
                    (Some(_), _) => {}
                }
            }
            b'#' => return Err(UrlFault::Fragment),
            // A `?` in a path is a shell's mistake: it hides a query.
            b'?' if part == Part::Path => {
                return Err(UrlFault::Character { character: '?', part });
            }
            b'"' | b'<' | b'>' | b'\\' => {
                return Err(UrlFault::Character { character: char::from(byte), part });
            }
            byte if byte.is_ascii_graphic() => {}
            _ => {
                let rest = text.get(at..).and_then(|rest| rest.chars().next());
                let character = rest.unwrap_or(char::REPLACEMENT_CHARACTER);
                return Err(UrlFault::Character { character, part });
            }
        }
    }
    Ok(())
}

/// Why a URL is not taken, by the verifier or by the signer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UrlFault {
    /// A character that does not travel in a URL unencoded.
    Character {
        /// The character.
        character: char,
        /// Where.
        part: Part,
    },
    /// A path segment `.` or `..`, with or without parameters after a `;`.
    DotSegment,
    /// `//` in the path, or a segment that has parameters only.
    EmptySegment,
    /// An escape that hides a dot, a slash, a backslash or a NUL.
    Escape {
        /// The byte that it stands for.
        byte: u8,
        /// Where.
        part: Part,
    },
    /// `#` and what follows: it never leaves the browser.
    Fragment,
    /// Something other than a host name, IPv4 address or `[IPv6]` with an optional port.
    Host,
    /// A `%` without two hexadecimal digits.
    InvalidEscape {
        /// Where.
        part: Part,
    },
    /// No host.
    NoHost,
    /// No path: `https://host` without the `/` that a client adds.
    NoPath,
    /// Not `http://` or `https://`, in lower case.
    NotAbsolute,
    /// Longer than [`MAX_URL_BYTES`].
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { character: '\\', part } => {
                write!(f, "a backslash stands in the {part}; readers disagree on what it means")
            }
            Self::Character { character, part } => {
                let shown = character.escape_default();
                write!(f, "`{shown}` stands in the {part}; percent-encode it as ")?;
                let mut utf8 = [0; 4];
                character.encode_utf8(&mut utf8).bytes().try_for_each(|byte| write!(f, "%{byte:02X}"))
            }
            Self::DotSegment => f.write_str(
                "the path has a segment `.` or `..`, alone or before a `;`, which CloudFront and the origin may resolve differently",
            ),
            Self::EmptySegment => f.write_str(
                "the path has `//`, or nothing before a `;`, which CloudFront and the origin may resolve differently",
            ),
            Self::Escape { byte, part } => {
                write!(f, "the {part} has `%{byte:02x}`, which readers decode or not as they please")
            }
            Self::Fragment => f.write_str("`#` starts a fragment, which is never sent; remove it or write %23"),
            Self::Host => f.write_str("the host is not a name or an address with an optional port"),
            Self::InvalidEscape { part } => {
                write!(f, "the {part} has a `%` without two hexadecimal digits; write a percent sign as %25")
            }
            Self::NoHost => f.write_str("there is no host"),
            Self::NoPath => f.write_str("there is no path; write at least a `/` after the host"),
            Self::NotAbsolute => f.write_str("the URL does not begin with `https://` or `http://`"),
            Self::TooLong { bytes } => {
                write!(f, "the URL has {bytes} bytes; CloudFront accepts {MAX_URL_BYTES}")
            }
        }
    }
}

impl core::error::Error for UrlFault {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn parts() {
        let url = Url::parse("https://d111.cloudfront.net:8443/a/b%20c?x=//&y=%2F..%5c").unwrap();
        assert_eq!(url.scheme(), Scheme::Https);
        assert_eq!(url.host(), "d111.cloudfront.net:8443");
        assert_eq!(url.path(), "/a/b%20c");
        assert_eq!(url.query(), Some("x=//&y=%2F..%5c"));
        for text in [
            "http://[::1]:80/",
            "http://127.0.0.1/?",
            "https://h/...",
            "https://h/...;x/a;b/;",
            "https://h/a?b?c",
        ] {
            assert_eq!(Url::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refused() {
        use Part::{Path, Query};
        use UrlFault::*;
        let character = |character, part| Character { character, part };
        for (text, fault) in [
            ("", NotAbsolute),
            ("//h/", NotAbsolute),
            ("ftp://h/", NotAbsolute),
            ("HTTPS://h/", NotAbsolute),
            ("https:///a", NoHost),
            ("https://:80/a", NoHost),
            ("https://h", NoPath),
            ("https://h?x", NoPath),
            ("https://u@h/", Host),
            ("https://h:/", Host),
            ("https://h:8o/", Host),
            ("https://hé/", Host),
            ("https://h%41/", Host),
            ("https://[::1/", Host),
            ("https://h/a/../b", DotSegment),
            ("https://h/.", DotSegment),
            ("https://h//", EmptySegment),
            ("https://h/a/..;x=1/b", DotSegment),
            ("https://h/.%3B", DotSegment),
            ("https://h/..%3bx", DotSegment),
            ("https://h/;/a", EmptySegment),
            ("https://h/a\\b", character('\\', Path)),
            ("https://h/a b", character(' ', Path)),
            ("https://h/é", character('é', Path)),
            ("https://h/\n", character('\n', Path)),
            ("https://h/?\"", character('"', Query)),
            ("https://h/%2e", Escape { byte: b'.', part: Path }),
            ("https://h/%2E%2E/", Escape { byte: b'.', part: Path }),
            ("https://h/%2f", Escape { byte: b'/', part: Path }),
            ("https://h/%5C", Escape { byte: b'\\', part: Path }),
            ("https://h/%00", Escape { byte: 0, part: Path }),
            ("https://h/?%00", Escape { byte: 0, part: Query }),
            ("https://h/%", InvalidEscape { part: Path }),
            ("https://h/?a=%4", InvalidEscape { part: Query }),
            ("https://h/?a=%u0041", InvalidEscape { part: Query }),
            ("https://h/#a", Fragment),
            ("https://h/?#", Fragment),
        ] {
            assert_eq!(Url::parse(text), Err(fault), "{text}");
        }
        let long = format!("https://h/{}", "a".repeat(MAX_URL_BYTES));
        assert_eq!(Url::parse(&long), Err(TooLong { bytes: MAX_URL_BYTES + 10 }));
    }

    #[test]
    fn messages_say_what_to_write() {
        let message = UrlFault::Character { character: 'é', part: Part::Path }.to_string();
        assert!(message.ends_with("percent-encode it as %C3%A9"), "{message}");
    }
}
