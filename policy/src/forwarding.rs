//! What a request loses on its way to the origin.
//!
//! CloudFront removes signing parameters itself only where a behaviour has trusted key groups.
//! Everywhere else they would enter the cache key and reach the origin, so the validator removes
//! them from every request that it lets through, in every mode.

use alloc::string::String;
use alloc::vec::Vec;

use crate::carrier::{CLAIMS_NAME, Carrier, Field};
use crate::percent::percent_decoded;
use crate::split::{split, split_once};

/// Headers that begin so are ours to set: a viewer's own are removed.
pub const OWN_HEADER_PREFIX: &str = "x-edgepass-";

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

/// Whether a header that a viewer sent has a name of ours. `name` may be in any case.
pub fn is_own_header(name: &str) -> bool {
    name.get(..OWN_HEADER_PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(OWN_HEADER_PREFIX))
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

    #[test]
    fn headers() {
        assert!(is_own_header("X-Edgepass-Reason"));
        assert!(!is_own_header("x-edge"));
        assert!(!is_own_header("é-edgepass-x"));
    }
}
