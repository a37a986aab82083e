//! What the edge removes from a request before it goes to the origin.
//!
//! CloudFront removes signing parameters itself only where a behaviour has trusted key groups.
//! Everywhere else they would enter the cache key and reach the origin, so the validator removes
//! them from every request that it lets through, in every mode. `tests/vectors/forwarding.json` has
//! headers and what becomes of them.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::carrier::{CLAIMS_NAME, Carrier, Field};
use crate::percent::percent_decoded;
use crate::split::{split, split_once};

/// Headers that begin so are ours to set.
const OWN_HEADER_PREFIX: &str = "x-edgepass-";

/// Headers that some origins obey in place of the URL (IIS with URL Rewrite; Symfony and Zend before
/// CVE-2018-14773) or of the method (Rack's `MethodOverride` and its like). The edge has checked the URL
/// and the method of the request itself.
const OVERRIDING_HEADERS: [&str; 5] = [
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// The query without the signing parameters and the claims token; empty when nothing is left.
/// All other components stay byte for byte.
pub fn forwarded_query(query: &str) -> String {
    if query.is_empty() {
        return String::new();
    }
    let others: Vec<&str> = split(query, b'&').filter(|part| !is_own_parameter(part)).collect();
    others.join("&")
}

/// The `Cookie` header without the signing cookies and the claims token, from all header lines.
/// None when nothing is left.
pub fn forwarded_cookies(cookies: &[&str]) -> Option<String> {
    let mut others = String::new();
    for line in cookies {
        for cookie in split(line, b';').map(str::trim) {
            if !cookie.is_empty() && !is_own_cookie(cookie) {
                if !others.is_empty() {
                    others.push_str("; ");
                }
                others.push_str(cookie);
            }
        }
    }
    (!others.is_empty()).then_some(others)
}

/// The `Referer` header without the signing parameters and the claims token of its query. All else
/// stays byte for byte. None for what is no URL as clients send it (visible ASCII without a fragment),
/// since readers would disagree on where its query ends.
pub fn forwarded_referer(referer: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if referer.is_empty() || !referer.bytes().all(plain) {
        return None;
    }
    let Some((page, query)) = split_once(referer, b'?') else { return Some(referer.to_owned()) };
    let others = forwarded_query(query);
    if others.len() == query.len() {
        return Some(referer.to_owned());
    }
    Some(if others.is_empty() { page.to_owned() } else { [page, "?", &others].concat() })
}

/// Whether a header is removed that a viewer sent: one with a name of ours, or one that some origins
/// obey in place of the URL or the method.
///
/// `name` may be in any case, and any character may stand for its `-`: servers hand headers on as
/// variables, in whose names `_` stands for `-` (RFC 3875, 4.1.18) and, in old ones, for all but
/// letters and digits.
pub fn is_removed_header(name: &str) -> bool {
    let is = |byte: u8, ours: u8| match ours {
        b'-' => !byte.is_ascii_alphanumeric(),
        letter => byte.eq_ignore_ascii_case(&letter),
    };
    let begins = |ours: &str| {
        name.len() >= ours.len()
            && name.bytes().zip(ours.bytes()).all(|(byte, ours)| is(byte, ours))
    };
    begins(OWN_HEADER_PREFIX)
        || OVERRIDING_HEADERS.iter().any(|ours| name.len() == ours.len() && begins(ours))
}

/// Names are compared decoded: whoever reads `%45xpires` behind us may decode it.
fn is_own_parameter(component: &str) -> bool {
    let name = split_once(component, b'=').map_or(component, |(name, _)| name);
    match percent_decoded(name) {
        Some(name) => name == CLAIMS_NAME || Field::named(Carrier::Url, &name).is_some(),
        None => false,
    }
}

fn is_own_cookie(cookie: &str) -> bool {
    let name = split_once(cookie, b'=').map_or(cookie, |(name, _)| name).trim_end();
    name == CLAIMS_NAME || Field::named(Carrier::Cookie, name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        for (query, forwarded) in [
            ("a=1&Expires=1&Signature=x&Key-Pair-Id=K&b=2", "a=1&b=2"),
            ("Policy=x&Signature=y&Key-Pair-Id=K&Hash-Algorithm=SHA256", ""),
            ("Edgepass-Claims=x", ""),
            ("%45xpires=1&a=%2F", "a=%2F"),
            ("a&&b=", "a&&b="),
            ("expires=1&XExpires=2", "expires=1&XExpires=2"),
            ("Expires", ""),
            ("", ""),
        ] {
            assert_eq!(forwarded_query(query), forwarded, "{query}");
        }
    }

    #[test]
    fn cookies() {
        let lines = [
            "a=1; CloudFront-Policy=x; CloudFront-Signature=y;CloudFront-Key-Pair-Id=K",
            "CloudFront-Expires=1; CloudFront-Hash-Algorithm=SHA1; b=\"2\"; Edgepass-Claims=z; ",
        ];
        assert_eq!(forwarded_cookies(&lines).as_deref(), Some("a=1; b=\"2\""));
        assert_eq!(forwarded_cookies(&["CloudFront-Policy"]), None);
        assert_eq!(forwarded_cookies(&[]), None);
    }
}
