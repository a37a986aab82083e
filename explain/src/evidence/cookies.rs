//! Cookies, in the forms in which programs and browsers show and keep them.

use policy::{Carrier, Field};
use serde_json::Value;

use super::document::NotEvidence;
use super::kind::Kind;
use super::set_cookie::SetCookie;
use crate::target::Target;

/// What a text says of cookies.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// `Cookie` header lines without the header's name, as they were or would be sent.
    pub lines: Vec<String>,
    /// The `Set-Cookie` lines among them, or what a jar keeps of those.
    pub set: Vec<SetCookie>,
}

impl Cookies {
    /// Reads lines of `Cookie` and `Set-Cookie`, with or without their names, what `edgepass sign
    /// cookies` prints, other JSON, and cookie jars of curl (`-c`, `-b`).
    ///
    /// A jar may hold cookies of many sites: where some are for `url`, only those count.
    pub fn read(text: &str, url: Option<&str>) -> Result<Self, NotEvidence> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let kind = Kind::of(text);
        // An exchange shows cookies in its headers alone, and other evidence shows none.
        let cookies = Self::parse(text, url, kind == Some(Kind::Response));
        match kind {
            None | Some(Kind::Cookies | Kind::Response) if !cookies.lines.is_empty() => Ok(cookies),
            None | Some(Kind::Cookies) => Err(NotEvidence::NotCookies),
            Some(other) => Err(other.refusal()),
        }
    }

    fn parse(text: &str, url: Option<&str>, in_headers: bool) -> Self {
        let json = json(text);
        let stored = match &json {
            Some(value) => of_json(value).unwrap_or_default(),
            None => text.lines().filter_map(Stored::of_jar).collect(),
        };
        let mut cookies = Self::default();
        if stored.is_empty() && json.is_none() {
            cookies.add_lines(text, in_headers);
        } else {
            let target = url.and_then(Target::read);
            let fits = |it: &&Stored| target.as_ref().is_some_and(|target| it.is_for(target));
            let any_fits = stored.iter().any(|it| it.is_signing() && fits(&it));
            for cookie in stored.iter().filter(|it| !any_fits || fits(it)) {
                cookies.lines.push(format!("{}={}", cookie.name, cookie.value));
                cookies.set.extend(cookie.as_set());
            }
        }
        cookies
    }

    fn add_lines(&mut self, text: &str, in_headers: bool) {
        let lines = || text.lines().map(without_marks).filter(|line| !line.is_empty());
        let is_named = |line: &str| named(line, "cookie").or(named(line, "set-cookie")).is_some();
        // Where headers have names, other lines are other headers.
        let has_names = in_headers || lines().any(is_named);
        for line in lines().filter(|line| !has_names || is_named(line)) {
            if let Some(set) = SetCookie::read(line) {
                self.lines.push(SetCookie::pair(line).to_owned());
                self.set.push(set);
            } else if let Some(value) = named(line, "cookie") {
                self.lines.push(value.to_owned());
            } else if let Some((name, value)) = listed(line) {
                self.lines.push(format!("{name}={value}"));
            } else if is_pair(line) {
                self.lines.push(line.to_owned());
            }
        }
    }
}

/// Whether a text that is no other evidence holds cookies for CloudFront.
pub(super) fn is_cookies(text: &str) -> bool {
    text.contains("CloudFront-") && !Cookies::parse(text, None, false).lines.is_empty()
}

/// Whether a JSON value holds cookies for CloudFront.
pub(super) fn is_cookies_json(value: &Value) -> bool {
    of_json(value).is_some_and(|stored| stored.iter().any(Stored::is_signing))
}

/// A line without what curl puts in front of it and shells and programs around it.
fn without_marks(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_prefix("> ").or(line.strip_prefix("< ")).unwrap_or(line);
    let inside = |quote: char| line.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or(inside('\'')).unwrap_or(line).trim()
}

/// What follows the name of a header.
fn named<'l>(line: &'l str, header: &str) -> Option<&'l str> {
    let (name, rest) = line.split_once(':')?;
    name.trim().eq_ignore_ascii_case(header).then_some(rest.trim())
}

/// `CloudFront-Policy: eyJ…` or `CloudFront-Policy<tab>eyJ…`, as programs and browsers list cookies.
fn listed(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once([':', '\t'])?;
    let value = rest.trim_start().split('\t').next()?;
    is_signing(name.trim()).then_some((name.trim(), value.trim()))
}

/// `NAME=VALUE`, alone or the first of several (RFC 6265, 4.1.1).
fn is_pair(line: &str) -> bool {
    let is_of_name = |symbol: char| {
        symbol.is_ascii_graphic()
            && !matches!(symbol, '<' | '>' | '"' | '(' | ')' | '/' | ':' | '?' | '{' | '}')
    };
    let name = line.split_once('=').map(|(name, _)| name.trim_end());
    name.is_some_and(|name| !name.is_empty() && name.chars().all(is_of_name))
}

fn is_signing(name: &str) -> bool {
    Field::named(Carrier::Cookie, name).is_some()
}

fn json(text: &str) -> Option<Value> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    // Python prints dictionaries with single quotes, and no cookie's value has any.
    let value =
        serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace('\'', "\"")));
    value.ok()
}

/// Names and values, or objects with `name` and `value` as browsers export them; alone or as the
/// member `cookies`. None if it is neither.
fn of_json(value: &Value) -> Option<Vec<Stored>> {
    if let Some(inner) = value.get("cookies") {
        return of_json(inner);
    }
    match value {
        Value::Array(list) => list.iter().map(Stored::of_object).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let (name, value) = (name.clone(), value.as_str()?.to_owned());
                Some(Stored { name, value, ..Stored::default() })
            })
            .collect(),
        _ => None,
    }
}

/// A cookie, and for which requests it is kept.
#[derive(Clone, Debug, Default)]
struct Stored {
    name: String,
    value: String,
    /// None: not known.
    domain: Option<String>,
    path: Option<String>,
    is_secure: bool,
}

impl Stored {
    /// A line of a jar in Netscape's form: domain, whether subdomains are meant, path, whether only
    /// over TLS, expiry, name, value, separated by tabs.
    fn of_jar(line: &str) -> Option<Self> {
        let line = line.trim_end_matches('\r');
        let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
        if line.starts_with('#') {
            return None;
        }
        let mut fields = line.splitn(7, '\t');
        let (domain, _, path) = (fields.next()?, fields.next()?, fields.next()?);
        let (secure, _, name) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self {
            name: name.to_owned(),
            value: fields.next().unwrap_or_default().trim_end().to_owned(),
            domain: Some(domain.trim_start_matches('.').to_owned()),
            path: path.starts_with('/').then(|| path.to_owned()),
            is_secure: secure == "TRUE",
        })
    }

    fn of_object(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            name: text("name")?,
            value: text("value")?,
            domain: text("domain").map(|domain| domain.trim_start_matches('.').to_owned()),
            path: text("path"),
            is_secure: value.get("secure").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    fn is_signing(&self) -> bool {
        is_signing(&self.name)
    }

    /// Whether a browser would send it there (RFC 6265, 5.4).
    fn is_for(&self, target: &Target) -> bool {
        let host = target.host.split(':').next().unwrap_or_default();
        let host_fits = self.domain.as_deref().is_none_or(|domain| {
            let before = host.to_ascii_lowercase();
            let before = before.strip_suffix(&domain.to_ascii_lowercase());
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        });
        let path_fits = self.path.as_deref().is_none_or(|path| {
            let below = target.path.strip_prefix(path);
            below.is_some_and(|below| {
                path.ends_with('/') || below.is_empty() || below.starts_with('/')
            })
        });
        host_fits && path_fits && (!self.is_secure || target.scheme == "https")
    }

    /// As it was set, if that is known.
    fn as_set(&self) -> Option<SetCookie> {
        let domain = self.domain.as_deref()?;
        let mut line = format!("Set-Cookie: {}=; Domain={domain}", self.name);
        if let Some(path) = &self.path {
            line.push_str(&format!("; Path={path}"));
        }
        if self.is_secure {
            line.push_str("; Secure");
        }
        SetCookie::read(&line)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    const URL: &str = "https://media.example.com/film/1.ts";

    fn lines(text: &str) -> Vec<String> {
        Cookies::read(text, Some(URL)).map(|cookies| cookies.lines).unwrap_or_default()
    }

    #[test]
    fn all_forms_are_the_same_cookies() {
        let jar = "# Netscape HTTP Cookie File\n\
            #HttpOnly_media.example.com\tFALSE\t/\tTRUE\t0\tCloudFront-Policy\teyJ_\n\
            .example.com\tTRUE\t/film\tTRUE\t0\tCloudFront-Key-Pair-Id\tK1\n";
        for text in [
            "CloudFront-Policy=eyJ_; CloudFront-Key-Pair-Id=K1",
            "Cookie: CloudFront-Policy=eyJ_; CloudFront-Key-Pair-Id=K1",
            "'CloudFront-Policy=eyJ_; CloudFront-Key-Pair-Id=K1'",
            "cookie: CloudFront-Policy=eyJ_\ncookie: CloudFront-Key-Pair-Id=K1",
            "> GET /film/1.ts HTTP/2\n> Host: media.example.com\n> Cookie: CloudFront-Policy=eyJ_; CloudFront-Key-Pair-Id=K1",
            "CloudFront-Policy=eyJ_\r\nCloudFront-Key-Pair-Id=K1\r\n",
            "CloudFront-Policy: eyJ_\nCloudFront-Key-Pair-Id: K1",
            "CloudFront-Policy\teyJ_\tmedia.example.com\t/\nCloudFront-Key-Pair-Id\tK1\tmedia.example.com\t/",
            "Set-Cookie: CloudFront-Policy=eyJ_; Path=/; Secure\nSet-Cookie: CloudFront-Key-Pair-Id=K1; Path=/",
            "< HTTP/2 200\n< set-cookie: CloudFront-Policy=eyJ_; HttpOnly\n< set-cookie: CloudFront-Key-Pair-Id=K1",
            "CloudFront-Policy=eyJ_; Path=/\nCloudFront-Key-Pair-Id=K1; Path=/",
            r#"{"CloudFront-Policy":"eyJ_","CloudFront-Key-Pair-Id":"K1"}"#,
            "{'CloudFront-Policy': 'eyJ_', 'CloudFront-Key-Pair-Id': 'K1'}",
            r#"{"cookies":{"CloudFront-Policy":"eyJ_","CloudFront-Key-Pair-Id":"K1"},"canned":false}"#,
            r#"[{"name":"CloudFront-Policy","value":"eyJ_","domain":".example.com"},{"name":"CloudFront-Key-Pair-Id","value":"K1"}]"#,
            jar,
            &jar.replace('\n', "\r\n"),
        ] {
            let pairs = lines(text).join("; ");
            let mut pairs: Vec<&str> = pairs.split("; ").collect();
            pairs.sort_unstable();
            assert_eq!(pairs, ["CloudFront-Key-Pair-Id=K1", "CloudFront-Policy=eyJ_"], "{text}");
        }
    }

    #[test]
    fn a_jar_of_many_sites_gives_those_for_the_url() {
        let jar = "other.example\tFALSE\t/\tTRUE\t0\tCloudFront-Key-Pair-Id\tK2\n\
            media.example.com\tFALSE\t/film/\tTRUE\t0\tCloudFront-Key-Pair-Id\tK1\n\
            notmedia.example.com\tFALSE\t/\tTRUE\t0\tCloudFront-Key-Pair-Id\tK3\n\
            example.com\tTRUE\t/\tFALSE\t0\tid\t1\n";
        assert_eq!(lines(jar), ["CloudFront-Key-Pair-Id=K1", "id=1"]);
        let elsewhere = Cookies::read(jar, Some("https://www.example.org/")).unwrap();
        assert_eq!((elsewhere.lines.len(), elsewhere.set.len()), (4, 4), "for a cause to say so");
        let set = Cookies::read(jar, Some(URL)).unwrap().set;
        let path = set.first().and_then(|cookie| cookie.attribute("path"));
        assert_eq!(path, Some("/film/"));
    }

    #[test]
    fn what_holds_no_cookies_is_refused() {
        for text in ["", "hello", "{}", "[1]", "{\"a\":1}", "# Netscape HTTP Cookie File\n", "{not"]
        {
            assert_eq!(lines(text), Vec::<String>::new(), "{text}");
        }
    }
}
