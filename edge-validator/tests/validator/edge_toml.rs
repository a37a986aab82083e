//! `edge.toml`: every member, and an error for everything else that says what is wrong.

use aws_lc::AwsLc;
use edge_validator::{
    ClaimsSetting, ConfigRefused, Enforcement, Settings, SettingsRefused, Validator,
    settings_from_toml,
};
use policy::{Algorithm, Deployment};

use crate::pass::{corpus_key, trusted};

const SMALLEST: &str = r#"
claims = "off"

[[key]]
pem_file = "rsa.public.pem"
algorithms = ["RSA-SHA256"]
"#;

fn file(name: &str) -> Result<Vec<u8>, String> {
    match name {
        "missing.pem" => Err("there is no such file".to_owned()),
        "nonsense.pem" => Ok(b"K2JCJMDEHXQW5F".to_vec()),
        name => Ok(corpus_key(name).into_bytes()),
    }
}

/// As `bundle` reads it: the settings must also make a validator.
fn read(text: &str) -> Result<Settings, ConfigRefused> {
    let settings = settings_from_toml(text, file)?;
    Validator::new(settings.clone(), AwsLc)?;
    Ok(settings)
}

fn refused(text: &str) -> String {
    read(text).expect_err(text).to_string()
}

#[test]
fn every_member() {
    let text = r#"
        mode = "standalone"
        scheme = "http"
        enforcement = "log"
        claims = "off"
        expose_reason = true

        [[key]]
        id = "K1RSAEXAMPLE"
        pem_file = "rsa.public.pem"
        algorithms = ["RSA-SHA1", "RSA-SHA256"]

        [[key]]
        pem_file = "p256.public.pem"
        algorithms = ["ECDSA-SHA256"]

        [public]
        paths = ["/login*", "/favicon.ico"]

        [refusal]
        redirect_to = "https://www.example.com/login"
        cors_origins = ["https://www.example.com", "http://localhost:8080"]
    "#;
    let expected = Settings {
        deployment: Deployment::Standalone,
        claims: ClaimsSetting::Off,
        claims_keys: Vec::new(),
        max_lifetime: None,
        scheme: "http".to_owned(),
        enforcement: Enforcement::Log,
        expose_reason: true,
        keys: vec![
            trusted(
                Some("K1RSAEXAMPLE"),
                "rsa.public.pem",
                &[Algorithm::RsaSha1, Algorithm::RsaSha256],
            ),
            trusted(None, "p256.public.pem", &[Algorithm::EcdsaSha256]),
        ],
        revocation: None,
        key_value_store: None,
        public_paths: vec!["/login*".to_owned(), "/favicon.ico".to_owned()],
        redirect_to: Some("https://www.example.com/login".to_owned()),
        cors_origins: vec![
            "https://www.example.com".to_owned(),
            "http://localhost:8080".to_owned(),
        ],
    };
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn what_is_left_out() {
    let expected = Settings {
        deployment: Deployment::Standalone,
        claims: ClaimsSetting::Off,
        claims_keys: Vec::new(),
        max_lifetime: None,
        scheme: "https".to_owned(),
        enforcement: Enforcement::Enforce,
        expose_reason: false,
        keys: vec![trusted(None, "rsa.public.pem", &[Algorithm::RsaSha256])],
        revocation: None,
        key_value_store: None,
        public_paths: vec![],
        redirect_to: None,
        cors_origins: vec![],
    };
    assert_eq!(read(SMALLEST), Ok(expected));
    for (mode, enforcement) in [("enforce", Enforcement::Enforce), ("off", Enforcement::Off)] {
        let text = format!("enforcement = \"{mode}\"{SMALLEST}");
        assert_eq!(read(&text).unwrap().enforcement, enforcement);
    }
}

#[test]
fn unknown_members_are_refused_at_every_level() {
    for text in [
        format!("unknown = 1{SMALLEST}"),
        format!("keys = []{SMALLEST}"),
        format!("expose-reason = true{SMALLEST}"),
        format!("{SMALLEST}\nunknown = 1"),
        format!("{SMALLEST}\nalgorithm = \"RSA-SHA256\""),
        format!("{SMALLEST}\n[public]\npath = []"),
        format!("{SMALLEST}\n[refusal]\nstatus = 404"),
        format!("{SMALLEST}\n[refusals]\n"),
    ] {
        let message = refused(&text);
        assert!(message.contains("unknown field"), "{message}");
        let line = message.lines().find(|line| line.contains(" | ")).expect(&message);
        assert!(text.contains(line.split(" | ").nth(1).unwrap()), "{message}");
    }
}

#[test]
fn wrong_values_are_named() {
    let with = |line: &str| format!("{line}{SMALLEST}");
    let within = |lines: &str| format!("{SMALLEST}\n{lines}");
    let key = |line: &str| format!("claims = \"off\"\n[[key]]\n{line}\n");
    for (text, words) in [
        (with("mode = \"both\""), "both"),
        (with("scheme = \"ftp\""), "`scheme` is `ftp`"),
        (with("scheme = \"HTTPS\""), "`scheme` is `HTTPS`"),
        (with("scheme = 443"), "scheme = 443"),
        (with("enforcement = \"warn\""), "warn"),
        (with("enforcement = true"), "enforcement = true"),
        (with("expose_reason = \"yes\""), "expose_reason = \"yes\""),
        (SMALLEST.replace("\"off\"", "\"maybe\""), "maybe"),
        (SMALLEST.replace("[[key]]", "[key]"), "[key]"),
        (key("algorithms = [\"RSA-SHA256\"]"), "pem_file"),
        (key("pem_file = \"rsa.public.pem\""), "algorithms"),
        (key("pem_file = 1\nalgorithms = []"), "pem_file = 1"),
        (key("pem_file = \"missing.pem\"\nalgorithms = []"), "`missing.pem`: there is no such"),
        (key("pem_file = \"nonsense.pem\"\nalgorithms = []"), "`nonsense.pem`: not a public key"),
        (
            key("pem_file = \"rsa.private.pem\"\nalgorithms = []"),
            "`rsa.private.pem`: a private key, which does not belong here",
        ),
        (key("pem_file = \"rsa.public.pem\"\nalgorithms = []"), "no algorithm is allowed"),
        (
            key("pem_file = \"rsa.public.pem\"\nalgorithms = [\"RS256\"]"),
            "`algorithms` has `RS256`",
        ),
        (
            key("pem_file = \"p256.public.pem\"\nalgorithms = [\"RSA-SHA256\"]"),
            "RSA-SHA256 cannot be made with the key",
        ),
        (within("id = \"\""), "a key id has up to 64"),
        (within("id = \"K 1\""), "a key id has up to 64"),
        (within("id = \"-----BEGIN PUBLIC KEY-----\""), "the key id is a PEM"),
        (
            format!(
                "claims = \"off\"{}{}",
                SMALLEST
                    .replace("claims = \"off\"", "")
                    .replace("pem_file", "id = \"K\"\npem_file"),
                SMALLEST
                    .replace("claims = \"off\"", "")
                    .replace("pem_file", "id = \"K\"\npem_file")
            ),
            "two keys have the id `K`",
        ),
        (
            format!("claims = \"off\"{}", SMALLEST.replace("claims = \"off\"", "").repeat(6)),
            "more than 5 keys have no id",
        ),
        ("claims = \"off\"".to_owned(), "there is no `[[key]]`"),
        (within("[public]\npaths = \"/login\""), "paths = \"/login\""),
        (within("[public]\npaths = [\"login\"]"), "`login`, which is not a path"),
        (within("[public]\npaths = [\"\"]"), "``, which is not a path"),
        (within("[public]\npaths = [\"/log in\"]"), "`/log in`, which is not a path"),
        (within("[public]\npaths = [\"/é\"]"), "`/é`, which is not a path"),
        (
            within("[refusal]\nredirect_to = \"/login\""),
            "`redirect_to` is `/login`: the URL does not begin",
        ),
        (within("[refusal]\nredirect_to = \"https://h/a b\""), "`redirect_to` is `https://h/a b`"),
        (
            within("[refusal]\nredirect_to = \"javascript:alert(1)\""),
            "`redirect_to` is `javascript:alert(1)`",
        ),
        (
            within(&format!("[refusal]\nredirect_to = \"https://h/{}\"", "a".repeat(8192))),
            "aaa`: the URL has 8202 bytes; CloudFront accepts 8192",
        ),
        (within("[refusal]\ncors_origins = \"*\""), "cors_origins = \"*\""),
        (within("[refusal]\ncors_origins = [\"*\"]"), "`cors_origins` has `*`"),
        (within("[refusal]\ncors_origins = [\"null\"]"), "`cors_origins` has `null`"),
        (within("[refusal]\ncors_origins = [\"https://*.a\"]"), "`cors_origins` has `https://*.a`"),
        (within("[refusal]\ncors_origins = [\"https://h/\"]"), "`cors_origins` has `https://h/`"),
        (within("[refusal]\ncors_origins = [\"https://H\"]"), "`cors_origins` has `https://H`"),
        (
            within("[refusal]\ncors_origins = [\"https://h:443\"]"),
            "`cors_origins` has `https://h:443`",
        ),
        (within("[refusal]\ncors_origins = [\"www.a.com\"]"), "`cors_origins` has `www.a.com`"),
        ("claims = off".to_owned(), "claims = off"),
    ] {
        let message = refused(&text);
        assert!(message.contains(words), "`{words}` is not in: {message}");
        assert!(!message.ends_with(['.', '\n']), "{message}");
    }
}

#[test]
fn baked_settings_read_back() {
    let text = format!(
        "{SMALLEST}\n[public]\npaths = [\"/a\"]\n[refusal]\nredirect_to = \"https://h/é\"",
    );
    assert!(refused(&text).contains("`redirect_to`"));
    for text in [SMALLEST.to_owned(), text.replace('é', "login")] {
        let settings = read(&text).unwrap();
        let json = settings.to_json();
        assert_eq!(Settings::from_json(&json), Ok(settings.clone()));
        assert_eq!(settings.to_json(), json);
    }
}

#[test]
fn baked_settings_are_read_as_strictly() {
    let json = read(SMALLEST).unwrap().to_json();
    let with = |from: &str, to: &str| {
        assert!(json.contains(from), "{json}");
        json.replacen(from, to, 1)
    };
    for (text, words) in [
        (with("{\"mode\"", "{\"unknown\":1,\"mode\""), "`unknown` is an unknown member"),
        (with("{\"id\"", "{\"unknown\":1,\"id\""), "`unknown` is an unknown member"),
        (with("{\"mode\"", "{\"mode\":\"native\",\"mode\""), "malformed"),
        (with("\"scheme\":\"https\"", "\"scheme\":443"), "`scheme` is not a string"),
        (with("\"scheme\":\"https\",", ""), "`scheme` is not a string"),
        (with("\"enforce\"", "\"warn\""), "`enforcement` is not"),
        (with("\"enforce\"", "null"), "`enforcement` is not"),
        (with("\"expose_reason\":false,", ""), "`expose_reason` is not true or false"),
        (with("false", "\"false\""), "`expose_reason` is not true or false"),
        (with("\"keys\":[", "\"keys\":[7,"), "`a key` is not an object"),
        (with("\"keys\":[", "\"keys\":7,\"x\":["), "`keys` is not an array"),
        (with("\"id\":null", "\"id\":7"), "`id` is not a string or null"),
        (with("\"spki\":", "\"spki\":7,\"x\":"), "`spki` is not a string"),
        (with("[\"RSA-SHA256\"]", "\"RSA-SHA256\""), "`algorithms` is not an array"),
        (with("[\"RSA-SHA256\"]", "[7]"), "`algorithms` is not an array of strings"),
        (with("\"public_paths\":[]", "\"public_paths\":{}"), "`public_paths` is not an array"),
        (with("\"redirect_to\":null", "\"redirect_to\":[]"), "`redirect_to` is not a string"),
        (with("\"cors_origins\":[]", "\"cors_origins\":[null]"), "`cors_origins` is not an"),
        (String::new(), "malformed"),
        ("null".to_owned(), "`the settings` is not an object"),
        ("[]".to_owned(), "`the settings` is not an object"),
        (format!("{json}{json}"), "malformed"),
        ("[".repeat(100_000), "malformed"),
    ] {
        let message = Settings::from_json(&text).expect_err(&text).to_string();
        assert!(message.contains(words), "`{words}` is not in: {message}");
    }
    // What reads may still be refused by a validator.
    for (text, expected) in [
        (with("\"https\"", "\"gopher\""), SettingsRefused::Scheme("gopher".to_owned())),
        (with("RSA-SHA256", "none"), SettingsRefused::Algorithm("none".to_owned())),
    ] {
        let settings = Settings::from_json(&text).unwrap();
        assert_eq!(Validator::new(settings, AwsLc).err(), Some(expected));
    }
    for spki in ["\"spki\":\"*", "\"spki\":\"AAAA"] {
        let settings = Settings::from_json(&with("\"spki\":\"", spki)).unwrap();
        let refused = Validator::new(settings, AwsLc).err();
        assert!(matches!(refused, Some(SettingsRefused::Key { .. })), "{refused:?}");
    }
}
