//! `sign url`.

use std::fs;

use serde_json::json;

use crate::edgepass::{EXPIRES, Run, edgepass, folder, key, openssl};

const URL: &str = "https://media.example.com/film.mp4?quality=hd";

/// `sign url URL` with the RSA key and the usual expiry, and more.
fn sign(url: &str, more: &[&str]) -> Run {
    let key = key("rsa.private");
    let usual = ["sign", "url", url, "--key", &key, "--key-id", "K1", "--expires", EXPIRES];
    Run::new(&[&usual[..], more].concat())
}

#[test]
fn canned() {
    let json = sign(URL, &["--json"]).end().json();
    let signature = json["signature"].as_str().unwrap();
    let url = format!(
        "{URL}&Expires={EXPIRES}&Signature={signature}&Key-Pair-Id=K1&Hash-Algorithm=SHA256"
    );
    let policy = format!(
        r#"{{"Statement":[{{"Resource":"{URL}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{EXPIRES}}}}}}}]}}"#
    );
    assert_eq!(
        json,
        json!({
            "url": url, "policy": policy, "canned": true, "signature": signature,
            "key_id": "K1", "hash": "sha256", "expires": 4_000_000_000_i64,
        })
    );
    let ended = sign(URL, &[]).end();
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (format!("{url}\n").as_str(), ""));
}

#[test]
fn custom() {
    for (more, resource, conditions) in [
        (&["--starts", "5"][..], URL, r#","DateGreaterThan":{"AWS:EpochTime":5}"#),
        (&["--ip", "192.0.2.7"], URL, r#","IpAddress":{"AWS:SourceIp":"192.0.2.7/32"}"#),
        (
            &["--starts", "1970-01-01T00:00:05Z", "--ip", "192.0.2.0/24"],
            URL,
            r#","DateGreaterThan":{"AWS:EpochTime":5},"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"}"#,
        ),
        (&["--resource", "https://media.example.com/*"], "https://media.example.com/*", ""),
    ] {
        let json = sign(URL, &[more, &["--json"]].concat()).end().json();
        let policy = format!(
            r#"{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{EXPIRES}}}{conditions}}}}}]}}"#
        );
        assert_eq!((&json["policy"], &json["canned"]), (&json!(policy), &json!(false)));
        assert!(json["url"].as_str().unwrap().contains("&Policy=eyJ"), "{json}");
    }
}

#[test]
fn sha1_has_no_marker() {
    let json = sign(URL, &["--hash", "sha1", "--json"]).end().json();
    assert_eq!(json["hash"], "sha1");
    assert!(json["url"].as_str().unwrap().ends_with("&Key-Pair-Id=K1"), "{json}");
}

#[test]
fn past_expiry_is_signed_with_a_warning() {
    let key = key("p256.private");
    let ended = edgepass(&[
        "sign",
        "url",
        URL,
        "--key",
        &key,
        "--key-id",
        "K1",
        "--expires",
        "2020-01-01T00:00:00Z",
    ]);
    assert!(
        ended.stderr.starts_with("warning: `--expires` is 2020-01-01T00:00:00Z ("),
        "{ended:?}"
    );
    assert!(ended.result().contains("&Expires=1577836800&"));
}

#[test]
fn what_cloudfront_will_refuse_is_signed_with_a_warning() {
    for (url, more, words) in [
        ("https://media.s3.eu-west-1.amazonaws.com/film.mp4", &[][..], "is an S3 bucket"),
        (URL, &["--ip", "192.168.1.5"], "private addresses"),
    ] {
        let key = key("p256.private");
        let mut words_of_command =
            vec!["sign", "url", url, "--key", &key, "--key-id", "K1", "--expires", EXPIRES];
        words_of_command.extend(more);
        let ended = edgepass(&words_of_command);
        assert!(ended.stderr.starts_with("warning: ") && ended.stderr.contains(words), "{ended:?}");
        assert!(ended.result().contains("Signature="));
    }
}

/// From standard input, and encrypted: the same signature as from the plain file.
#[test]
fn keys_from_elsewhere() {
    let expected = sign(URL, &[]).end().result();
    let usual = ["sign", "url", URL, "--key-id", "K1", "--expires", EXPIRES];
    let plain = key("rsa.private");
    let pem = fs::read_to_string(&plain).unwrap();
    let from_stdin = Run::new(&[&usual[..], &["--key", "-"]].concat()).stdin(&pem);
    assert_eq!(from_stdin.end().result(), expected);

    let encrypted = folder("sign-url-encrypted").join("private.pem");
    let encrypted = encrypted.to_str().unwrap();
    openssl(&["pkcs8", "-topk8", "-in", &plain, "-out", encrypted, "-passout", "pass:open sesame"]);
    let locked = [&usual[..], &["--key", encrypted]].concat();
    let opened = [&locked[..], &["--passphrase-env", "PASSPHRASE"]].concat();
    let run = || Run::new(&opened);
    assert_eq!(run().env("PASSPHRASE", "open sesame").end().result(), expected);
    run().env("PASSPHRASE", "sesame").end().is_usage_error(&[encrypted, "does not open"]);
    run().end().is_usage_error(&["`--passphrase-env`", "none of this name is set"]);
    edgepass(&locked).is_usage_error(&[encrypted, "--passphrase-env"]);
}

#[test]
fn short_keys_need_the_dangerous_option() {
    let short = folder("sign-url-short").join("private.pem");
    let short = short.to_str().unwrap();
    openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", short]);
    let usual = ["sign", "url", URL, "--key", short, "--key-id", "K1", "--expires", EXPIRES];
    edgepass(&usual).is_usage_error(&[short, "1024 bits is too short"]);
    edgepass(&[&usual[..], &["--danger-allow-short-rsa"]].concat()).result();
}

#[test]
fn urls_that_are_not_signed() {
    for (url, words) in [
        ("media.example.com/a", "does not begin with `https://`"),
        ("ftp://h/a", "does not begin with `https://`"),
        ("https://h", "no path"),
        ("https:///a", "no host"),
        ("https://u:p@h/a", "the host is not a name"),
        ("https://H/a", "upper-case"),
        ("https://h:443/a", "default port"),
        ("https://h/a b", "percent-encode it as %20"),
        ("https://h/é", "percent-encode it as %C3%A9"),
        ("https://h/\u{1b}[31m", "`\\u{1b}` stands in the path"),
        ("https://h/a\"", "percent-encode it as %22"),
        ("https://h/%zz", "write a percent sign as %25"),
        ("https://h/a/../b", "segment `.` or `..`"),
        ("https://h/a//b", "`//`"),
        ("https://h/%2e%2e/a", "`%2e`"),
        ("https://h/a#t=1", "fragment"),
        ("https://h/a?", "the query is empty"),
        ("https://h/*", "the path has a `*`"),
        (
            "https://h/a?b=*",
            "the query has a `*`, which a policy takes for a wildcard; write it as %2A",
        ),
        (
            "https://h/a?b=c?d",
            "write it as %3F, or give the pattern that is meant with `--resource`",
        ),
    ] {
        let shown = format!("cannot sign `{}", url.split('?').next().unwrap().escape_debug());
        sign(url, &[]).end().is_usage_error(&[&shown, words]);
    }
    let ended = sign("https://h/a?Signature=SECRET&Key-Pair-Id=K", &[]).end();
    ended.is_usage_error(&["cannot sign `https://h/a?…`: the query has the signing parameter"]);
    assert!(!ended.stderr.contains("SECRET"), "{ended:?}");
    let long = format!("https://h/{}", "a".repeat(8_190));
    sign(&long, &[]).end().is_usage_error(&["bytes; CloudFront accepts 8192"]);
}

#[test]
fn grants_that_are_not_signed() {
    for (more, words) in [
        (&["--ip", "192.0.2.0/33"][..], "'192.0.2.0/33' for '--ip <CIDR>': is not an IPv4 network"),
        (&["--ip", "2001:db8::/32"], "is IPv6"),
        (&["--starts", "yesterday"], "'yesterday' for '--starts <WHEN>': is not a time"),
        (&["--starts", EXPIRES], "not before it expires"),
        (&["--resource", "media.example.com/*"], "does not begin with `https://`"),
        (&["--resource", "https://h/\u{7}"], "percent-encode it"),
        (&["--resource", "https://other.example/*"], "the domain of the URL does not match"),
        (&["--resource", "https://media.example.com/film.mp4?qualit?=hd"], "use `*`"),
        (&["--hash", "md5"], "'md5' for '--hash <HASH>'"),
    ] {
        sign(URL, more).end().is_usage_error(&[words]);
    }
    for (expires, words) in [
        ("1798740000000", "looks like milliseconds"),
        ("2027-02-30T00:00:00Z", "is not a time"),
        ("2027-01-01T00:00:00", "is not a time"),
        ("+1y", "is not a time"),
        ("12h", "is not a time"),
        ("", "is not a time"),
    ] {
        let key = key("rsa.private");
        edgepass(&["sign", "url", URL, "--key", &key, "--key-id", "K1", "--expires", expires])
            .is_usage_error(&[&format!("'{expires}' for '--expires <WHEN>'"), words]);
    }
}

#[test]
fn keys_that_are_not_taken() {
    let folder = folder("sign-url-keys");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let pem = fs::read_to_string(key("rsa.private")).unwrap();
    let curve = path("p384.pem");
    openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-384",
        "-out",
        &curve,
    ]);
    for (name, content) in [
        ("empty", &b""[..]),
        ("text", b"hello"),
        ("binary", &[0xff, 0x80]),
        ("cut", &pem.as_bytes()[..500]),
        ("damaged", pem.replace("MII", "MIJ").as_bytes()),
        (
            "two",
            [pem.as_str(), &fs::read_to_string(key("p256.private")).unwrap()].concat().as_bytes(),
        ),
        ("elided", pem.replace("MII", "MII...").as_bytes()),
        ("long", "a".repeat(70_000).as_bytes()),
    ] {
        fs::write(path(name), content).unwrap();
    }
    for (file, words) in [
        (path("missing"), "does not exist"),
        (path("empty/below"), "does not exist"),
        (folder.to_str().unwrap().to_owned(), "is a folder"),
        (path("empty"), "no key: it is empty"),
        (path("text"), "not a private key"),
        (path("binary"), "neither a text nor a key"),
        (path("cut"), "its last line, `-----END PRIVATE KEY-----`, is missing"),
        (path("damaged"), "damaged"),
        (path("two"), "2 private keys, and nothing says which of them is meant"),
        (path("elided"), "line 2 has the symbol `.`, which is no base64"),
        (path("long"), "more than 65535 bytes"),
        (key("rsa.public"), "a public key, which cannot sign"),
        (curve, "curve other than P-256"),
    ] {
        let usual = ["sign", "url", URL, "--key-id", "K1", "--expires", EXPIRES, "--key", &file];
        edgepass(&usual).is_usage_error(&[&format!("`{file}`"), words]);
    }

    let usual = ["sign", "url", URL, "--expires", EXPIRES];
    let rsa = key("rsa.private");
    for (key, key_id, words) in [
        (pem.as_str(), "K1", "name the file"),
        (&rsa, &pem, "the key id is a PEM"),
        (&rsa, "K 1", "`--key-id K 1`: a key id has up to 64 letters"),
        (&rsa, "", "`--key-id `: a key id has"),
    ] {
        let ended = edgepass(&[&usual[..], &["--key", key, "--key-id", key_id]].concat());
        ended.is_usage_error(&[words]);
        assert!(!ended.stderr.contains("BEGIN"), "a key was printed");
    }
}

/// As people store keys; `key_encoding` has all the ways.
#[test]
fn keys_are_read_however_they_were_stored() {
    let folder = folder("sign-stored");
    let pem = fs::read_to_string(key("rsa.private")).unwrap();
    let escaped = pem.replace('\n', "\\n");
    let usual = |file: &str| {
        ["sign", "url", URL, "--key-id", "K1", "--expires", EXPIRES, "--key", file]
            .map(str::to_owned)
    };
    let expected = edgepass(&usual(&key("rsa.private"))).result();
    let utf16: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, stored) in [
        ("escaped", escaped.clone().into_bytes()),
        ("secret", format!(r#"{{"pk_priv_key": "{}"}}"#, pem.replace('\n', " ")).into_bytes()),
        (
            "answer",
            format!(r#"{{"SecretString": "{}"}}"#, escaped.replace('\\', "\\\\")).into_bytes(),
        ),
        ("utf16", utf16),
    ] {
        let file = folder.join(name).to_str().unwrap().to_owned();
        fs::write(&file, stored).unwrap();
        assert_eq!(edgepass(&usual(&file)).result(), expected, "{name}");
    }
    let der = folder.join("der").to_str().unwrap().to_owned();
    openssl(&["pkey", "-in", &key("rsa.private"), "-outform", "DER", "-out", &der]);
    assert_eq!(edgepass(&usual(&der)).result(), expected);
}

#[test]
fn long_rsa_keys_sign_with_a_warning() {
    let folder = folder("sign-long-rsa");
    let file = folder.join("private.pem").to_str().unwrap().to_owned();
    for (bits, warned) in [("2048", false), ("3072", true), ("4096", true)] {
        let option = format!("rsa_keygen_bits:{bits}");
        openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", &option, "-out", &file]);
        let usual = ["sign", "url", URL, "--key-id", "K1", "--expires", EXPIRES, "--key", &file];
        let ended = edgepass(&usual);
        assert_eq!(ended.code, 0, "{ended:?}");
        let words = format!("an RSA key of {bits} bits; CloudFront takes RSA 2048 or P-256");
        assert_eq!(ended.stderr.contains(&words), warned, "{ended:?}");
    }
}
