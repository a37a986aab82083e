//! What becomes of headers on their way to the origin: `tests/vectors/forwarding.json`.

#![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fs;

use edgepass_tests::vector::folder;
use policy::{forwarded_referer, is_removed_header};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forwarding {
    headers: Headers,
    referers: Vec<Referer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Headers {
    removed: Vec<String>,
    kept: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Referer {
    /// The header lines.
    sent: Vec<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    forwarded: Option<String>,
}

#[test]
fn headers_and_referers() {
    let text = fs::read_to_string(folder("vectors").join("forwarding.json")).unwrap();
    let Forwarding { headers: Headers { removed, kept }, referers } =
        serde_json::from_str(&text).unwrap();
    for (names, expected) in [(&removed, true), (&kept, false)] {
        assert!(names.len() > 5);
        for name in names {
            assert_eq!(is_removed_header(name), expected, "{name}");
            assert_eq!(is_removed_header(&name.to_uppercase()), expected, "{name}");
        }
    }
    assert!(referers.len() > 10);
    for Referer { sent, forwarded } in referers {
        assert_eq!(forwarded_referer(&sent.join(", ")), forwarded, "{sent:?}");
    }
}
