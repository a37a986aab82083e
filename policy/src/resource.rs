//! Resource patterns: which URLs a custom policy is for.
//!
//! AWS ("Create a signed URL using a custom policy") splits a pattern into protocol, domain, path
//! and query, and wildcards match only within their section: `*` any run of characters, `?` one.
//! What is left out is implied: a path that ends with `*` goes on into any query, a domain that
//! ends with `*` and has no path goes on into any path and query, a pattern that begins with `*`
//! and names no protocol means any, and `*` alone is every URL.
//!
//! AWS does not say how the `?` before the query is told from the wildcard. We take the first `?`
//! after the domain for the start of the query, so that only a domain or a query has `?` wildcards.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::carrier::CLAIMS_NAME;
use crate::url::Url;

/// The longest run between two `*` that may hold a `?`, in bytes. Runs without one are found in
/// linear time whatever their length; this bound keeps the others linear too.
pub const MAX_SINGLE_WILDCARD_RUN: usize = 64;

/// A checked `Resource` of a custom policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResourcePattern {
    text: String,
}

impl ResourcePattern {
    /// Whether the pattern covers the URL; if not, the first section that does not match.
    ///
    /// `query` is the URL's without its signing parameters, which the pattern does not cover.
    /// Matching is textual, byte for byte, without decoding or case folding.
    pub fn matches(&self, url: &Url<'_>, query: Option<&str>) -> Result<(), Section> {
        let Some(pattern) = Sections::of(&self.text) else { return Err(Section::Protocol) };
        let sections = [
            (Section::Protocol, pattern.protocol, url.scheme().name()),
            (Section::Domain, pattern.domain, url.host()),
            (Section::Path, pattern.path, url.path()),
            (Section::Query, pattern.query, query.unwrap_or("")),
        ];
        for (section, pattern, text) in sections {
            if !wildcards_match(pattern, text) {
                return Err(section);
            }
        }
        Ok(())
    }

    /// The text of one section, with what is implied written out.
    pub fn section(&self, section: Section) -> &str {
        Sections::of(&self.text).map_or("", |sections| match section {
            Section::Protocol => sections.protocol,
            Section::Domain => sections.domain,
            Section::Path => sections.path,
            Section::Query => sections.query,
        })
    }

    /// Whether more than one URL can match.
    pub fn has_wildcard(&self) -> bool {
        const { [Section::Protocol, Section::Domain, Section::Path, Section::Query] }
            .into_iter()
            .any(|section| self.section(section).contains(['*', '?']))
    }

    /// The query of every URL that matches; None if it has a wildcard.
    pub(crate) fn exact_query(&self) -> Option<&str> {
        let query = self.section(Section::Query);
        (!query.contains(['*', '?'])).then_some(query)
    }

    /// The pattern of the same URLs with a claims token as one more component of their query.
    pub(crate) fn with_claims(&self, token: &str) -> Self {
        let claims = format!("{CLAIMS_NAME}={token}");
        if !self.section(Section::Query).is_empty() {
            return Self { text: format!("{}&{claims}", self.text) };
        }
        let target = self.text.strip_suffix('?').unwrap_or(&self.text);
        let implied = self.section(Section::Path) == "/" && !target.ends_with('/');
        Self { text: format!("{target}{}?{claims}", if implied { "/" } else { "" }) }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ResourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ResourcePattern {
    type Err = PatternFault;

    fn from_str(text: &str) -> Result<Self, PatternFault> {
        if let Some(character) =
            text.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '"' | '\\' | '#'))
        {
            return Err(PatternFault::Character { character });
        }
        let sections = Sections::of(text).ok_or(PatternFault::Start)?;
        let long =
            |run: &str| run.as_bytes().contains(&b'?') && run.len() > MAX_SINGLE_WILDCARD_RUN;
        if [sections.domain, sections.query].into_iter().flat_map(middle_runs).any(long) {
            return Err(PatternFault::LongRun);
        }
        Ok(Self { text: text.to_owned() })
    }
}

/// The four sections of a pattern.
struct Sections<'p> {
    protocol: &'p str,
    domain: &'p str,
    path: &'p str,
    query: &'p str,
}

impl<'p> Sections<'p> {
    fn of(text: &'p str) -> Option<Self> {
        let protocol = ["https", "http", "*"].into_iter().find_map(|protocol| {
            Some((protocol, text.strip_prefix(protocol)?.strip_prefix("://")?))
        });
        let (protocol, rest) = match protocol {
            Some(found) => found,
            None if text.starts_with('*') => ("*", text),
            None => return None,
        };
        let end = rest.find('/').unwrap_or(rest.len());
        let (domain, target) = rest.split_at_checked(end)?;
        if domain.is_empty() {
            return None;
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, query),
            None if target.is_empty() && domain.ends_with('*') => ("/*", "*"),
            None if target.is_empty() => ("/", ""),
            None if target.ends_with('*') => (target, "*"),
            None => (target, ""),
        };
        Some(Self { protocol, domain, path, query })
    }
}

/// One section against its text: `*` is any run of characters, `?` any one.
///
/// Linear in the text for runs without a `?` between two `*`: each is searched for where the one
/// before it ends, and the leftmost match is taken, without backtracking.
pub fn wildcards_match(pattern: &str, text: &str) -> bool {
    let mut runs = pattern.split('*');
    let Some(rest) = runs.next().and_then(|run| after_prefix(run, text)) else { return false };
    let Some(last) = runs.next_back() else { return rest.is_empty() };
    let Some(middle) = before_suffix(last, rest) else { return false };
    runs.try_fold(middle, |text, run| after_leftmost(run, text)).is_some()
}

/// The runs of a section between two `*`.
fn middle_runs(pattern: &str) -> impl Iterator<Item = &str> {
    let mut runs = pattern.split('*');
    runs.next();
    runs.next_back();
    runs
}

fn after_prefix<'t>(run: &str, text: &'t str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(run.len())?;
    same(run, start).then_some(rest)
}

fn before_suffix<'t>(run: &str, text: &'t str) -> Option<&'t str> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(run.len())?)?;
    same(run, end).then_some(rest)
}

fn after_leftmost<'t>(run: &str, text: &'t str) -> Option<&'t str> {
    if run.as_bytes().contains(&b'?') {
        return (0..=text.len()).find_map(|at| after_prefix(run, text.get(at..)?));
    }
    text.get(end_of_leftmost(run.as_bytes(), text.as_bytes())?..)
}

/// Where the leftmost occurrence of `run` ends: Knuth, Morris and Pratt's search, linear in both.
/// (The standard library's takes seven times the space in the edge module.)
fn end_of_leftmost(run: &[u8], text: &[u8]) -> Option<usize> {
    // borders[n]: the longest proper prefix of the run's first n + 1 bytes that also ends them.
    let mut borders: Vec<usize> = Vec::with_capacity(run.len());
    for (at, &byte) in run.iter().enumerate() {
        let border = match at {
            0 => 0,
            _ => extended(run, &borders, *borders.last()?, byte),
        };
        borders.push(border);
    }
    let mut matched = 0;
    for (at, &byte) in text.iter().enumerate() {
        if matched == run.len() {
            return Some(at);
        }
        matched = extended(run, &borders, matched, byte);
    }
    (matched == run.len()).then_some(text.len())
}

/// How much of the run is matched when `byte` follows `matched` bytes of it.
fn extended(run: &[u8], borders: &[usize], mut matched: usize, byte: u8) -> usize {
    loop {
        if run.get(matched) == Some(&byte) {
            return matched.saturating_add(1);
        }
        match matched.checked_sub(1).and_then(|last| borders.get(last)) {
            Some(&border) => matched = border,
            None => return 0,
        }
    }
}

/// Whether a run without `*` fits a text of the same length.
fn same(run: &str, text: &str) -> bool {
    run.bytes().zip(text.bytes()).all(|(pattern, byte)| pattern == b'?' || pattern == byte)
}

/// A section of a pattern or URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Section {
    /// Before `://`.
    Protocol,
    /// Host and port.
    Domain,
    /// From the `/`.
    Path,
    /// After the `?`.
    Query,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protocol => "protocol",
            Self::Domain => "domain",
            Self::Path => "path",
            Self::Query => "query",
        })
    }
}

/// Why a text is not a resource pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PatternFault {
    /// A character that no URL contains.
    Character {
        /// The character.
        character: char,
    },
    /// A run with a `?` longer than [`MAX_SINGLE_WILDCARD_RUN`].
    LongRun,
    /// Neither a protocol nor a leading `*`, or no domain.
    Start,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { character } => {
                let shown = character.escape_default();
                write!(f, "has `{shown}`, which stands in no URL; percent-encode it")
            }
            Self::LongRun => write!(
                f,
                "has a `?` in more than {MAX_SINGLE_WILDCARD_RUN} bytes between two `*`; shorten them"
            ),
            Self::Start => f.write_str(
                "does not begin with `https://`, `http://` or `*` and a domain, as in `https://example.com/*`",
            ),
        }
    }
}

impl core::error::Error for PatternFault {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use alloc::format;

    use super::*;

    fn departs(pattern: &str, url: &str) -> Result<(), Section> {
        let url = Url::parse(url).unwrap();
        pattern.parse::<ResourcePattern>().unwrap().matches(&url, url.query())
    }

    #[test]
    fn sections_bound_wildcards() {
        use Section::{Domain, Path, Protocol, Query};
        for (pattern, url, result) in [
            ("*", "http://h/a?b", Ok(())),
            ("https://*", "https://h/a?b", Ok(())),
            ("https://*", "http://h/a", Err(Protocol)),
            ("*://h/a", "http://h/a", Ok(())),
            ("*example.com", "https://www.example.com/", Ok(())),
            ("*example.com", "https://www.example.com/a", Err(Path)),
            ("*example.com", "https://www.example.com/?a", Err(Query)),
            ("http://example.com*", "http://example.com.evil.org/x?y", Ok(())),
            ("http://example.com", "http://example.com/", Ok(())),
            ("https://h/a*", "https://h/a/b/c?d=e", Ok(())),
            ("https://h/a*", "https://h/b", Err(Path)),
            ("https://h/*.m3u8", "https://h/a/b.m3u8", Ok(())),
            ("https://h/*.m3u8", "https://h/a/b.m3u8?x", Err(Query)),
            ("https://h/*.m3u8?*", "https://h/a/b.m3u8?x", Ok(())),
            ("https://h/*.m3u8?*", "https://h/a/b.m3u8", Ok(())),
            ("https://h/a?x=*", "https://h/a?x=", Ok(())),
            ("https://h/a?x=*", "https://h/a", Err(Query)),
            ("https://h/a?x=?", "https://h/a?x=1", Ok(())),
            ("https://h/a?x=?", "https://h/a?x=12", Err(Query)),
            ("https://h/a?b?c", "https://h/aXbXc", Err(Path)),
            ("https://d?.h/a", "https://d1.h/a", Ok(())),
            ("https://d?.h/a", "https://d.h/a", Err(Domain)),
            ("https://*.h/a", "https://evil.org/x.h/a", Err(Domain)),
            ("https://h/hello*world", "https://h/hello?world", Err(Path)),
            ("https://h/*a*b*", "https://h/xaxxbx", Ok(())),
            ("https://h/*ab*ab", "https://h/ab", Err(Path)),
            ("https://h/*ab*ab", "https://h/abab", Ok(())),
            ("https://h/a?*x?z*", "https://h/a?xxyz", Ok(())),
            ("https://h/a?*x?z*", "https://h/a?xyyz", Err(Query)),
            ("https://h/A", "https://h/a", Err(Path)),
            ("https://h/%7e", "https://h/~", Err(Path)),
            ("https://h:80/", "https://h/", Err(Domain)),
        ] {
            assert_eq!(departs(pattern, url), result, "{pattern} {url}");
        }
    }

    #[test]
    fn leftmost_is_what_the_standard_library_finds() {
        // All texts and runs over two letters, up to lengths 8 and 5.
        let words = |longest: u32| {
            (0..=longest).flat_map(|length| {
                (0..2_u32.pow(length)).map(move |bits| -> String {
                    (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect()
                })
            })
        };
        for text in words(8) {
            for run in words(5) {
                let expected = text.find(&run).map(|start| start + run.len());
                let found = end_of_leftmost(run.as_bytes(), text.as_bytes());
                assert_eq!(found, expected, "{run} in {text}");
            }
        }
    }

    #[test]
    fn only_patterns_are_read() {
        for pattern in
            ["", "h/a", "ftp://h/a", "http*://h/a", "https://", "https:///a", "?://h/", "//h/a"]
        {
            assert_eq!(pattern.parse::<ResourcePattern>(), Err(PatternFault::Start), "{pattern}");
        }
        for (pattern, character) in
            [("https://h/é", 'é'), ("https://h/a b", ' '), ("https://h/\\?", '\\')]
        {
            let fault = PatternFault::Character { character };
            assert_eq!(pattern.parse::<ResourcePattern>(), Err(fault), "{pattern}");
        }
        let long = format!("https://h/a?*{}?*", "a".repeat(MAX_SINGLE_WILDCARD_RUN));
        assert_eq!(long.parse::<ResourcePattern>(), Err(PatternFault::LongRun));
    }

    #[test]
    fn claims_join_the_query() {
        for (pattern, with) in [
            ("https://h", "https://h/?Edgepass-Claims=T"),
            ("https://h/", "https://h/?Edgepass-Claims=T"),
            ("https://h/?", "https://h/?Edgepass-Claims=T"),
            ("https://h/?x=1", "https://h/?x=1&Edgepass-Claims=T"),
            ("https://h/a?", "https://h/a?Edgepass-Claims=T"),
            ("https://h/a/", "https://h/a/?Edgepass-Claims=T"),
            ("https://h/*.ts?x=1", "https://h/*.ts?x=1&Edgepass-Claims=T"),
            ("https://d?.h/a", "https://d?.h/a?Edgepass-Claims=T"),
            ("https://*.h/a", "https://*.h/a?Edgepass-Claims=T"),
        ] {
            let pattern: ResourcePattern = pattern.parse().unwrap();
            assert_eq!(pattern.with_claims("T").as_str(), with, "{pattern}");
            assert_eq!(with.parse().as_ref(), Ok(&pattern.with_claims("T")));
        }
    }

    #[test]
    fn wildcards_are_told_from_exact_urls() {
        for (pattern, wildcard) in [
            ("https://h/a", false),
            ("https://h/a?b=c", false),
            ("https://h/a?b=?", true),
            ("https://h/*", true),
            ("*h/a", true),
            ("https://h", false),
        ] {
            assert_eq!(
                pattern.parse::<ResourcePattern>().unwrap().has_wildcard(),
                wildcard,
                "{pattern}"
            );
        }
    }
}
