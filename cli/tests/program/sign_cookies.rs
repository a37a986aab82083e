//! `sign cookies`.

use serde_json::json;

use crate::edgepass::{EXPIRES, Ended, NOW, edgepass, key};

const PATTERN: &str = "https://media.example.com/film/*";

fn sign(pattern: &str, more: &[&str]) -> Ended {
    let key = key("rsa.private");
    let usual = ["sign", "cookies", pattern, "--key", &key, "--key-id", "K1", "--expires", EXPIRES];
    edgepass(&[&usual[..], more].concat())
}

#[test]
fn json() {
    let whole = sign(PATTERN, &["--json"]).json();
    let cookies = &whole["cookies"];
    let policy = format!(
        r#"{{"Statement":[{{"Resource":"{PATTERN}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{EXPIRES}}}}}}}]}}"#
    );
    assert_eq!(
        whole,
        json!({
            "cookies": {
                "CloudFront-Policy": cookies["CloudFront-Policy"].as_str().unwrap(),
                "CloudFront-Signature": cookies["CloudFront-Signature"].as_str().unwrap(),
                "CloudFront-Key-Pair-Id": "K1",
                "CloudFront-Hash-Algorithm": "SHA256",
            },
            "policy": policy, "canned": false, "key_id": "K1", "hash": "sha256",
            "expires": 4_000_000_000_i64,
        })
    );
    assert_eq!(&sign(PATTERN, &[]).json(), cookies);
    assert_eq!(sign(PATTERN, &["--format", "netscape", "--json"]).json(), whole);
}

#[test]
fn one_url_is_canned() {
    let canned = sign("https://media.example.com/a", &["--json", "--hash", "sha1"]).json();
    assert_eq!(canned["canned"], true);
    assert_eq!(canned["cookies"]["CloudFront-Expires"], EXPIRES);
    assert_eq!(canned["cookies"].as_object().unwrap().len(), 3, "no marker for SHA-1");
    let custom = sign("https://media.example.com/a", &["--json", "--starts", "1"]).json();
    assert_eq!(custom["canned"], false);
}

/// What a browser would send back is admitted, for every URL of the pattern.
#[test]
fn set_cookie() {
    for (more, attributes) in [
        (&[][..], "; Path=/; Secure; HttpOnly; SameSite=Lax"),
        (
            &["--domain", ".Example.com", "--path", "/film/", "--same-site", "None"],
            "; Domain=example.com; Path=/film/; Secure; HttpOnly; SameSite=None",
        ),
    ] {
        let lines = sign(PATTERN, &[&["--format", "set-cookie"], more].concat()).result();
        let pairs: Vec<&str> = lines
            .lines()
            .map(|line| line.strip_prefix("Set-Cookie: ").unwrap())
            .map(|line| line.strip_suffix(attributes).unwrap())
            .collect();
        assert_eq!(pairs.len(), 4);
        let trust = format!("K1={}:RSA-SHA256", key("rsa.public"));
        for (url, code) in
            [("https://media.example.com/film/1.ts", 0), ("https://media.example.com/other", 1)]
        {
            let cookie = pairs.join("; ");
            let verify = ["verify", "--url", url, "--cookie", &cookie, "--trust", &trust];
            assert_eq!(edgepass(&[&verify[..], &["--now", NOW]].concat()).code, code, "{url}");
        }
    }
}

#[test]
fn netscape() {
    for (pattern, more, start) in [
        (PATTERN, &[][..], "media.example.com\tFALSE\t/\tTRUE\t0\t"),
        ("http://127.0.0.1:8787/*", &[], "127.0.0.1\tFALSE\t/\tFALSE\t0\t"),
        (
            "https://*.example.com/*",
            &["--domain", "example.com", "--path", "/a"],
            ".example.com\tTRUE\t/a\tTRUE\t0\t",
        ),
    ] {
        let jar = sign(pattern, &[&["--format", "netscape"], more].concat()).result();
        let mut lines = jar.lines();
        assert_eq!(lines.next(), Some("# Netscape HTTP Cookie File"));
        let cookies: Vec<&str> = lines.map(|line| line.strip_prefix(start).unwrap()).collect();
        assert_eq!(
            cookies[2..],
            ["CloudFront-Key-Pair-Id\tK1", "CloudFront-Hash-Algorithm\tSHA256"]
        );
    }
}

#[test]
fn not_signed() {
    for (pattern, more, words) in [
        ("media.example.com/*", &[][..], "does not begin with `https://`"),
        ("", &[], "does not begin with `https://`"),
        ("*", &[], "does not begin with `https://`"),
        ("*.example.com/*", &[], "does not begin with `https://`"),
        ("https://h/a b/*", &[], "percent-encode it"),
        ("https://H/*", &[], "upper-case"),
        ("https://h/../*", &[], "segment `.` or `..`"),
        ("https://h?.example.com/*", &[], "use `*`"),
        ("https://h/a?Expires=1", &[], "signing parameter `Expires`"),
        ("https://h/*", &["--domain", "cloudfront.net"], "public suffix"),
        ("https://h/*", &["--domain", "com"], "public suffix"),
        ("https://h/*", &["--domain", ".Co.UK"], "public suffix"),
        ("https://h/*", &["--domain", "github.io"], "public suffix"),
        ("https://h/*", &["--domain", "*.example.com"], "is not a domain"),
        ("https://h/*", &["--domain", "a; Path=/"], "is not a domain"),
        ("https://h/*", &["--domain", "https://h"], "is not a domain"),
        ("https://h/*", &["--domain", ""], "is not a domain"),
        ("https://my-example.com/*", &["--domain", "example.com"], "nor a parent of it"),
        ("https://h/*", &["--path", "film"], "write it as `/film/`"),
        ("https://h/*", &["--path", "/; Domain=x"], "write it as `/film/`"),
        ("https://h/*", &["--path", "/\r\nX: y"], "write it as `/film/`"),
        ("https://h/*", &["--path", "/film/*"], "browsers take literally"),
        ("https://h/*", &["--same-site", "lux"], "'lux' for '--same-site <S>'"),
        ("https://h/*", &["--format", "xml"], "'xml' for '--format <FORMAT>'"),
        ("https://*/*", &["--format", "netscape"], "name one with `--domain`"),
    ] {
        sign(pattern, more).is_usage_error(&[words]);
    }
    let long = format!("https://h/{}*", "a".repeat(3_000));
    sign(&long, &[]).is_usage_error(&["the cookie `CloudFront-Policy` has", "shorten the pattern"]);
}

#[test]
fn a_resource_makes_a_custom_policy_that_covers_the_url() {
    let one = "https://media.example.com/a";
    for resource in [one, "https://media.example.com/*"] {
        let signed = sign(one, &["--json", "--resource", resource]).json();
        assert_eq!(signed["canned"], false);
        assert!(signed["policy"].as_str().unwrap().contains(&format!("\"{resource}\"")));
    }
    for (pattern, resource, words) in [
        (one, "https://media.example.com/film/*", "the path of the URL does not match"),
        (PATTERN, "https://media.example.com/*", "the path has a `*`"),
        (one, "*://media.example.com/*", "begin with `https://`"),
    ] {
        sign(pattern, &["--resource", resource]).is_usage_error(&[words]);
    }
}
