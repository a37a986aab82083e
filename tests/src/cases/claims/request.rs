//! What a token demands of the request: `res`, `net`, `mth`, `org`, in this order.

use crate::cases::draft::{CLAIMS_EXPIRED, CLAIMS_MISMATCH, Case, Draft, END, FILE, NOW, case};
use crate::pass::RSA_SHA256;
use crate::token::{ClaimSet, ES256};

use super::{required, set, with};

pub(super) fn cases() -> Vec<Case> {
    [
        resources(),
        queries(),
        networks(),
        methods(),
        origins(),
        lines_of_origins(),
        contexts(),
        order(),
    ]
    .concat()
}

/// A set with one list of these entries.
fn list(claim: &str, entries: &[&str]) -> ClaimSet {
    set().with(claim, format!("{entries:?}"))
}

/// Let through, or refused because of this claim.
fn decided(draft: Draft, holds: bool, claim: &str, found: &str) -> Case {
    match holds {
        true => draft.allow(),
        false => draft.deny(CLAIMS_MISMATCH, &format!("`{claim}` of the claims token {found}")),
    }
}

fn resources() -> Vec<Case> {
    let rows: &[(&str, &[&str], bool)] = &[
        ("exact", &["https://media.example.com/video/a.mp4"], true),
        ("pattern", &["https://media.example.com/video/*"], true),
        ("any-host", &["*://*/video/a.mp4"], true),
        ("every-url", &["*"], true),
        (
            "second-of-two",
            &["https://media.example.com/audio/*", "https://media.example.com/video/*"],
            true,
        ),
        (
            "first-of-two",
            &["https://media.example.com/video/*", "https://media.example.com/audio/*"],
            true,
        ),
        (
            "none-of-two",
            &["https://media.example.com/audio/*", "https://media.example.com/text/*"],
            false,
        ),
        ("other-path", &["https://media.example.com/audio/*"], false),
        ("other-scheme", &["http://media.example.com/video/*"], false),
        ("other-host", &["https://www.example.com/video/*"], false),
        ("other-case", &["https://media.example.com/Video/*"], false),
        ("a-prefix-of-the-path", &["https://media.example.com/video/a"], false),
        ("query-that-is-not-there", &["https://media.example.com/video/a.mp4?x=1"], false),
    ];
    rows.iter()
        .map(|(name, patterns, holds)| {
            let draft = with(&format!("res-{name}"), "any of the patterns", &list("res", patterns));
            decided(draft, *holds, "res", "does not allow `/video/a.mp4`")
        })
        .collect()
}

/// The query that `res` sees has neither signing parameters nor the token.
fn queries() -> Vec<Case> {
    let rows: &[(&str, &str, &str, bool)] = &[
        ("none", "", FILE, true),
        ("none-and-any", "", "https://media.example.com/video/a.mp4?*", true),
        ("own", "a=1&b=2&", "https://media.example.com/video/a.mp4?a=1&b=2", true),
        ("own-reordered", "b=2&a=1&", "https://media.example.com/video/a.mp4?a=1&b=2", false),
        ("own-not-named", "a=1&", FILE, false),
        ("own-any", "a=1&", "https://media.example.com/video/a.mp4?a=*", true),
        ("own-implied", "a=1&", "https://media.example.com/video/*", true),
    ];
    rows.iter()
        .map(|(name, own, pattern, holds)| {
            let token = ES256.token(ClaimSet::at(NOW).with("res", format!("[{pattern:?}]")).text());
            let url = format!("{FILE}?{own}Edgepass-Claims={token}");
            let draft = case(
                &format!("res-query-{name}"),
                "the query less signing parameters and the token, which cannot hold itself",
            )
            .claims(required())
            .get(RSA_SHA256.canned(&url, END).on(&url));
            decided(draft, *holds, "res", "does not allow `/video/a.mp4`")
        })
        .collect()
}

fn networks() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, networks, address, holds) in [
        ("ipv4", &["192.0.2.0/24"][..], "192.0.2.7", true),
        ("ipv4-outside", &["192.0.2.0/24"], "192.0.3.7", false),
        ("ipv4-single", &["192.0.2.7/32"], "192.0.2.7", true),
        ("ipv4-single-next", &["192.0.2.7/32"], "192.0.2.6", false),
        ("ipv4-any", &["0.0.0.0/0"], "203.0.113.9", true),
        ("ipv4-host-bits", &["192.0.2.99/24"], "192.0.2.1", true),
        ("ipv6", &["2001:db8::/32"], "2001:db8:ffff::7", true),
        ("ipv6-outside", &["2001:db8::/32"], "2001:db9::7", false),
        ("ipv6-single", &["2001:db8::7/128"], "2001:db8::7", true),
        ("ipv6-single-next", &["2001:db8::7/128"], "2001:db8::6", false),
        ("ipv6-of-49-bits", &["2001:db8:0:8000::/49"], "2001:db8:0:7fff::1", false),
        ("ipv6-host-bits", &["2001:db8::7/64"], "2001:db8::9", true),
        ("ipv6-any", &["::/0"], "2001:db8::7", true),
        ("ipv6-any-is-not-ipv4", &["::/0"], "192.0.2.7", false),
        ("ipv4-any-is-not-ipv6", &["0.0.0.0/0"], "2001:db8::7", false),
        ("mapped", &["192.0.2.0/24"], "::ffff:192.0.2.7", true),
        ("mapped-outside", &["192.0.2.0/24"], "::ffff:192.0.3.7", false),
        ("mapped-is-not-ipv6", &["::/0"], "::ffff:192.0.2.7", false),
        ("compatible", &["192.0.2.0/24"], "::c000:207", false),
        ("second-of-two", &["2001:db8::/32", "192.0.2.0/24"], "192.0.2.7", true),
        ("none-of-two", &["2001:db8::/32", "192.0.2.0/24"], "198.51.100.7", false),
    ] {
        let name = format!("net-{name}");
        let draft = with(&name, "any of the networks, of either family", &list("net", networks))
            .from(address);
        let shown = address.strip_prefix("::ffff:").unwrap_or(address);
        cases.push(decided(draft, holds, "net", &format!("does not allow `{shown}`")));
    }
    for (name, networks) in [("net", &["192.0.2.0/24"][..]), ("any-net", &["0.0.0.0/0", "::/0"])] {
        cases.push(
            with(
                &format!("{name}-and-no-address"),
                "what cannot be checked is not met",
                &list("net", networks),
            )
            .deny(CLAIMS_MISMATCH, "the viewer's address is not known"),
        );
    }
    cases
}

fn methods() -> Vec<Case> {
    [
        ("get", &["GET"][..], "GET", true),
        ("get-not-head", &["GET"], "HEAD", false),
        ("head-second-of-two", &["GET", "HEAD"], "HEAD", true),
        ("none-of-two", &["GET", "HEAD"], "POST", false),
        ("lower-case", &["get"], "GET", false),
        ("options", &["GET"], "OPTIONS", false),
        ("of-32-characters", &["GET", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"], "GET", true),
        ("a-prefix", &["GE"], "GET", false),
    ]
    .map(|(name, methods, method, holds)| {
        let name = format!("mth-{name}");
        let draft =
            with(&name, "any of the methods, byte for byte", &list("mth", methods)).method(method);
        decided(draft, holds, "mth", &format!("does not allow `{method}`"))
    })
    .into()
}

fn origins() -> Vec<Case> {
    const OURS: &str = "https://www.example.com";
    let asked = |name: &str, origin: Option<&str>, referer: Option<&str>| {
        let set = list("org", &["http://127.0.0.1:8080", OURS]);
        let mut draft = with(&format!("org-{name}"), "Origin, else the origin of Referer", &set);
        if let Some(origin) = origin {
            draft = draft.origin(origin);
        }
        if let Some(referer) = referer {
            draft = draft.referer(referer);
        }
        draft
    };
    let mut cases: Vec<Case> = [
        ("by-origin", Some(OURS), None),
        ("by-origin-with-port", Some("http://127.0.0.1:8080"), None),
        ("by-referer", None, Some("https://www.example.com/watch?v=1#t=2")),
        ("by-referer-root", None, Some("https://www.example.com/")),
        ("by-referer-without-path", None, Some(OURS)),
        ("by-referer-with-query-only", None, Some("https://www.example.com?v=1")),
        ("by-origin-whatever-the-referer", Some(OURS), Some("https://other.example.com/")),
    ]
    .map(|(name, origin, referer)| asked(name, origin, referer).allow())
    .into();
    for (name, origin, referer, found) in [
        ("other-origin", Some("https://other.example.com"), None, "https://other.example.com"),
        ("opaque", Some("null"), None, "null"),
        ("opaque-whatever-the-referer", Some("null"), Some("https://www.example.com/"), "null"),
        (
            "other-whatever-the-referer",
            Some("https://h"),
            Some("https://www.example.com/"),
            "https://h",
        ),
        ("other-scheme", Some("http://www.example.com"), None, "http://www.example.com"),
        ("other-port", Some("https://www.example.com:8443"), None, "https://www.example.com:8443"),
        ("upper-case", Some("https://WWW.example.com"), None, "https://WWW.example.com"),
        ("with-path", Some("https://www.example.com/"), None, "https://www.example.com/"),
        (
            "longer-host",
            Some("https://www.example.com.evil.org"),
            None,
            "https://www.example.com.evil.org",
        ),
        (
            "longer-host-in-referer",
            None,
            Some("https://www.example.com.evil.org/"),
            "https://www.example.com.evil.org",
        ),
        (
            "user-in-referer",
            None,
            Some("https://www.example.com@evil.org/"),
            "https://www.example.com@evil.org",
        ),
        (
            "in-the-path-of-referer",
            None,
            Some("https://evil.org/https://www.example.com/"),
            "https://evil.org",
        ),
        (
            "in-the-query-of-referer",
            None,
            Some("https://evil.org?https://www.example.com/"),
            "https://evil.org",
        ),
        (
            "in-the-fragment-of-referer",
            None,
            Some("https://evil.org#https://www.example.com/"),
            "https://evil.org",
        ),
    ] {
        cases.push(
            asked(name, origin, referer).deny(
                CLAIMS_MISMATCH,
                &format!("`org` of the claims token does not allow `{found}`"),
            ),
        );
    }
    for (name, referer) in [
        ("absent", None),
        ("referer-relative", Some("/watch")),
        ("referer-without-scheme", Some("www.example.com/watch")),
        ("referer-empty", Some("")),
    ] {
        cases.push(
            asked(name, None, referer)
                .deny(CLAIMS_MISMATCH, "`org` of the claims token allows some, and the request"),
        );
    }
    cases
}

/// Several lines, and empty ones. A value is there, so that `Referer` does not stand in for `Origin`.
fn lines_of_origins() -> Vec<Case> {
    const OURS: &str = "https://www.example.com";
    const PAGE: &str = "https://www.example.com/watch";
    const OTHER: &str = "https://other.example.com";
    const LINES: &str = "present more than once, or empty, is present and not allowed";
    let asked = |name: &str, origins: &[&str], referers: &[&str]| {
        let draft = with(&format!("org-{name}"), LINES, &list("org", &[OURS]));
        let draft = origins.iter().fold(draft, |draft, line| draft.origin(line));
        referers.iter().fold(draft, |draft, line| draft.referer(line))
    };
    let none = "allows some, and the request has neither Origin nor Referer";
    let mut cases: Vec<Case> = [
        ("twice", &[OURS, OURS][..], &[][..], "https://www.example.com, https://www.example.com"),
        ("twice-and-referer", &[OURS, OTHER], &[PAGE], "https://www.example.com, https://other"),
        ("second-of-two", &[OTHER, OURS], &[], "https://other.example.com, https://www"),
        ("empty-origin", &[""], &[], ""),
        ("empty-and-referer", &[""], &[PAGE], ""),
        ("empty-and-another", &["", OURS], &[PAGE], ", https://www.example.com"),
        ("twice-empty-and-referer", &["", ""], &[PAGE], ", "),
    ]
    .map(|(name, origins, referers, found)| {
        let mentions = format!("`org` of the claims token does not allow `{found}");
        asked(name, origins, referers).deny(CLAIMS_MISMATCH, &mentions)
    })
    .into();
    for (name, referers) in [
        ("referer-twice", [PAGE, PAGE]),
        ("referer-twice-first-ours", [PAGE, "https://other.example.com/"]),
        ("referer-twice-second-ours", ["https://other.example.com/", PAGE]),
        ("referer-twice-one-empty", [PAGE, ""]),
    ] {
        let mentions = format!("`org` of the claims token {none}");
        cases.push(asked(name, &[], &referers).deny(CLAIMS_MISMATCH, &mentions));
    }
    cases.extend([
        asked("once-and-referer-twice", &[OURS], &[PAGE, PAGE]).allow(),
        with("origin-twice-where-none-is-asked-for", "the token does not restrict it", &set())
            .origin(OURS)
            .origin(OTHER)
            .allow(),
    ]);
    cases
}

fn contexts() -> Vec<Case> {
    [("text", "\"tier=gold;lang=fr\""), ("quotes", r#""{\"a\":[1,2]}""#)]
        .map(|(name, json)| {
            with(&format!("ctx-{name}"), "opaque to us", &set().with("ctx", json)).allow()
        })
        .into()
}

fn order() -> Vec<Case> {
    const ORDER: &str = "times, then res, net, mth, org";
    let all = |net: &str, mth: &str| {
        set()
            .with("org", "[\"https://www.example.com\"]")
            .with("mth", format!("[{mth:?}]"))
            .with("net", format!("[{net:?}]"))
    };
    let elsewhere = "[\"https://media.example.com/audio/*\"]";
    let refused = |name: &str, set: &ClaimSet, claim: &str| {
        with(&format!("order-{name}"), ORDER, set)
            .from("192.0.2.7")
            .deny(CLAIMS_MISMATCH, &format!("`{claim}` of the claims token"))
    };
    vec![
        with("order-expiry-before-res", ORDER, &set().with("exp", NOW).with("res", elsewhere))
            .deny(CLAIMS_EXPIRED, "the claims token expired at"),
        refused("res-before-net", &all("198.51.100.0/24", "PUT").with("res", elsewhere), "res"),
        refused("net-before-mth", &all("198.51.100.0/24", "PUT"), "net"),
        refused("mth-before-org", &all("192.0.2.0/24", "PUT"), "mth"),
        refused("org-last", &all("192.0.2.0/24", "GET"), "org"),
    ]
}
