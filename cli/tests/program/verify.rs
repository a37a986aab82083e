//! `verify`: decisions and reasons. That it decides rightly is shown by the corpus.

use std::fs;

use serde_json::{Value, json};

use crate::edgepass::{EXPIRES, Ended, NOW, edgepass, folder, key};

const URL: &str = "https://media.example.com/film.mp4";

fn signed(more: &[&str]) -> String {
    let key = key("rsa.private");
    let usual = ["sign", "url", URL, "--key", &key, "--key-id", "K1", "--expires", EXPIRES];
    edgepass(&[&usual[..], more].concat()).result().trim().to_owned()
}

fn trust(algorithms: &str) -> String {
    format!("K1={}{algorithms}", key("rsa.public"))
}

fn verify(url: &str, more: &[&str]) -> Ended {
    let trust = trust("");
    edgepass(&[&["verify", "--url", url, "--trust", &trust, "--now", NOW], more].concat())
}

#[test]
fn allow() {
    let url = signed(&[]);
    let ended = verify(&url, &[]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "allow",
            "  expires     2096-10-02T07:06:40Z (in 1s)",
            "  credential  url, canned policy, key id K1, sha256",
        ]
    );
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.starts_with("warning: claims and revocation were not checked"));

    let ended = verify(&url, &["--json", "--claims", "off"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert_eq!(
        ended.json(),
        json!({
            "decision": "allow", "stage": null, "code": null, "message": null, "hint": null,
            "cloudfront": null, "claims": null,
            "credential": { "carrier": "url", "key_id": "K1", "hash": "sha256", "canned": true },
        })
    );
}

#[test]
fn deny() {
    let ended = edgepass(&[
        "verify",
        "--url",
        &signed(&[]),
        "--trust",
        &trust(""),
        "--now",
        EXPIRES,
        "--claims",
        "off",
    ]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "deny expired",
            "  stage       conditions",
            "  fact        expired at 4000000000; it is now 4000000000",
            "  hint        issue a new pass, in time before the old one ends; check the clock of the signer",
            "  CloudFront  AccessDenied: Access denied",
            "  credential  url, canned policy, key id K1, sha256",
        ]
    );
    assert_eq!((ended.code, ended.stderr.as_str()), (1, ""));
}

#[test]
fn reasons() {
    let url = signed(&[]);
    let cookie = "CloudFront-Policy=%%; CloudFront-Signature=AAAA; CloudFront-Key-Pair-Id=K1";
    let other = url.replace("film", "other");
    let at_home = signed(&["--ip", "192.0.2.0/24"]);
    let id = format!("K2={}", key("rsa.public"));
    let found = json!({ "carrier": "url", "key_id": "K1", "hash": "sha256", "canned": true });
    let custom = json!({ "carrier": "url", "key_id": "K1", "hash": "sha256", "canned": false });
    let own: &[&str] = &[];
    for (url, more, stage, code, cloudfront, credential) in [
        (URL, own, "find", "credential-missing", json!("MissingKey"), Value::Null),
        ("https://h/a/../b", own, "find", "request-malformed", Value::Null, Value::Null),
        ("https://h", own, "find", "request-malformed", Value::Null, Value::Null),
        (
            URL,
            &["--cookie", cookie],
            "find",
            "credential-malformed",
            json!("MalformedPolicy"),
            json!({ "carrier": "cookie", "key_id": "K1", "hash": "sha1", "canned": false }),
        ),
        (&other, own, "authenticate", "signature-invalid", json!("AccessDenied"), found),
        (&at_home, own, "conditions", "address-mismatch", json!("AccessDenied"), custom.clone()),
        (
            &at_home,
            &["--ip", "2001:db8::1"],
            "conditions",
            "address-mismatch",
            json!("AccessDenied"),
            custom,
        ),
    ] {
        let ended = verify(url, &[more, &["--json"]].concat());
        let json = ended.json();
        assert_eq!(ended.code, 1, "{json}");
        let (message, hint) = (&json["message"], &json["hint"]);
        assert!(message.is_string() && hint.is_string(), "{json}");
        assert_eq!(
            json,
            json!({
                "decision": "deny", "stage": stage, "code": code, "message": message, "hint": hint,
                "cloudfront": cloudfront, "credential": credential, "claims": null,
            })
        );
    }
    assert_eq!(verify(&at_home, &["--ip", "192.0.2.7"]).code, 0);
    let unknown = edgepass(&["verify", "--url", &url, "--trust", &id]);
    assert!(unknown.stdout.starts_with("deny unknown-key\n"), "{unknown:?}");
    assert_eq!(unknown.code, 1);
}

/// SHA-1 passes without a word only where it is named.
#[test]
fn algorithms() {
    let sha1 = signed(&["--hash", "sha1"]);
    let any_id = format!("={}", key("rsa.public"));
    for (url, trust, code, warned) in [
        (&sha1, trust(""), 0, true),
        (&sha1, any_id, 0, true),
        (&sha1, trust(":RSA-SHA1"), 0, false),
        (&sha1, trust(":RSA-SHA256"), 1, false),
        (&signed(&[]), trust(":RSA-SHA256"), 0, false),
        (&signed(&[]), trust(":RSA-SHA1"), 1, false),
        (&signed(&[]), trust(""), 0, false),
    ] {
        let ended = edgepass(&["verify", "--url", url, "--trust", &trust, "--claims", "off"]);
        assert_eq!((ended.code, ended.stderr.contains("SHA-1")), (code, warned), "{ended:?}");
    }
}

#[test]
fn wrong_usage() {
    let url = signed(&[]);
    for more in [&["--method", "GET"][..], &["--origin", "https://app.example.com"]] {
        assert_eq!(verify(&url, more).code, 0, "{more:?}");
    }
    for (more, words) in [
        (&["--claims", "required"][..], "`--claims required` needs a key"),
        (&["--state", "head"], "`--state` needs a key that claims tokens are signed with"),
        (&["--state", "head", "--claims", "off"], "`--state` needs claims"),
        (&["--state-root", "root.pem"], "--state <HEAD_FILE>"),
        (&["--config", "edge.toml"], "cannot be used with"),
        (&["--ip", "192.0.2.0/24"], "'192.0.2.0/24' for '--ip <ADDR>': is not an IP address"),
        (&["--trust", "public.pem"], "has no `=`"),
        (&["--trust", "K2="], "names no file"),
        (&["--trust", "K2=a.pem:RSA-MD5"], "RSA-SHA1, RSA-SHA256, ECDSA-SHA1, ECDSA-SHA256"),
        (&["--trust", "K2=a.pem:"], "RSA-SHA1, RSA-SHA256, ECDSA-SHA1, ECDSA-SHA256"),
        (&["--trust", "K 2=a.pem"], "a key id has up to 64 letters"),
        (&["--trust", "K2=missing.pem"], "`missing.pem` does not exist"),
        (&["--trust", &trust("")], "two keys have the id `K1`"),
        (&["--trust", &trust(":ECDSA-SHA256").replace("K1", "K2")], "which is RSA-2048"),
        (&["--trust", &format!("K2={}", key("rsa.private"))], "a private key"),
    ] {
        verify(&url, more).is_usage_error(&[words]);
    }
    let times = [("noon", "is not a time"), ("1798740000000", "milliseconds")];
    for (now, words) in times {
        let verify = ["verify", "--url", &url, "--trust", &trust(""), "--now", now];
        edgepass(&verify).is_usage_error(&[now, words]);
    }
    edgepass(&["verify", "--url", &url]).is_usage_error(&["--trust <ID=PEM[:ALG,ALG]>"]);
    let relative = edgepass(&["verify", "--url", "/a?Signature=SECRET", "--trust", &trust("")]);
    relative.is_usage_error(&["`/a?…`: the URL does not begin with `https://`"]);
    assert!(!relative.stderr.contains("SECRET"), "{relative:?}");

    let damaged = folder("verify-keys").join("damaged.pem");
    let pem = fs::read_to_string(key("p256.public")).unwrap();
    fs::write(&damaged, pem.replace("-----END", "AAAA-----END")).unwrap();
    let damaged = format!("K2={}", damaged.to_str().unwrap());
    verify(&url, &["--trust", &damaged]).is_usage_error(&["damaged.pem`: "]);
}

/// Everything from an edge's configuration: keys, public paths, scheme.
#[test]
fn by_the_configuration_of_an_edge() {
    let config = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify-edge.toml");
    let written = |more: &str| {
        let key = key("rsa.public");
        let text = format!(
            "claims = \"off\"\n{more}\n[[key]]\nid = \"K1\"\npem_file = \"{key}\"\nalgorithms = [\"RSA-SHA256\"]\n[public]\npaths = [\"/login*\"]\n",
        );
        std::fs::write(&config, text).unwrap();
    };
    let decide =
        |url: &str| edgepass(&["verify", "--url", url, "--config", config.to_str().unwrap()]);

    written("");
    let good = signed(&[]);
    assert_eq!(decide(&good).code, 0);
    let unsigned = decide("https://media.example.com/a");
    assert_eq!(unsigned.code, 1, "{unsigned:?}");
    assert!(unsigned.stdout.contains("deny credential-missing"), "{unsigned:?}");
    let public = decide("https://media.example.com/login?next=/");
    assert_eq!(public.code, 0, "{public:?}");
    assert!(public.stdout.contains("needs no pass"), "{public:?}");
    let other = decide("http://media.example.com/a");
    assert!(other.stderr.contains("takes every request for https"), "{other:?}");

    written("enforcement = \"log\"");
    let logged = decide("https://media.example.com/a");
    assert_eq!(logged.code, 1, "{logged:?}");
    assert!(logged.stderr.contains("let the request through all the same"), "{logged:?}");

    written("surprise = 1");
    decide(&good).is_usage_error(&["verify-edge.toml", "surprise"]);
}
