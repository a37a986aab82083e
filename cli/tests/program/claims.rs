//! Claims: signed along by `sign`, decided about by `verify`, shown by `inspect`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::edgepass::{EXPIRES, Ended, NOW, Run, edgepass, folder, key};

const URL: &str = "https://media.example.com/film.mp4";
const PATTERN: &str = "https://media.example.com/*";
const CLAIMS: &str = r#"{"sub":"u-7f3a","jti":"s-91c2","mth":["GET"],"ctx":"tier=gold"}"#;
const SECRET: &str = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";

/// A folder with claims and a secret.
struct Site {
    folder: PathBuf,
}

impl Site {
    fn new(test: &str) -> Self {
        let site = Self { folder: folder(&format!("claims-{test}")) };
        site.write("claims.json", CLAIMS);
        site.write("secret", format!("{SECRET}\n"));
        site
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.folder.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// Signs with claims of the file, by the key for them.
    fn sign(&self, what: &[&str], claims: &str, claims_key: &str) -> Run {
        let key = key("rsa.private");
        let usual = ["--key", &key, "--key-id", "K1", "--expires", EXPIRES];
        let along = ["--claims", claims, "--claims-key", claims_key, "--claims-key-id", "c-1"];
        Run::new(&[&["sign"], what, &usual[..], &along[..]].concat())
    }

    fn signed_url(&self, claims_key: &str) -> String {
        let claims = self.path("claims.json");
        self.sign(&["url", URL], &claims, claims_key).end().result().trim().to_owned()
    }

    fn refuses(&self, claims: impl AsRef<[u8]>, words: &[&str]) {
        let file = self.write("refused.json", claims);
        let ended = self.sign(&["url", URL], &file, &key("p256.private")).end();
        ended.is_usage_error(&["refused.json`: "]);
        ended.is_usage_error(words);
    }
}

fn verify(url: &str, trust: &str, more: &[&str]) -> Ended {
    let key = format!("K1={}:RSA-SHA256", key("rsa.public"));
    let usual = ["verify", "--url", url, "--trust", &key, "--now", NOW, "--claims-trust", trust];
    edgepass(&[&usual[..], more].concat())
}

fn code(ended: &Ended) -> Value {
    ended.json()["code"].clone()
}

/// The claims token of a URL.
fn token(url: &str) -> &str {
    url.split("Edgepass-Claims=").nth(1).unwrap().split('&').next().unwrap()
}

#[test]
fn urls_by_every_algorithm() {
    let site = Site::new("algorithms");
    let secret = site.path("secret");
    for (private, public, algorithm) in [
        (key("p256.private"), key("p256.public"), "ES256"),
        (key("rsa-other.private"), key("rsa-other.public"), "RS256"),
        (secret.clone(), secret.clone(), "HS256"),
    ] {
        let url = site.signed_url(&private);
        for trust in [format!("c-1={public}"), format!("c-1={public}:{algorithm}")] {
            let allowed = verify(&url, &trust, &["--json"]);
            assert_eq!((allowed.code, allowed.stderr.as_str()), (0, ""), "{allowed:?}");
            let claims = &allowed.json()["claims"];
            let issued = claims["iat"].as_i64().unwrap();
            assert!((1_700_000_000..4_000_000_000).contains(&issued), "{claims}");
            assert_eq!(
                claims,
                &json!({
                    "sub": "u-7f3a", "jti": "s-91c2", "iat": issued, "exp": 4_000_000_000_i64,
                    "mth": ["GET"], "ctx": "tier=gold",
                })
            );
        }
        let other = verify(&url, &format!("c-2={public}"), &["--json"]);
        assert_eq!((other.code, code(&other)), (1, json!("claims-signature-invalid")));
        assert_eq!(other.json()["claims"], Value::Null);
        let post = verify(&url, &format!("c-1={public}"), &["--json", "--method", "POST"]);
        assert_eq!((post.code, code(&post)), (1, json!("claims-mismatch")));
    }
    let url = site.signed_url(&key("p256.private"));
    let stranger = verify(&url, &format!("c-1={}", key("p256-other.public")), &["--json"]);
    assert_eq!(code(&stranger), "claims-signature-invalid");
}

#[test]
fn text_names_subject_session_and_end() {
    let site = Site::new("text");
    let claims = site.write("short.json", r#"{"sub":"u","jti":"s","exp":3999999999,"iat":1}"#);
    let run = site.sign(&["url", URL], &claims, &key("p256.private"));
    let url = run.end().result();
    let trust = format!("c-1={}", key("p256.public"));
    let key = format!("K1={}", key("rsa.public"));
    let at = |now| {
        let words = ["verify", "--url", url.trim(), "--trust", &key, "--claims-trust", &trust];
        edgepass(&[&words[..], &["--now", now]].concat())
    };
    let allowed = at("3999999939");
    let lines: Vec<&str> = allowed.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "allow",
            "  expires     2096-10-02T07:06:40Z (in 1m 1s)",
            "  subject     u",
            "  session     s",
            "  claims      expire 2096-10-02T07:06:39Z (in 1m 0s)",
            "  credential  url, canned policy, key id K1, sha256",
        ]
    );
    let expired = at(NOW);
    assert!(expired.stdout.starts_with("deny claims-expired\n"), "{expired:?}");
}

/// Bound to the policy, in every format; neither detached nor swapped.
#[test]
fn cookies() {
    let site = Site::new("cookies");
    let claims = site.path("claims.json");
    let signed = |format: &str| {
        let what = ["cookies", PATTERN, "--format", format];
        site.sign(&what, &claims, &key("p256.private")).end().result()
    };
    let set_cookie = signed("set-cookie");
    let pairs: Vec<&str> = set_cookie
        .lines()
        .map(|line| line.strip_prefix("Set-Cookie: ").unwrap().split(';').next().unwrap())
        .collect();
    assert!(pairs[4].starts_with("Edgepass-Claims=eyJ"), "{set_cookie}");
    assert!(set_cookie.lines().last().unwrap().ends_with("; Secure; HttpOnly; SameSite=Lax"));
    let jar = signed("netscape");
    assert!(jar.lines().last().unwrap().contains("\tEdgepass-Claims\teyJ"), "{jar}");
    let json: Value = serde_json::from_str(&signed("json")).unwrap();
    assert!(json["Edgepass-Claims"].as_str().unwrap().starts_with("eyJ"), "{json}");
    let what = ["cookies", PATTERN, "--json"];
    let json = site.sign(&what, &claims, &key("p256.private")).end().json();
    assert_eq!(json["cookies"].as_object().unwrap().len(), 5);
    assert_eq!(json.as_object().unwrap().len(), 6, "the members are a contract");

    let trust = format!("c-1={}", key("p256.public"));
    let verify = |cookies: &str, more: &[&str]| {
        verify(URL, &trust, &[&["--cookie", cookies, "--json"], more].concat())
    };
    let whole = verify(&pairs.join("; "), &[]);
    assert_eq!((whole.code, &whole.json()["claims"]["sub"]), (0, &json!("u-7f3a")), "{whole:?}");
    assert!(whole.json()["claims"]["pol"].is_string(), "{whole:?}");

    let detached = pairs[..4].join("; ");
    assert_eq!(code(&verify(&detached, &[])), "claims-missing");
    assert_eq!(code(&verify(&detached, &["--claims", "required"])), "claims-missing");
    let optional = verify(&detached, &["--claims", "optional"]);
    assert_eq!((optional.code, &optional.json()["claims"]), (0, &Value::Null), "{optional:?}");

    let other = ["cookies", "https://media.example.com/film*", "--json"];
    let other = site.sign(&other, &claims, &key("p256.private")).end().json();
    let token = other["cookies"]["Edgepass-Claims"].as_str().unwrap();
    let swapped = format!("{detached}; Edgepass-Claims={token}");
    for more in [&[][..], &["--claims", "optional"]] {
        assert_eq!(code(&verify(&swapped, more)), "claims-not-bound");
    }
    assert_eq!(verify(&swapped, &["--claims", "off"]).code, 0);
}

#[test]
fn from_standard_input_and_encrypted() {
    let site = Site::new("stdin");
    let claims = site.path("claims.json");
    let trust = format!("c-1={}", key("p256.public"));
    let admitted = |url: String| assert_eq!(verify(url.trim(), &trust, &[]).code, 0);
    let p256 = key("p256.private");
    let pem = fs::read_to_string(&p256).unwrap();
    admitted(site.sign(&["url", URL], "-", &p256).stdin(CLAIMS).end().result());
    admitted(site.sign(&["url", URL], &claims, "-").stdin(&pem).end().result());

    let locked = site.path("locked.pem");
    let to_locked = ["pkcs8", "-topk8", "-in", &p256, "-out", &locked, "-passout", "pass:sesame"];
    crate::edgepass::openssl(&to_locked);
    let words = ["url", URL, "--passphrase-env", "PASSPHRASE"];
    admitted(site.sign(&words, &claims, &locked).env("PASSPHRASE", "sesame").end().result());
    site.sign(&["url", URL], &claims, &locked).end().is_usage_error(&["--passphrase-env"]);

    site.sign(&["url", URL], "-", "-")
        .stdin(CLAIMS)
        .end()
        .is_usage_error(&["`--claims` and `--claims-key` are both to be read from standard input"]);
    let along = ["--claims", "-", "--claims-key", &p256, "--claims-key-id", "c-1"];
    let usual = ["sign", "url", URL, "--key", "-", "--key-id", "K1", "--expires", EXPIRES];
    edgepass(&[&usual[..], &along[..]].concat())
        .is_usage_error(&["`--key` and `--claims` are both to be read from standard input"]);
}

#[test]
fn claims_that_are_not_signed() {
    let site = Site::new("refused");
    for (claims, words) in [
        ("", "not strict JSON: a value is missing"),
        ("[]", "`the claim set` is not an object"),
        ("{}", "the claim set has no `sub`"),
        (r#"{"sub":"u"}"#, "the claim set has no `jti`"),
        (r#"{"sub":"u","sub":"v","jti":"s"}"#, "a key is repeated"),
        (r#"{"sub":"u","s\u0075b":"v","jti":"s"}"#, "a key is repeated"),
        (r#"{"sub":"u","jti":"s","aud":"x"}"#, "the claim `aud` is unknown; there are `sub`"),
        (r#"{"sub":"u","jti":"s","pol":"x"}"#, "`pol` is computed from the policy; leave it out"),
        (r#"{"sub":"u","jti":"s","exp":1}"#, "`exp` is not after `iat`; unless"),
        (r#"{"sub":"u","jti":"s","exp":1e9}"#, "a number is not an integer"),
        (r#"{"sub":"u","jti":"s","exp":"soon"}"#, "`exp` is not a whole number of seconds"),
        (r#"{"sub":"u","jti":"s","iat":null}"#, "`iat` is not a whole number of seconds"),
        (r#"{"sub":"u v","jti":"s"}"#, "`sub` is not 1 to 128 visible ASCII characters"),
        (r#"{"sub":"u","jti":"s","net":["10.0.0.0/33"]}"#, "an entry of `net`"),
        (r#"{"sub":"u","jti":"s","res":["film"]}"#, "an entry of `res`"),
        (r#"{"sub":"u","jti":"s","mth":[]}"#, "`mth` has 0 entries"),
        (r#"{"sub":"u","jti":"s","org":["*"]}"#, "`org` has an entry that is no origin"),
        (r#"{"sub":"u","jti":"s","ctx":"a\r\nb"}"#, "`ctx` is not 1 to 1024 visible ASCII"),
    ] {
        site.refuses(claims, &[words]);
    }
    let digest = "A".repeat(43);
    site.refuses(
        format!(r#"{{"sub":"u","jti":"s","pol":"{digest}"}}"#),
        &["`pol` is computed from the policy"],
    );
    let many: Vec<String> =
        (0..32).map(|n| format!("\"https://h/{n}/{}\"", "a".repeat(120))).collect();
    site.refuses(
        format!(r#"{{"sub":"u","jti":"s","res":[{}]}}"#, many.join(",")),
        &["bytes; at most 4096 are read; leave claims out or shorten them"],
    );

    let file = |name: &str, bytes: &[u8]| site.write(name, bytes);
    for (file, words) in [
        (file("huge.json", " ".repeat(1 << 20).as_bytes()), "more than 65535 bytes"),
        (file("binary.json", &[0xff]), "is not a text"),
        (site.path("missing.json"), "missing.json` does not exist"),
    ] {
        site.sign(&["url", URL], &file, &key("p256.private")).end().is_usage_error(&[words]);
    }
    let huge = site.sign(&["url", URL], "-", &key("p256.private")).stdin(&" ".repeat(70_000));
    huge.end().is_usage_error(&["standard input has more than 65535 bytes"]);

    // What fits a URL may be too much for cookies.
    let long = format!(r#"{{"sub":"u","jti":"s","res":[{}]}}"#, many[..20].join(","));
    let long = site.write("long.json", long);
    site.sign(&["url", URL], &long, &key("p256.private")).end().result();
    let cookies = site.sign(&["cookies", PATTERN], &long, &key("p256.private")).end();
    cookies.is_usage_error(&["the cookie `Edgepass-Claims` has", "shorten the claims"]);
}

#[test]
fn keys_that_do_not_sign_claims() {
    let site = Site::new("keys");
    let claims = site.path("claims.json");
    for (file, words) in [
        (key("rsa.private"), "the claims key `c-1` is a CloudFront key too"),
        (key("p256.public"), "a public key, which cannot sign"),
        (
            site.write(
                "short",
                "0123456789012345678901234567890
",
            ),
            "has 31 bytes; at least 32",
        ),
        (
            site.write(
                "cut.pem",
                "-----BEGIN PRIVATE KEY-----
MIGH",
            ),
            "is cut off",
        ),
        (site.path("missing"), "does not exist"),
    ] {
        let ended = site.sign(&["url", URL], &claims, &file).end();
        ended.is_usage_error(&[&format!("`{file}`"), words]);
        assert!(!ended.stderr.contains("0123456"), "a secret was printed: {ended:?}");
    }
    let p256 = key("p256.private");
    let pem = fs::read_to_string(&p256).unwrap();
    let usual = ["sign", "url", URL, "--key", &p256, "--key-id", "K1", "--expires", EXPIRES];
    let along = |more: &[&str]| edgepass(&[&usual[..], more].concat());
    for (id, words) in [("c 1", "`--claims-key-id c 1`: an id has"), (&pem, "is a PEM")] {
        let secret = site.path("secret");
        let more = ["--claims", &claims, "--claims-key", &secret, "--claims-key-id", id];
        let ended = along(&more);
        ended.is_usage_error(&[words]);
        assert!(!ended.stderr.contains("BEGIN"), "a key was printed");
    }
    along(&["--claims", &claims]).is_usage_error(&["--claims-key <PEM>", "--claims-key-id <ID>"]);
    along(&["--claims-key", &p256, "--claims-key-id", "c"]).is_usage_error(&["--claims <FILE>"]);
}

#[test]
fn keys_that_are_not_trusted_for_claims() {
    let site = Site::new("trust");
    let url = site.signed_url(&key("p256.private"));
    let ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPMRD6OIh65tjkuRLPsgdY5FCPOQ9vk";
    for (trust, words) in [
        ("c-1".to_owned(), "has no `=`"),
        ("c-1=".to_owned(), "names no file"),
        ("=a.pem".to_owned(), "use the id that tokens name"),
        ("c-1=a.pem:PS256".to_owned(), "use one of ES256, RS256, HS256"),
        ("c-1=missing.pem".to_owned(), "`missing.pem` does not exist"),
        (format!("c-1={}:HS256", key("p256.public")), "where the secret of HS256 belongs"),
        (format!("c-1={}:HS256", key("p256.private")), "where the secret of HS256 belongs"),
        (format!("c-1={}:RS256", key("p256.public")), "RS256 cannot be made with the key"),
        (format!("c-1={}", key("p256.private")), "a private key, which does not belong here"),
        (format!("c-1={}:ES256", site.path("secret")), "not a public key in PEM form"),
        (format!("c-1={}", site.write("short", "hello")), "has 5 bytes; at least 32"),
        (format!("c-1={}", site.write("ssh", ssh)), "OpenSSH's format"),
        (format!("c-1={}:HS256", site.path("ssh")), "where the secret of HS256 belongs"),
        (format!("c-1={}", key("rsa.public")), "the claims key `c-1` is a CloudFront key too"),
    ] {
        verify(&url, &trust, &[]).is_usage_error(&[words]);
    }
    let p256 = format!("c-1={}", key("p256.public"));
    verify(&url, &p256, &["--claims-trust", &p256])
        .is_usage_error(&["two claims keys have the id"]);

    let trust = format!("K1={}", key("rsa.public"));
    let bare = ["verify", "--url", &url, "--trust", &trust, "--now", NOW, "--claims"];
    edgepass(&[&bare[..], &["required"]].concat())
        .is_usage_error(&["`--claims required` needs a key", "--claims-trust ID=FILE"]);
    let optional = edgepass(&[&bare[..], &["optional", "--json"]].concat());
    assert_eq!((optional.code, &optional.json()["claims"]), (0, &Value::Null));
    assert!(optional.stderr.starts_with("warning: claims and revocation were not checked"));
    assert_eq!(edgepass(&[&bare[..], &["off"]].concat()).stderr, "");
}

#[test]
fn inspected_but_not_verified() {
    let site = Site::new("inspect");
    let url = site.signed_url(&key("p256.private"));
    let ended = edgepass(&["inspect", &url]);
    for line in [
        "not verified: anyone can have written this\n",
        "  subject     u-7f3a\n",
        "  session     s-91c2\n",
        "  claims end  4000000000, 2096-10-02T07:06:40Z (in ",
        "  header      {\"alg\":\"ES256\",\"kid\":\"c-1\",\"typ\":\"edgepass+jwt\"}\n",
        "  claims      {\"sub\":\"u-7f3a\",",
    ] {
        assert!(ended.stdout.contains(line), "no {line} in {ended:?}");
    }
    let json = edgepass(&["inspect", &url, "--json"]);
    let signature = token(&url).rsplit('.').next().unwrap();
    for text in [&ended.stdout, &json.stdout] {
        assert!(!text.contains(signature), "the resource and the policy hold the token: {text}");
        assert!(text.contains(".…"), "{text}");
    }
    let claims = &json.json()["claims"];
    assert_eq!(claims["header"]["kid"], "c-1");
    assert_eq!(claims["claims"]["jti"], "s-91c2");
    assert_eq!(claims["signature_bytes"], 64);
    assert!(claims["text"].as_str().unwrap().starts_with("{\"sub\""));

    // `{"sub":"u","x":1}` and an escape sequence that would colour the terminal.
    for (payload, read) in [
        ("eyJzdWIiOiJ1IiwieCI6MX0", json!({ "sub": "u", "x": 1 })),
        ("G1szMW0", Value::Null),
        ("%%", Value::Null),
    ] {
        let forged = url.replace(token(&url), &format!("e30.{payload}.AAAA"));
        let ended = edgepass(&["inspect", &forged]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(!ended.stdout.contains('\u{1b}'), "{ended:?}");
        let json = edgepass(&["inspect", &forged, "--json"]).json();
        if payload == "%%" {
            assert_eq!(json["code"], "request-malformed", "{json}");
        } else {
            assert_eq!(json["code"], "claims-malformed", "{json}");
            assert!(json["policy"]["resource"].as_str().unwrap().starts_with(URL), "{json}");
            assert_eq!(json["claims"]["claims"], read, "{json}");
        }
    }
}

fn write_config(folder: &Path, settings: &str, claims_key: &str) -> String {
    let path = folder.join("edge.toml");
    let key = key("rsa.public");
    let text = format!(
        "{settings}\n[[key]]\nid = \"K1\"\npem_file = \"{key}\"\nalgorithms = [\"RSA-SHA256\"]\n[[claims_key]]\nid = \"c-1\"\n{claims_key}\n"
    );
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A configuration decides about claims as its edge would, and in native mode without a credential.
#[test]
fn by_the_configuration_of_an_edge() {
    let site = Site::new("config");
    let es256 = format!("algorithm = \"ES256\"\npem_file = \"{}\"", key("p256.public"));
    let decide = |config: &str, url: &str, more: &[&str]| {
        edgepass(&[&["verify", "--url", url, "--config", config, "--now", NOW], more].concat())
    };
    let url = site.signed_url(&key("p256.private"));
    let config = write_config(&site.folder, "", &es256);
    let allowed = decide(&config, &url, &["--json"]);
    assert_eq!((allowed.code, &allowed.json()["claims"]["sub"]), (0, &json!("u-7f3a")));
    decide(&config, &url, &["--claims-trust", "c-1=x.pem"])
        .is_usage_error(&["cannot be used with"]);

    let res = format!(r#"{{"sub":"u","jti":"s","res":["{PATTERN}"]}}"#);
    let res = site.write("res.json", res);
    let cookies = ["cookies", PATTERN, "--json"];
    let cookies = site.sign(&cookies, &res, &key("p256.private")).end().json();
    let token = cookies["cookies"]["Edgepass-Claims"].as_str().unwrap();
    let alone = format!("Edgepass-Claims={token}");
    let config = write_config(&site.folder, "mode = \"native\"", &es256);
    let native = decide(&config, URL, &["--cookie", &alone]);
    assert_eq!(native.code, 0, "{native:?}");
    assert!(native.stdout.contains("\n  CloudFront  has to admit it too"), "{native:?}");
    assert!(native.stdout.contains("\n  subject     u\n"), "{native:?}");

    let cloudfront = format!("algorithm = \"RS256\"\npem_file = \"{}\"", key("rsa.public"));
    let config = write_config(&site.folder, "", &cloudfront);
    decide(&config, &url, &[]).is_usage_error(&["the claims key `c-1` is a CloudFront key too"]);
}

#[test]
fn bundles() {
    let site = Site::new("bundle");
    let out = site.path("out");
    let bundle = |config: &str, more: &[&str]| {
        let words = ["bundle", "lambda-edge", "--config", config, "--out", &out];
        edgepass(&[&words[..], more].concat())
    };
    let es256 = format!("algorithm = \"ES256\"\npem_file = \"{}\"", key("p256.public"));
    let hs256 = format!("algorithm = \"HS256\"\nsecret_file = \"{}\"", site.path("secret"));
    let warns = |ended: &Ended| ended.stderr.contains("holds the secret of the claims key `c-1`");

    let secret = bundle(&write_config(&site.folder, "", &hs256), &[]);
    assert!(warns(&secret) && !secret.stderr.contains(SECRET), "{secret:?}");
    let public = bundle(&write_config(&site.folder, "", &es256), &[]);
    assert!(!warns(&public), "{public:?}");

    let cloudfront = format!("algorithm = \"RS256\"\npem_file = \"{}\"", key("rsa.public"));
    bundle(&write_config(&site.folder, "", &cloudfront), &[])
        .is_usage_error(&["the claims key `c-1` is a CloudFront key too"]);
    for enforcement in ["log", "off"] {
        let lax = format!("enforcement = \"{enforcement}\"");
        let standalone = write_config(&site.folder, &lax, &es256);
        bundle(&standalone, &[]).is_usage_error(&["add `--danger-public`"]);
        let open = bundle(&standalone, &["--danger-public"]);
        assert!(!open.stderr.contains("--danger-public"), "{open:?}");
        let native = write_config(&site.folder, &format!("mode = \"native\"\n{lax}"), &es256);
        let native = bundle(&native, &[]);
        assert!(!native.stderr.contains("--danger-public"), "{native:?}");
        assert!(native.stderr.contains(UNCHECKED), "{native:?}");
    }

    for (claims, says) in [
        ("required", None),
        (
            "optional",
            Some("whoever leaves the claims token out is admitted by CloudFront's policy alone"),
        ),
        ("off", Some(UNCHECKED)),
    ] {
        let config = write_config(&site.folder, &format!("claims = \"{claims}\""), &es256);
        let ended = bundle(&config, &[]);
        let warned = ended.stderr.contains("warning: with `claims`");
        assert_eq!(warned, says.is_some(), "{ended:?}");
        let Some(says) = says else { continue };
        for part in [says, &format!("`EDGEPASS_EDGE_CLAIMS` is `{claims}`")] {
            assert!(ended.stderr.contains(part), "{ended:?}");
        }
    }
    for mode in ["standalone", "native"] {
        for (paths, refused) in [
            (r#"["/login*", "*"]"#, Some("*")),
            (r#"["/*"]"#, Some("/*")),
            (r#"["/", "/?*"]"#, Some("/?*")),
            (r#"["/login*", "*.css"]"#, None),
        ] {
            let public = format!("{es256}\n[public]\npaths = {paths}");
            let config = write_config(&site.folder, &format!("mode = \"{mode}\""), &public);
            let words =
                refused.map(|path| format!("`paths` of `[public]` has `{path}`, which covers"));
            if let Some(words) = words {
                let ended = bundle(&config, &[]);
                ended.is_usage_error(&[&words, "add `--danger-public`"]);
            }
            let more: &[&str] = if refused.is_some() { &["--danger-public"] } else { &[] };
            assert!(!bundle(&config, more).stderr.contains("--danger-public"), "{paths}");
        }
    }
}

const UNCHECKED: &str =
    "claims tokens are not checked, and CloudFront's policy alone decides what a pass opens";
