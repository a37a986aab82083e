//! Cookies in all forms: `inspect`, `verify` and `explain` say the same of each.

use std::fs;

use crate::edgepass::{EXPIRES, Ended, NOW, edgepass, folder, key};

const PATTERN: &str = "https://media.example.com/film/*";
const URL: &str = "https://media.example.com/film/1.ts";

/// What `sign cookies` prints in a format.
fn signed(format: &str) -> String {
    let private = key("p256.private");
    let more = ["--key", &private, "--key-id", "K1", "--expires", EXPIRES, "--format", format];
    edgepass(&[&["sign", "cookies", PATTERN], &more[..]].concat()).result()
}

/// What the three commands say of cookies.
fn said(cookies: &str) -> [Ended; 3] {
    let trust = format!("K1={}:ECDSA-SHA256", key("p256.public"));
    let public = format!("K1={}", key("p256.public"));
    [
        edgepass(&["inspect", "--json", "--cookie", cookies]),
        edgepass(&[
            "verify", "--json", "--url", URL, "--trust", &trust, "--now", NOW, "--cookie", cookies,
        ]),
        edgepass(&[
            "explain", "--json", URL, "--public-key", &public, "--now", NOW, "--cookie", cookies,
        ]),
    ]
}

/// The name and the value of each cookie of `sign cookies`.
fn pairs() -> Vec<(String, String)> {
    let json: serde_json::Value = serde_json::from_str(&signed("json")).unwrap();
    let members = json.as_object().unwrap();
    members.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn three_commands_say_the_same_of_every_form() {
    let pairs = pairs();
    let each = |form: &dyn Fn(&str, &str) -> String, between: &str| {
        let all: Vec<String> = pairs.iter().map(|(name, value)| form(name, value)).collect();
        all.join(between)
    };
    let pair = |name: &str, value: &str| format!("{name}={value}");
    let line = each(&pair, "; ");
    let folder = folder("cookie-forms");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let jar = signed("netscape");
    let exported = each(
        &|name, value| format!(r#"{{"name":"{name}","value":"{value}","domain":".example.com"}}"#),
        ",",
    );
    let expected = said(&line);
    assert_eq!(expected[0].code, 0, "{:?}", expected[0]);
    assert_eq!(expected[1].code, 0, "{:?}", expected[1]);
    assert_eq!(expected[0].json()["credential"]["carrier"], "cookie");
    let utf16: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let by_powershell = folder.join("utf16");
    fs::write(&by_powershell, [&[0xff, 0xfe][..], &utf16].concat()).unwrap();
    for (form, argument) in [
        ("a header line", format!("Cookie: {line}")),
        ("quoted", format!("'{line}'")),
        ("several lines", each(&|name, value| format!("Cookie: {name}={value}"), "\n")),
        ("a line each", each(&pair, "\r\n")),
        ("our JSON", signed("json")),
        ("our JSON with more", format!(r#"{{"cookies":{},"canned":false}}"#, signed("json").trim())),
        ("a Python dictionary", signed("json").replace('"', "'")),
        ("exported by a browser", format!("[{exported}]")),
        ("Set-Cookie", signed("set-cookie")),
        ("Set-Cookie, cut", each(&|name, value| format!("{name}={value}; Path=/; Secure"), "\n")),
        ("a jar", jar.clone()),
        ("a jar for servers alone", jar.replace("media.example.com\t", "#HttpOnly_media.example.com\t")),
        ("what curl sent", format!("> GET /film/1.ts HTTP/2\n> Host: media.example.com\n> Cookie: {line}")),
        ("a file with a line", file("line", &line)),
        ("a file with our JSON", file("json", &signed("json"))),
        ("a file with a jar", file("jar", &jar)),
        ("a file in UTF-16", by_powershell.to_str().unwrap().to_owned()),
    ] {
        let found = said(&argument);
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!((found.code, &found.stdout), (expected.code, &expected.stdout), "{form}");
        }
    }
}

/// One cookie of another site in the jar must not be taken for a second pass.
#[test]
fn a_jar_of_many_sites_is_searched() {
    let jar = signed("netscape");
    let other = jar.replace("media.example.com", "media.example.org").replace("K1", "K2");
    let trust = format!("K1={}:ECDSA-SHA256", key("p256.public"));
    let usual = ["verify", "--url", URL, "--trust", &trust, "--now", NOW, "--cookie"];
    let both = format!("{other}\n{jar}");
    assert_eq!(edgepass(&[&usual[..], &[&both]].concat()).code, 0);
    let elsewhere = edgepass(&["explain", "--json", URL, "--now", NOW, "--cookie", &other]).json();
    assert_eq!(elsewhere["causes"][0]["id"], "cookies-not-sent", "{elsewhere}");
}

#[test]
fn what_is_no_cookie_is_refused_and_not_repeated() {
    for command in [
        vec!["inspect"],
        vec!["verify", "--url", URL, "--trust", "=public.pem"],
        vec!["explain", URL],
    ] {
        let refused = |argument: &str, words: &str| {
            let ended = edgepass(&[&command[..], &["--cookie", argument]].concat());
            let trusts = command.contains(&"--trust");
            assert!(ended.code == 2 && (trusts || ended.stderr.contains(words)), "{ended:?}");
        };
        refused("no-such-file.txt", "`no-such-file.txt` does not exist");
        refused("{\"a\":1}", "holds no cookies in a form that is read");
        refused("{\"KeyGroup\":{\"Id\":\"g\"}}", "holds a key group");
        refused("https://media.example.com/a?Signature=x", "holds a URL");
        let policy = "eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoi";
        let ended = edgepass(&[&command[..], &["--cookie", policy]].concat());
        assert_eq!(ended.code, 2);
        assert!(!ended.stderr.contains(policy), "{ended:?}");
    }
}
