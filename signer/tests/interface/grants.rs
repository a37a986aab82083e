//! Configurations that are refused when the signer starts, and what they are told.

use signer::Grants;

use crate::site::GRANTS;

#[test]
fn what_is_ambiguous_or_too_broad_is_refused() {
    for (from, to, messages) in [
        ("site = ", "sight = ", &["unknown field `sight`"][..]),
        ("name = \"staff\"", "name = \"staff\"\nttl = \"1h\"", &["unknown field `ttl`"]),
        ("[cookies]", "[cookies]\nsecure = false", &["unknown field `secure`"]),
        ("max_lifetime = \"12h\"", "", &["missing field `max_lifetime`"]),
        ("max_lifetime = \"12h\"", "max_lifetime = \"12\"", &["max_lifetime = 12", "`12h`"]),
        ("name = \"staff\"", "name = \"subscribers\"", &["`subscribers`", "two of this name"]),
        ("name = \"staff\"", "name = \"st aff\"", &["`st aff`"]),
        (
            "site = \"https://media.example.com\"",
            "site = \"https://*.example.com\"",
            &["site = ", "not an origin"],
        ),
        (
            "site = \"https://media.example.com\"",
            "site = \"https://media.example.com/\"",
            &["site = ", "not an origin"],
        ),
        (
            "https://media.example.com/staff/*",
            "https://other.example.com/staff/*",
            &["`staff`", "does not begin with `site`"],
        ),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com*",
            &["does not begin with `site`"],
        ),
        ("https://media.example.com/staff/*", "https://*/staff/*", &["does not begin with `site`"]),
        (
            "https://media.example.com/staff/*",
            "http*://media.example.com/staff/*",
            &["does not begin with `site`"],
        ),
        ("https://media.example.com/staff/*", "*", &["does not begin with `site`"]),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com.evil.org/*",
            &["does not begin with `site`"],
        ),
        ("https://media.example.com/staff/*", "https://media.example.com/a?b?c", &["second `?`"]),
        ("https://media.example.com/staff/*", "https://media.example.com/a/../b", &["`..`"]),
        ("https://media.example.com/staff/*", "https://media.example.com/a//b", &["`//`"]),
        ("https://media.example.com/staff/*", "https://media.example.com/a b", &["resources = "]),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com/{sub}*",
            &["whole path segment"],
        ),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com/x{sub}/*",
            &["whole path segment"],
        ),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com/{}/*",
            &["whole path segment"],
        ),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com/{sub/*",
            &["whole path segment"],
        ),
        (
            "https://media.example.com/staff/*",
            "https://media.example.com/a?u={sub}",
            &["whole path segment"],
        ),
        ("[\"https://media.example.com/staff/*\"]", "[]", &["`staff`, resources", "empty"]),
        ("lifetime = \"1h\"", "lifetime = \"13h\"", &["`staff`, lifetime", "max_lifetime"]),
        ("lifetime = \"1h\"", "lifetime = \"1s\"", &["`staff`, lifetime = 1s"]),
        ("[\"HEAD\", \"GET\"]", "[\"HEAD\", \"get\"]", &["`staff`, methods = get"]),
        ("[\"HEAD\", \"GET\"]", "[\"GET HEAD\"]", &["methods = GET HEAD"]),
        ("[\"HEAD\", \"GET\"]", "[]", &["`staff`, methods", "empty"]),
        ("[\"HEAD\", \"GET\"]", "[\"GET\"]", &["`staff`", "`methods`", "`subscribers`"]),
        (
            "lifetime = \"1h\"",
            "lifetime = \"1h\"\nbind_address = true",
            &["`bind_address`", "`subscribers`"],
        ),
        (
            "lifetime = \"1h\"",
            "lifetime = \"1h\"\npath = \"/staff/\"",
            &["`/staff/`", "`/`", "both passes"],
        ),
        (
            "lifetime = \"1h\"",
            "lifetime = \"1h\"\npath = \"/other/\"",
            &["does not lie in `/other/`"],
        ),
        ("lifetime = \"1h\"", "lifetime = \"1h\"\npath = \"/staff\"", &["`staff`, path = /staff"]),
        ("when = { \"groups\" = \"staff\", \"paying\" = \"true\" }", "", &["`staff`", "`when`"]),
        (
            "when = { \"groups\" = \"staff\", \"paying\" = \"true\" }",
            "when = { groups = \"\" }",
            &["`staff`, when"],
        ),
        (
            "when = { \"groups\" = \"staff\", \"paying\" = \"true\" }",
            "when = { groups = 7 }",
            &["string"],
        ),
        ("lifetime = \"1h\"", "lifetime = \"1h\"\nprincipals = []", &["`staff`", "`principals`"]),
        ("assumed-role/backend", "assumed-role/*", &["`exports`, principals"]),
        (
            "https://media.example.com/exports/*",
            "https://media.example.com/{sub}/*",
            &["IAM principals have no claims"],
        ),
        (
            "domain = \"media.example.com\"",
            "domain = \"example.org\"",
            &["cookies.domain", "neither `media.example.com`"],
        ),
        (
            "domain = \"media.example.com\"",
            "domain = \".example.com\"",
            &["cookies.domain = .example.com"],
        ),
        (
            "domain = \"media.example.com\"",
            "domain = \"com\"",
            &["cookies.domain = com", "public suffix"],
        ),
        ("domain = \"media.example.com\"", "same_site = \"lax\"", &["cookies.same_site = lax"]),
        ("origins = [\"https://www.example.com\"]", "origins = [\"*\"]", &["origins = *"]),
        (
            "origins = [\"https://www.example.com\"]",
            "sign_in_time = \"\"",
            &["sign_in_time", "without a name"],
        ),
        (
            "origins = [\"https://www.example.com\"]",
            "admin = { role = \"\" }",
            &["admin", "without a name or a value"],
        ),
        ("origins = [\"https://www.example.com\"]", "admin = {}", &["admin", "everyone"]),
        (
            "[[grant]]\nname = \"staff\"",
            "[[grant]]\nname = \"staff\"\nname = \"x\"",
            &["duplicate key"],
        ),
    ] {
        let text = GRANTS.replacen(from, to, 1);
        assert_ne!(text, GRANTS, "{from}");
        let message = Grants::from_toml(&text).expect_err(to).to_string();
        for part in messages {
            assert!(message.contains(part), "{to}: {message}");
        }
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
    }
    let none = "site = \"https://media.example.com\"\nmax_lifetime = \"12h\"";
    assert!(Grants::from_toml(none).unwrap_err().to_string().starts_with("grant: is empty"));
}

#[test]
fn everyone_who_is_signed_in_has_to_be_said() {
    let everyone = "when = { \"groups\" = \"staff\", \"paying\" = \"true\" }";
    Grants::from_toml(&GRANTS.replace(everyone, "when = {}")).unwrap();
}

/// Whoever has a name below one would get the cookies, and browsers keep none.
#[test]
fn public_suffixes_are_no_domains_of_a_site() {
    for (host, domain, is_public) in [
        ("media.example.com", "com", true),
        ("media.example.co.uk", "co.uk", true),
        ("media.example.co.uk", "uk", true),
        ("media.example.co.uk", "example.co.uk", false),
        ("media.github.io", "github.io", true),
        ("media.github.io", "media.github.io", false),
        ("d111111abcdef8.cloudfront.net", "cloudfront.net", true),
        ("d111111abcdef8.cloudfront.net", "net", true),
        ("d111111abcdef8.cloudfront.net", "d111111abcdef8.cloudfront.net", false),
        ("bucket.s3.amazonaws.com", "s3.amazonaws.com", true),
        ("media.a.kawasaki.jp", "a.kawasaki.jp", true), // `*.kawasaki.jp`
        ("media.city.kawasaki.jp", "city.kawasaki.jp", false), // `!city.kawasaki.jp`
        ("media.xn--mnchen-3ya.example", "example", true), // on no list: still a top-level domain
        ("media.corp.internal", "internal", true),
        ("media.corp.internal", "corp.internal", false),
        ("localhost", "localhost", true),
    ] {
        let text = GRANTS
            .replace("https://media.example.com", &format!("https://{host}"))
            .replace("domain = \"media.example.com\"", &format!("domain = \"{domain}\""));
        match Grants::from_toml(&text) {
            Ok(_) => assert!(!is_public, "{domain}"),
            Err(refused) => {
                let message = refused.to_string();
                let start = format!("cookies.domain = {domain}: is a public suffix");
                assert!(is_public && message.starts_with(&start), "{message}");
            }
        }
    }
}
