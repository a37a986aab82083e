//! Whole passes: what is signed is admitted, and nothing else is.

use core::net::IpAddr;

use policy::{Request, Scheme, Url, forwarded_cookies, forwarded_query, verify};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::hold;
use crate::scenario::{NOW, Wire, scenario, time, trust};

#[test]
fn what_is_signed_is_admitted() {
    hold(400, scenario(), |scenario| {
        assert!(scenario.is_admitted(&scenario.wire()), "{scenario:?}");
    });
}

/// Before it expires, afterwards, and with a signature that no key has made.
#[test]
fn a_verdict_says_of_which_credential_it_is() {
    hold(400, scenario(), |scenario| {
        let outline = scenario.outline();
        let mut wire = scenario.wire();
        assert_eq!(scenario.verdict(&wire, NOW), Some((Some(outline.clone()), true)));
        assert_eq!(scenario.verdict(&wire, i64::MAX), Some((Some(outline.clone()), false)));
        let text = wire.carrying();
        *text = text.replacen("Signature=", "Signature=AAAA", 1);
        assert_eq!(scenario.verdict(&wire, NOW), Some((Some(outline), false)));
        let text = wire.carrying();
        *text = text.replacen("Signature=", "X=", 1);
        assert_eq!(scenario.verdict(&wire, NOW), Some((None, false)), "no whole credential");
    });
}

/// Any byte of policy, expiry, signature, key id or marker.
#[test]
fn a_changed_value_is_not_admitted() {
    let changed = (scenario(), any::<Index>(), any::<Index>(), 33_u8..127);
    hold(1500, changed, |(scenario, which, at, byte)| {
        let mut wire = scenario.wire();
        let text = wire.carrying();
        let names = ["Expires=", "Policy=", "Signature=", "Key-Pair-Id=", "Hash-Algorithm="];
        let values: Vec<usize> =
            names.iter().filter_map(|name| Some(text.find(name)? + name.len())).collect();
        let start = values[which.index(values.len())];
        let end = text[start..].find(['&', ';']).map_or(text.len(), |length| start + length);
        let at = start + at.index(end - start);
        if text.as_bytes()[at] == byte {
            return;
        }
        text.replace_range(at..=at, char::from(byte).encode_utf8(&mut [0; 4]));
        assert!(!scenario.is_admitted(&wire), "{wire:?}");
    });
}

/// The scheme, host, path and query of a pass for one URL.
#[test]
fn a_changed_url_is_not_admitted() {
    let changed = (scenario(), any::<Index>(), 33_u8..127);
    hold(1500, changed, |(mut scenario, at, byte)| {
        scenario.pattern = None;
        let mut wire = scenario.wire();
        let at = at.index(scenario.url().len());
        if wire.url.as_bytes()[at] == byte {
            return;
        }
        wire.url.replace_range(at..=at, char::from(byte).encode_utf8(&mut [0; 4]));
        assert!(!scenario.is_admitted(&wire), "{wire:?}");
    });
}

/// Cut, doubled and inserted pieces: what is admitted after all says the same as before.
#[test]
fn a_mutilated_credential_is_not_admitted() {
    let pieces = (any::<Index>(), any::<Index>(), "[ -~]{0,6}");
    let changed = (scenario(), proptest::collection::vec(pieces, 1..4));
    hold(1500, changed, |(scenario, edits)| {
        let original = scenario.wire();
        let mut wire = original.clone();
        let text = wire.carrying();
        for (one, other, inserted) in &edits {
            let (one, other) = (one.index(text.len() + 1), other.index(text.len() + 1));
            text.replace_range(one.min(other)..one.max(other), inserted);
        }
        if scenario.is_admitted(&wire) {
            assert_eq!(values(&wire), values(&original), "{wire:?}");
            // A pattern is for other URLs too.
            if scenario.pattern.is_none() {
                assert_eq!(asked_for(&wire), asked_for(&original), "{wire:?}");
            }
        }
    });
}

/// What a credential says whatever it looks like. The marker is left out: no marker is SHA-1.
fn values(wire: &Wire) -> Vec<String> {
    const NAMES: [&str; 4] = ["Expires=", "Policy=", "Signature=", "Key-Pair-Id="];
    let query = wire.url.split_once('?').map_or("", |(_, query)| query);
    let mut values: Vec<String> = wire
        .cookie
        .as_deref()
        .unwrap_or(query)
        .split(['&', ';'])
        .map(|part| part.trim().trim_start_matches("CloudFront-"))
        .filter(|part| NAMES.iter().any(|name| part.starts_with(name)))
        .map(str::to_owned)
        .collect();
    values.sort_unstable();
    values
}

/// The URL without the credential.
fn asked_for(wire: &Wire) -> (&str, String) {
    let (start, query) = wire.url.split_once('?').unwrap_or((&wire.url, ""));
    (start, forwarded_query(query))
}

#[test]
fn garbage_is_neither_admitted_nor_a_panic() {
    let value = "[!-~]{0,12}|[A-Za-z0-9~_-]{0,40}";
    let names = ["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm", "x"];
    let pairs = move || proptest::collection::vec((select(names.to_vec()), value), 0..8);
    let garbage = ("[ -~é]{0,20}", "[ -~é]{0,20}", pairs(), pairs(), any::<Option<IpAddr>>());
    hold(3000, garbage, |(path, query, parameters, cookies, address)| {
        let join = |pairs: &[(&str, String)], prefix: &str, separator: &str| {
            let parts: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{prefix}{name}={value}")).collect();
            parts.join(separator)
        };
        let query = format!("{query}&{}", join(&parameters, "", "&"));
        let line = join(&cookies, "CloudFront-", "; ");
        for path in [path.clone(), format!("/{path}")] {
            for query in [None, Some(query.as_str())] {
                let url = Url::from_parts(Scheme::Https, "h", &path, query);
                let Ok(url) = url else { continue };
                let request = Request { cookies: &[&line], address, ..Request::get(url) };
                assert!(verify(&request, &trust(), None, time(NOW)).result.is_err());
            }
        }
        let _ = forwarded_cookies(&[&line]);
    });
}
