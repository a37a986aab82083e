//! The claim set: which claims there are, and what each may say.

use crate::cases::draft::{CLAIMS_MALFORMED, Case, NOW};
use crate::token::{ClaimSet, ES256};

use super::{beside, set, with};

pub(super) fn cases() -> Vec<Case> {
    [whole(), required(), numbers(), texts(), lists(), entries()].concat()
}

/// Texts that are no claim set.
fn whole() -> Vec<Case> {
    let text = set().text();
    let inside = &text[1..text.len() - 1];
    let nested = format!("{{{inside},\"x\":{}1{}}}", "[".repeat(9), "]".repeat(9));
    let mut cases: Vec<Case> = [
        ("an-array", format!("[{text}]"), "`the claim set` is not an object"),
        ("a-string", "\"sub\"".to_owned(), "`the claim set` is not an object"),
        ("null", "null".to_owned(), "`the claim set` is not an object"),
        ("empty", "{}".to_owned(), "the claim set has no `sub`"),
        ("not-json", "sub".to_owned(), "the claim set is not strict JSON"),
        ("cut-off", text[..text.len() - 1].to_owned(), "the claim set is not strict JSON"),
        ("twice", format!("{text}{text}"), "the claim set is not strict JSON"),
        ("with-trailing-comma", format!("{{{inside},}}"), "the claim set is not strict JSON"),
        ("with-byte-order-mark", format!("\u{feff}{text}"), "the claim set is not strict JSON"),
        ("with-a-comment", format!("{text}/**/"), "the claim set is not strict JSON"),
        ("nested-too-deep", nested, "the claim set is not strict JSON"),
        ("claim-twice", format!("{{{inside},\"sub\":\"u-1\"}}"), "the claim set is not strict"),
        (
            "claim-twice-escaped",
            format!("{{{inside},\"\\u0073ub\":\"u-1\"}}"),
            "the claim set is not strict JSON",
        ),
        ("unknown-claim", format!("{{{inside},\"aud\":\"x\"}}"), "the claim `aud` is unknown"),
        ("unknown-claim-iss", format!("{{{inside},\"iss\":\"x\"}}"), "the claim `iss` is unknown"),
        ("unknown-claim-null", format!("{{{inside},\"x\":null}}"), "the claim `x` is unknown"),
        ("unknown-claim-case", format!("{{{inside},\"NBF\":0}}"), "the claim `NBF` is unknown"),
        (
            "unknown-claim-with-line-feed",
            format!("{{{inside},\"a\\nb\":0}}"),
            "the claim `a\\nb` is unknown",
        ),
        (
            "unknown-claim-long",
            format!("{{{inside},\"{}\":0}}", "x".repeat(200)),
            &format!("the claim `{}…` is unknown", "x".repeat(40)),
        ),
    ]
    .map(|(name, text, words)| {
        beside(&format!("set-{name}"), "one object of known claims, each once", &ES256.token(text))
            .deny(CLAIMS_MALFORMED, words)
    })
    .into();
    cases.push(
        beside("set-not-utf8", "JSON is UTF-8", &ES256.token(b"{\"sub\":\"\xff\"}"))
            .deny(CLAIMS_MALFORMED, "the claim set is not strict JSON"),
    );
    let spaced = text.replace(':', " : ").replace(',', "\r\n\t, ");
    let escaped = text.replace("sub", "s\\u0075b").replace("u-4711", "u\\u002d4711");
    let reversed = inside.split(',').rev().collect::<Vec<_>>().join(",");
    for (name, text) in
        [("spaced", spaced), ("escaped", escaped), ("reversed", format!("{{{reversed}}}"))]
    {
        let name = format!("set-{name}");
        cases.push(beside(&name, "JSON as one may write it", &ES256.token(text)).allow());
    }
    cases
}

fn required() -> Vec<Case> {
    ["sub", "jti", "iat", "exp"]
        .map(|claim| {
            with(&format!("{claim}-missing"), "a required claim", &set().without(claim))
                .deny(CLAIMS_MALFORMED, &format!("the claim set has no `{claim}`"))
        })
        .into()
}

fn numbers() -> Vec<Case> {
    let mut cases = Vec::new();
    for claim in ["iat", "exp", "nbf"] {
        let words = format!("`{claim}` is not a whole number of seconds");
        let strict = "the claim set is not strict JSON";
        let text = format!("\"{NOW}\"");
        let fraction = format!("{NOW}.0");
        for (name, value, words) in [
            ("a-string", text.as_str(), words.as_str()),
            ("null", "null", &words),
            ("a-boolean", "true", &words),
            ("an-array", "[1]", &words),
            ("negative", "-1", &words),
            ("a-fraction", &fraction, strict),
            ("with-exponent", "1767225600e0", strict),
            ("with-leading-zero", "01767225600", strict),
            ("beyond-64-bits", "9223372036854775808", strict),
        ] {
            let name = format!("{claim}-{name}");
            cases.push(
                with(&name, "whole seconds since 1970", &set().with(claim, value))
                    .deny(CLAIMS_MALFORMED, words),
            );
        }
    }
    cases
}

fn texts() -> Vec<Case> {
    let mut cases = Vec::new();
    let quoted = |text: &str| format!("\"{text}\"");
    for (claim, limit) in [("sub", 128), ("jti", 128), ("ctx", 1024)] {
        let typed = format!("`{claim}` is not a string");
        let words = format!("`{claim}` is not 1 to {limit} visible ASCII characters");
        for (name, value, words) in [
            ("a-number", "4711".to_owned(), &typed),
            ("null", "null".to_owned(), &typed),
            ("an-array", "[\"x\"]".to_owned(), &typed),
            ("empty", quoted(""), &words),
            ("too-long", quoted(&"x".repeat(limit + 1)), &words),
            ("not-ascii", quoted("é"), &words),
            ("with-space", quoted("a b"), &words),
            ("with-line-feed", quoted("a\\nb"), &words),
            ("with-nul", quoted("a\\u0000"), &words),
            ("with-delete", quoted("a\\u007f"), &words),
        ] {
            let name = format!("{claim}-{name}");
            cases.push(
                with(&name, "visible ASCII, not too much of it", &set().with(claim, value))
                    .deny(CLAIMS_MALFORMED, words),
            );
        }
        let longest = set().with(claim, quoted(&"~".repeat(limit)));
        let name = format!("{claim}-longest");
        cases.push(with(&name, "as long as it may be", &longest).allow());
        let name = format!("{claim}-shortest");
        cases.push(with(&name, "one character", &set().with(claim, quoted("!"))).allow());
    }
    let words = "`pol` is not the base64url of 32 bytes";
    for (name, value, words) in [
        ("empty", quoted(""), words),
        ("of-31-bytes", quoted(&"A".repeat(42)), words),
        ("of-33-bytes", quoted(&"A".repeat(44)), words),
        ("padded", quoted(&format!("{}=", "A".repeat(43))), words),
        ("with-stray-bits", quoted(&format!("{}B", "A".repeat(42))), words),
        ("in-hexadecimal", quoted(&"0a".repeat(32)), words),
        ("null", "null".to_owned(), "`pol` is not a string"),
        ("a-number", "1".to_owned(), "`pol` is not a string"),
    ] {
        cases.push(
            with(&format!("pol-{name}"), "base64url of a SHA-256", &set().with("pol", value))
                .deny(CLAIMS_MALFORMED, words),
        );
    }
    cases
}

/// An entry of each list that holds for every request here.
const LISTS: [(&str, &str); 4] = [
    ("res", "\"https://media.example.com/video/*\""),
    ("net", "\"192.0.2.0/24\""),
    ("mth", "\"GET\""),
    ("org", "\"https://www.example.com\""),
];

fn lists() -> Vec<Case> {
    let mut cases = Vec::new();
    for (claim, entry) in LISTS {
        let typed = format!("`{claim}` is not an array");
        let entries = vec![entry; 33].join(",");
        let of = |count: usize| format!("`{claim}` has {count} entries; from 1 to 32 are allowed");
        for (name, value, words) in [
            ("a-string", entry.to_owned(), typed.clone()),
            ("null", "null".to_owned(), typed.clone()),
            ("an-object", "{}".to_owned(), typed.clone()),
            ("empty", "[]".to_owned(), of(0)),
            ("of-33", format!("[{entries}]"), of(33)),
            ("with-a-number", format!("[{entry},1]"), format!("`{claim}` is not a string")),
            ("with-null", format!("[{entry},null]"), format!("`{claim}` is not a string")),
            ("nested", format!("[[{entry}]]"), format!("`{claim}` is not a string")),
        ] {
            let name = format!("{claim}-{name}");
            cases.push(
                with(&name, "a list of 1 to 32 texts", &set().with(claim, value))
                    .deny(CLAIMS_MALFORMED, &words),
            );
        }
        let longest = format!("[{}]", vec![entry; 32].join(","));
        let name = format!("{claim}-of-32");
        cases.push(
            with(&name, "as many entries as there may be", &set().with(claim, longest))
                .from("192.0.2.7")
                .origin("https://www.example.com")
                .allow(),
        );
    }
    cases
}

/// What is no entry of its list, each behind one that is: every entry is read.
fn entries() -> Vec<Case> {
    let network = "is not a network; write it as `192.0.2.0/24` or `2001:db8::/32`";
    let method = "`mth` has an entry that is no method";
    let origin = "`org` has an entry that is no origin";
    let long = "X".repeat(33);
    let rows: &[(&str, &str, &str, &str)] = &[
        ("res", "relative", "/video/*", "an entry of `res` does not begin with"),
        ("res", "empty", "", "an entry of `res` does not begin with"),
        ("res", "ftp", "ftp://media.example.com/*", "an entry of `res` does not begin with"),
        ("res", "with-space", "https://media.example.com/a b", "an entry of `res` has ` `"),
        ("net", "an-address", "192.0.2.7", network),
        ("net", "an-ipv6-address", "2001:db8::7", network),
        ("net", "empty", "", network),
        ("net", "too-long-a-prefix", "192.0.2.0/33", network),
        ("net", "too-long-an-ipv6-prefix", "2001:db8::/129", network),
        ("net", "prefix-with-leading-zero", "192.0.2.0/024", network),
        ("net", "prefix-missing", "2001:db8::/", network),
        ("net", "a-name", "localhost/32", network),
        ("net", "with-zone", "fe80::1%eth0/64", network),
        ("mth", "empty", "", method),
        ("mth", "with-space", "GET HEAD", method),
        ("mth", "with-comma", "GET,HEAD", method),
        ("mth", "too-long", &long, method),
        ("org", "empty", "", origin),
        ("org", "any", "*", origin),
        ("org", "null", "null", origin),
        ("org", "with-path", "https://www.example.com/", origin),
        ("org", "with-file", "https://www.example.com/watch", origin),
        ("org", "with-query", "https://www.example.com?", origin),
        ("org", "without-scheme", "www.example.com", origin),
        ("org", "with-default-port", "https://www.example.com:443", origin),
        ("org", "upper-case", "https://WWW.example.com", origin),
        ("org", "with-wildcard", "https://*.example.com", origin),
        ("org", "with-user", "https://user@www.example.com", origin),
    ];
    let good = |claim: &str| LISTS.iter().find(|(name, _)| *name == claim).unwrap().1;
    rows.iter()
        .map(|(claim, name, entry, words)| {
            let value = format!("[{},{entry:?}]", good(claim));
            let set: ClaimSet = set().with(claim, value);
            with(&format!("{claim}-entry-{name}"), "every entry has to be understood", &set)
                .deny(CLAIMS_MALFORMED, words)
        })
        .collect()
}
