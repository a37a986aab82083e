//! `inspect`: decoded as far as it goes, never verified, never the signature.

use serde_json::json;

use crate::edgepass::{EXPIRES, edgepass, key};

fn sign(words: &[&str]) -> String {
    let key = key("rsa.private");
    let usual = ["--key", &key, "--key-id", "K1", "--expires", EXPIRES];
    edgepass(&[&["sign"], words, &usual[..]].concat()).result().trim().to_owned()
}

/// The cookies as a browser sends them.
fn cookies(pattern: &str) -> String {
    let lines = sign(&["cookies", pattern, "--format", "set-cookie"]);
    let pairs: Vec<&str> = lines
        .lines()
        .map(|line| line.trim_start_matches("Set-Cookie: ").split(';').next().unwrap())
        .collect();
    pairs.join("; ")
}

#[test]
fn url() {
    let url = sign(&["url", "https://h.example/a", "--ip", "192.0.2.0/24", "--starts", "60"]);
    let ended = edgepass(&["inspect", &url]);
    let text = &ended.stdout;
    for line in [
        "not verified: anyone can have written this\n",
        "  credential  url, custom policy, key id K1, sha256\n",
        "  signature   256 bytes\n",
        "  resource    https://h.example/a\n",
        "  starts      60, 1970-01-01T00:01:00Z (",
        "  expires     4000000000, 2096-10-02T07:06:40Z (in ",
        "  address     192.0.2.0/24\n",
        "  policy      {\"Statement\":[{\"Resource\":",
    ] {
        assert!(text.contains(line), "no {line} in {text}");
    }
    let signature = url.split("Signature=").nth(1).unwrap().split('&').next().unwrap();
    assert!(!text.contains(signature));

    let json = edgepass(&["inspect", &url, "--json"]).json();
    let text = json["policy"]["text"].as_str().unwrap();
    assert!(text.starts_with("{\"Statement\""), "{text}");
    assert_eq!(
        json,
        json!({
            "verified": false,
            "credential": {
                "carrier": "url", "key_id": "K1", "hash": "sha256", "canned": false,
                "signature_bytes": 256,
            },
            "policy": {
                "text": text,
                "resource": "https://h.example/a",
                "expires": { "seconds": 4_000_000_000_i64, "rfc3339": "2096-10-02T07:06:40Z" },
                "starts": { "seconds": 60, "rfc3339": "1970-01-01T00:01:00Z" },
                "address": "192.0.2.0/24",
            },
            "claims": null,
            "stage": null, "code": null, "message": null, "hint": null, "cloudfront": null,
        })
    );
}

#[test]
fn cookie() {
    let custom = edgepass(&["inspect", "--cookie", &cookies("https://h.example/*")]).result();
    assert!(custom.contains("  resource    https://h.example/*\n"), "{custom}");

    // A canned policy names its URL nowhere but in the signed text, which the cookies lack.
    let canned = cookies("https://h.example/a");
    let text = edgepass(&["inspect", "--cookie", &canned]).result();
    assert!(text.contains("  resource    not known: "), "{text}");
    assert!(text.contains("  expires     4000000000, "), "{text}");
    assert!(!text.contains("unknown.invalid"), "{text}");
    let json = edgepass(&["inspect", "--cookie", &canned, "--json"]).json();
    assert_eq!(
        (&json["policy"]["text"], &json["policy"]["resource"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(json["policy"]["expires"]["seconds"], 4_000_000_000_i64);
}

#[test]
fn malformed() {
    // `{"a":1}` and an escape sequence that would colour the terminal.
    let parameters = "Signature=AAAA&Key-Pair-Id=K1&Policy";
    for (words, code, line) in [
        (&[format!("https://h/a?{parameters}=eyJhIjoxfQ__")][..], "policy-malformed", "{\"a\":1}"),
        (&[format!("https://h/a?{parameters}=G1szMW0_")], "policy-malformed", "\\u{1b}[31m"),
        (&[format!("https://h/a?{parameters}=%%")], "request-malformed", "stage       find"),
        (&[format!("https://h/a?{parameters}=a+b")], "credential-malformed", "`Policy` "),
        (&[format!("https://h/a?{parameters}=")], "credential-incomplete", "`Expires` is missing"),
        (&["https://h/a".to_owned()], "credential-missing", "stage       find"),
        (
            &["--cookie".to_owned(), "CloudFront-Key-Pair-Id=K1; a=b".to_owned()],
            "credential-incomplete",
            "`CloudFront-Signature` is missing",
        ),
    ] {
        let ended = edgepass(&[&["inspect".to_owned()], words].concat());
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.stdout.contains(&format!("\n{code}\n")), "{code}: {ended:?}");
        assert!(ended.stdout.contains(line), "{line}: {ended:?}");
        let json = edgepass(&[&["inspect".to_owned(), "--json".to_owned()], words].concat());
        assert_eq!((json.code, json.json()["code"].as_str()), (1, Some(code)));
    }
}

#[test]
fn json_keeps_what_a_terminal_would_not_show() {
    let claims = "{\"sub\":\"a\u{7f}b\u{9b}c\"}";
    let parameters = "Expires=1&Signature=AAAA&Key-Pair-Id=K1";
    // The claims in base64url.
    let token = "e30.eyJzdWIiOiJhf2LCm2MifQ.AAAA";
    let url = format!("https://h/a?Edgepass-Claims={token}&{parameters}");
    let json = edgepass(&["inspect", "--json", &url]).json();
    assert_eq!(json["claims"]["text"], claims);
    assert_eq!(json["claims"]["claims"]["sub"], "a\u{7f}b\u{9b}c");
}

#[test]
fn wrong_usage() {
    edgepass(&["inspect"]).is_usage_error(&["<URL|--cookie <NAME=VALUE; ...|FILE>>"]);
    edgepass(&["inspect", "https://h/", "--cookie", "a=b"])
        .is_usage_error(&["cannot be used with"]);
    edgepass(&["inspect", "h/a"]).is_usage_error(&["`h/a`: the URL does not begin with"]);
}
