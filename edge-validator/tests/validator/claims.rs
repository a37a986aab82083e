//! Claims tokens: their keys in `edge.toml`, what of them is forwarded, and how they are
//! remembered.

use aws_lc::{AwsLc, public_key_from_text, sha256};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge_validator::{
    Answer, ClaimsKeySettings, ClaimsSetting, Enforcement, Settings, SettingsRefused,
    SignatureMemory, Validator, ViewerRequest, answer_json, settings_from_toml,
};
use policy::{
    ClaimsNeed, ClaimsRules, ClaimsTrust, Code, Deployment, JoseAlgorithm, Request, Scheme,
    ShortRsa, Trust, TrustRefused, TrustedKey, TrustedKeys, Url, verify_remembering,
};

use crate::pass::{END, KEY_ID, NOW, Pass, at, corpus_key, get, settings, validator};
use crate::remembered::Watched;

const SECRET: &str = "a-secret-of-tests-longer-than-32-bytes";
const ID: &str = "claims-1";

/// Settings that need a token made with [`SECRET`].
fn with_claims() -> Settings {
    Settings {
        claims: ClaimsSetting::Required,
        claims_keys: vec![ClaimsKeySettings::secret(ID, SECRET.as_bytes())],
        ..settings()
    }
}

/// The same with a key whose verifications can be counted: that of [`by_p256`].
fn with_public_claims() -> Settings {
    let key = public_key_from_text(&corpus_key("p256-other.public.pem"), ShortRsa::Refuse).unwrap();
    let claims_keys = vec![ClaimsKeySettings::public(ID, JoseAlgorithm::Es256, &key)];
    Settings { claims_keys, ..with_claims() }
}

fn by_secret(signed: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
}

fn by_p256(signed: &str) -> Vec<u8> {
    let pem = corpus_key("p256-other.private.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(base64.as_bytes()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
    pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec()
}

/// A token for this pass, until then.
fn token_until(pass: &Pass, end: i64) -> String {
    token(pass, end, "HS256", by_secret)
}

fn token(pass: &Pass, end: i64, algorithm: &str, sign: fn(&str) -> Vec<u8>) -> String {
    let digest = URL_SAFE_NO_PAD.encode(sha256(&pass.text()));
    let claims = format!(
        r#"{{"sub":"u","jti":"s","iat":{},"exp":{end},"pol":"{digest}","res":["https://media.example.com/video/*"],"ctx":"tier=gold"}}"#,
        NOW - 60
    );
    let header = format!(r#"{{"alg":"{algorithm}","kid":"{ID}","typ":"edgepass+jwt"}}"#);
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.as_bytes()),
        URL_SAFE_NO_PAD.encode(claims.as_bytes())
    );
    let signature = sign(&signed);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The cookies of a pass with its token.
fn cookie(pass: &Pass) -> String {
    format!("{}; Edgepass-Claims={}", pass.cookie(), token_until(pass, END))
}

/// The context that is forwarded, if the request is.
fn context(settings: Settings, viewer: &ViewerRequest<'_>) -> Option<String> {
    let verdict = validator(settings).decide(viewer, at(NOW));
    let json = answer_json(&verdict);
    let Answer::Forward(forwarded) = verdict.answer else { panic!("{json}") };
    assert_eq!(json.contains(r#""context":"tier=gold""#), forwarded.context.is_some());
    assert_eq!(json.contains("context"), forwarded.context.is_some());
    assert_eq!((forwarded.query.as_str(), forwarded.cookie), ("", None));
    forwarded.context
}

#[test]
fn the_context_of_what_is_admitted_is_forwarded() {
    let pass = Pass::new();
    let cookie = cookie(&pass);
    let token = token_until(&pass, END);
    let viewer = ViewerRequest { cookies: &[&cookie], ..get() };
    let mode = |enforcement| Settings { enforcement, ..with_claims() };
    let gold = Some("tier=gold".to_owned());
    assert_eq!(context(with_claims(), &viewer), gold);
    assert_eq!(context(mode(Enforcement::Log), &viewer), gold);
    let optional = Settings { claims: ClaimsSetting::Optional, ..with_claims() };
    assert_eq!(context(optional.clone(), &viewer), gold);
    let native = Settings { deployment: Deployment::Native, ..with_claims() };
    assert_eq!(context(native.clone(), &viewer), gold);
    let alone = format!("Edgepass-Claims={token}");
    assert_eq!(context(native, &ViewerRequest { cookies: &[&alone], ..get() }), gold);

    // Not looked at, or not there.
    assert_eq!(context(mode(Enforcement::Off), &viewer), None);
    assert_eq!(context(settings(), &viewer), None);
    let bare = pass.cookie();
    assert_eq!(context(optional, &ViewerRequest { cookies: &[&bare], ..get() }), None);
    let public = Settings { public_paths: vec!["/video/*".to_owned()], ..with_claims() };
    assert_eq!(context(public, &viewer), None);
}

#[test]
fn only_behind_cloudfront_may_no_key_be_named() {
    let no_keys = Settings { keys: Vec::new(), ..with_claims() };
    let refused = Validator::new(no_keys.clone(), AwsLc).err();
    assert_eq!(refused, Some(SettingsRefused::Trust(TrustRefused::NoKey)));
    let native = Settings { deployment: Deployment::Native, ..no_keys };
    let pass = Pass::new();
    let alone = format!("Edgepass-Claims={}", token_until(&pass, END));
    let viewer = ViewerRequest { cookies: &[&alone], ..get() };
    assert_eq!(context(native.clone(), &viewer), Some("tier=gold".to_owned()));
    // A credential that is visible could not be checked.
    let cookie = cookie(&pass);
    let viewer = ViewerRequest { cookies: &[&cookie], ..get() };
    let checked = validator(native).check(&viewer, at(NOW));
    assert_eq!(checked.result.err().map(|denied| denied.code()), Some(Code::UnknownKey));
}

#[test]
fn what_is_only_logged_forwards_no_context() {
    let settings = Settings { enforcement: Enforcement::Log, ..with_claims() };
    let (pass, other) = (Pass::new(), Pass::until(END + 1, ""));
    let swapped = format!("{}; Edgepass-Claims={}", other.cookie(), token_until(&pass, END));
    let late = format!("{}; Edgepass-Claims={}", pass.cookie(), token_until(&pass, NOW));
    let good = cookie(&pass);
    let refused = [(&swapped, Code::ClaimsNotBound), (&late, Code::ClaimsExpired)];
    for (cookie, code) in refused {
        let viewer = ViewerRequest { cookies: &[cookie], ..get() };
        assert_eq!(context(settings.clone(), &viewer), None);
        let refusal = validator(settings.clone()).decide(&viewer, at(NOW)).refusal.unwrap();
        assert_eq!((refusal.denied.code(), refusal.enforced), (code, false));
    }
    let elsewhere = ViewerRequest { cookies: &[&good], path: "/audio/a.mp3", ..get() };
    assert_eq!(context(settings, &elsewhere), None);
}

#[test]
fn a_token_is_verified_once_and_evaluated_every_time() {
    let pass = Pass::until(END + 60, "");
    let public = |end| token(&pass, end, "ES256", by_p256);
    // ECDSA makes another signature every time.
    let own = public(END);
    let cookie = format!("{}; Edgepass-Claims={own}", pass.cookie());
    let watched = Watched::with(with_public_claims());
    let viewer = ViewerRequest { cookies: &[&cookie], ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (None, 2));
    assert_eq!(watched.decide(&viewer, NOW), (None, 0));
    assert_eq!(watched.decide(&viewer, END), (Some(Code::ClaimsExpired), 0));
    assert_eq!(watched.decide(&viewer, NOW - 121), (Some(Code::ClaimsNotYetValid), 0));
    assert_eq!(watched.decide(&viewer, END - 1), (None, 0));

    // Remembered, and still bound to its own policy; the other pass is new.
    let other = Pass::until(END + 61, "");
    let swapped = format!("{}; Edgepass-Claims={own}", other.cookie());
    let viewer = ViewerRequest { cookies: &[&swapped], ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (Some(Code::ClaimsNotBound), 1));

    // The signature of one token proves no other.
    let longer = public(END + 1);
    let signature = own.rsplit_once('.').unwrap().1;
    let spliced = format!("{}.{signature}", longer.rsplit_once('.').unwrap().0);
    let line = format!("{}; Edgepass-Claims={spliced}", pass.cookie());
    let viewer = ViewerRequest { cookies: &[&line], ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (Some(Code::ClaimsSignatureInvalid), 1));

    // Any other signature is asked for, and its failure not remembered.
    let (start, signature) = cookie.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("{start}.{first}{}", signature.get(1..).unwrap());
    let viewer = ViewerRequest { cookies: &[&changed], ..get() };
    for _ in 0..2 {
        assert_eq!(watched.decide(&viewer, NOW), (Some(Code::ClaimsSignatureInvalid), 1));
    }
}

#[test]
fn the_longest_lifetime_is_the_setting() {
    let pass = Pass::new();
    let cookie = cookie(&pass);
    let viewer = ViewerRequest { cookies: &[&cookie], ..get() };
    for (max_lifetime, code) in
        [(None, None), (Some(3660), None), (Some(3659), Some(Code::ClaimsMalformed))]
    {
        let verdict =
            validator(Settings { max_lifetime, ..with_claims() }).decide(&viewer, at(NOW));
        assert_eq!(verdict.refusal.map(|refusal| refusal.denied.code()), code);
    }
}

#[test]
fn short_rsa_keys_are_not_trusted() {
    let key = public_key_from_text(SHORT_RSA, ShortRsa::DangerAllow).unwrap();
    let claims_keys = vec![ClaimsKeySettings::public(ID, JoseAlgorithm::Rs256, &key)];
    let refused = Validator::new(Settings { claims_keys, ..with_claims() }, AwsLc).err();
    let message = refused.unwrap().to_string();
    assert!(message.starts_with("key `claims-1`: ") && message.contains("1024"), "{message}");
}

/// Of 1024 bits.
const SHORT_RSA: &str = "\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDLl4mEwR+yXRnrqskq10YCVagM
5HB95N3JnpW87Z1hhCrZDyB4iHwYpixFTLj2FB2hWMl+3WKoQ5UAuW5QpuAFdJwp
kyFqHeqZwt7rIyNC4mq4jr3QvnWcBOxCYhZys3b2pCj9TM4fGt4w7EX2O7g5TXkt
JNwmBF368eCZuQ6ZUQIDAQAB
-----END PUBLIC KEY-----
";

/// One memory under changing trust, as when a claims key is taken out of the configuration.
#[test]
fn a_remembered_token_does_not_outlive_trust() {
    let memory = SignatureMemory::default();
    let pass = Pass::new();
    let cookie = cookie(&pass);
    let decide = |key: ClaimsKeySettings| {
        let url = Url::from_parts(Scheme::Https, "media.example.com", "/video/a", None).unwrap();
        let request = Request { cookies: &[&cookie], ..Request::get(url) };
        let [settings] = settings().keys.try_into().unwrap();
        let public = settings.public_key().unwrap();
        let native = Box::new(aws_lc::AwsLcKey::new(&public).unwrap());
        let thumbprint = aws_lc::thumbprint(&public);
        let allowed = settings.allowed().unwrap();
        let trusted = TrustedKey::new(Some(KEY_ID), &public, thumbprint, &allowed, native);
        let rules = ClaimsRules {
            need: ClaimsNeed::Required,
            keys: vec![key.ready(&AwsLc).unwrap()],
            max_lifetime: None,
            sha256,
        };
        let keys = TrustedKeys::new(vec![trusted.unwrap()]).unwrap();
        let trust = Trust::new(Deployment::Standalone, keys, ClaimsTrust::Checked(rules)).unwrap();
        verify_remembering(&request, &trust, None, &memory, at(NOW))
            .result
            .err()
            .map(|denied| denied.code())
    };
    let secret = |id, secret: &str| ClaimsKeySettings::secret(id, secret.as_bytes());
    assert_eq!(decide(secret(ID, SECRET)), None);
    assert_eq!(decide(secret("claims-2", SECRET)), Some(Code::ClaimsSignatureInvalid));
    let other = "another secret of tests, longer than 32 bytes";
    assert_eq!(decide(secret(ID, other)), Some(Code::ClaimsSignatureInvalid));
    assert_eq!(decide(secret(ID, SECRET)), None);
    // What is remembered is a pass and a token.
    let shown = format!("{memory:?}");
    assert_eq!(shown, "SignatureMemory { .. }");
}

#[test]
fn secrets_are_not_shown() {
    let settings = with_claims();
    let bytes = format!("{:?}", SECRET.as_bytes());
    for shown in [format!("{settings:?}"), format!("{settings:#?}")] {
        assert!(shown.contains("ClaimsKeySettings(claims-1, HS256)"), "{shown}");
        assert!(!shown.contains(SECRET) && !shown.contains(&bytes), "{shown}");
        let inside = bytes.trim_matches(['[', ']']);
        assert!(!shown.contains(inside), "{shown}");
    }
    let json = settings.to_json();
    assert_eq!(Settings::from_json(&json), Ok(settings));
    for id in ["", "a b", "-----BEGIN PUBLIC KEY-----"] {
        let settings = Settings {
            claims_keys: vec![ClaimsKeySettings::secret(id, SECRET.as_bytes())],
            ..with_claims()
        };
        let refused = Validator::new(settings, AwsLc).err().unwrap().to_string();
        assert!(!refused.contains(SECRET), "{refused}");
    }
}

const SMALLEST: &str = r#"
[[key]]
pem_file = "rsa.public.pem"
algorithms = ["RSA-SHA256"]
"#;

fn file(name: &str) -> Result<Vec<u8>, String> {
    match name {
        "missing" => Err("there is no such file".to_owned()),
        "short" => Ok([b" \n", &SECRET.as_bytes()[..31], b"\r\n"].concat()),
        "shortest" => Ok([&SECRET.as_bytes()[..32], b"\n"].concat()),
        "wrapped.pem" => Ok(format!("Bag Attributes\n{}", corpus_key("p256.public.pem")).into()),
        "bare.base64" => {
            let pem = corpus_key("p256-other.public.pem");
            Ok(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>().into())
        }
        "public.der" => {
            let pem = corpus_key("p256-other.public.pem");
            let key = public_key_from_text(&pem, ShortRsa::Refuse).unwrap();
            Ok(key.spki_der().to_vec())
        }
        name => Ok(corpus_key(name).into_bytes()),
    }
}

/// As `bundle` reads it: the settings must also make a validator.
fn read(text: &str) -> Result<Settings, String> {
    let settings = settings_from_toml(text, file).map_err(|refused| refused.to_string())?;
    Validator::new(settings.clone(), AwsLc).map_err(|refused| refused.to_string())?;
    Ok(settings)
}

#[test]
fn claims_in_edge_toml() {
    let text = format!(
        r#"
        mode = "native"
        claims = "optional"
        max_lifetime_seconds = 43200
        {SMALLEST}
        [[claims_key]]
        id = "es"
        algorithm = "ES256"
        pem_file = "p256-other.public.pem"
        [[claims_key]]
        id = "rs"
        algorithm = "RS256"
        pem_file = "rsa-other.public.pem"
        [[claims_key]]
        id = "hs"
        algorithm = "HS256"
        secret_file = "shortest"
        "#
    );
    let key = |file| public_key_from_text(&corpus_key(file), ShortRsa::Refuse).unwrap();
    let settings = read(&text).unwrap();
    assert_eq!(settings.deployment, Deployment::Native);
    assert_eq!(settings.claims, ClaimsSetting::Optional);
    assert_eq!(settings.max_lifetime, Some(43200));
    let keys = [
        ClaimsKeySettings::public("es", JoseAlgorithm::Es256, &key("p256-other.public.pem")),
        ClaimsKeySettings::public("rs", JoseAlgorithm::Rs256, &key("rsa-other.public.pem")),
        ClaimsKeySettings::secret("hs", &SECRET.as_bytes()[..32]),
    ];
    assert_eq!(settings.claims_keys, keys);
    assert_eq!(Settings::from_json(&settings.to_json()), Ok(settings));

    // The default is the strict one.
    let text = text.replace("claims = \"optional\"", "").replace("mode = \"native\"", "");
    let settings = read(&text).unwrap();
    assert_eq!(settings.claims, ClaimsSetting::Required);
    assert_eq!(settings.deployment, Deployment::Standalone);
}

#[test]
fn what_is_wrong_with_claims_keys_is_said() {
    let key = |lines: &str| format!("{SMALLEST}[[claims_key]]\nid = \"c\"\n{lines}\n");
    let es = "algorithm = \"ES256\"\npem_file = \"p256.public.pem\"";
    let hs = |file: &str| key(&format!("algorithm = \"HS256\"\nsecret_file = \"{file}\""));
    for (text, words) in [
        (SMALLEST.to_owned(), "no key is trusted for them; name a claims key, or turn claims off"),
        (key("algorithm = \"ES256\""), "`c` is for ES256, which takes a `pem_file`"),
        (key("algorithm = \"HS256\""), "`c` is for HS256, which takes a `secret_file`"),
        (
            key("algorithm = \"HS256\"\npem_file = \"p256.public.pem\""),
            "which takes a `secret_file` and no `pem_file`",
        ),
        (
            key("algorithm = \"RS256\"\nsecret_file = \"shortest\""),
            "which takes a `pem_file` and no `secret_file`",
        ),
        (key(&format!("{es}\nsecret_file = \"shortest\"")), "and no `secret_file`"),
        (key("algorithm = \"none\""), "`algorithm` of a claims key is `none`: use one of ES256"),
        (key("algorithm = \"es256\""), "is `es256`"),
        (key("pem_file = \"p256.public.pem\""), "missing field `algorithm`"),
        (key(&format!("{es}\nalgorithms = []")), "unknown field `algorithms`"),
        (key(es).replace("id = \"c\"\n", ""), "missing field `id`"),
        (key(es).replace("id = \"c\"", "id = \"c 1\""), "a key id has up to 64"),
        (key(&es.replace("ES256", "RS256")), "RS256 cannot be made with the key, which is"),
        (key(&es.replace("p256.public.pem", "missing")), "`pem_file` `missing`: there is no such"),
        (key(&es.replace("public", "private")), "a private key, which does not belong here"),
        (key(&es.replace("ES256", "RS256").replace("p256", "rsa")), "is a CloudFront key too"),
        (format!("{}[[claims_key]]\nid = \"c\"\n{es}", key(es)), "two claims keys have the id `c`"),
        (hs("missing"), "`secret_file` `missing`: there is no such file"),
        (hs("short"), "the claims key `c`: the secret of HS256 has 31 bytes; at least 32"),
        (hs("p256.public.pem"), "the claims key `c`: a key of another kind stands"),
        (hs("p256.private.pem"), "a key of another kind stands"),
        (hs("wrapped.pem"), "a key of another kind stands"),
        (hs("public.der"), "a key of another kind stands"),
        (hs("bare.base64"), "a key of another kind stands"),
        (format!("max_lifetime_seconds = -1{}", key(es)), "max_lifetime_seconds = -1"),
        (format!("max_lifetime_seconds = \"1h\"{}", key(es)), "max_lifetime_seconds = \"1h\""),
        (format!("mode = \"Native\"{}", key(es)), "mode = \"Native\""),
        (format!("claims = \"none\"{}", key(es)), "claims = \"none\""),
    ] {
        let message = read(&text).expect_err(words);
        assert!(message.contains(words), "`{words}` is not in: {message}");
        assert!(!message.contains(SECRET.get(..20).unwrap()), "{message}");
    }
}

#[test]
fn baked_claims_keys_are_read_as_strictly() {
    let json = with_claims().to_json();
    let with = |from: &str, to: &str| {
        assert!(json.contains(from), "{json}");
        Settings::from_json(&json.replacen(from, to, 1)).expect_err(to).to_string()
    };
    for (from, to, words) in [
        ("{\"id\":\"claims-1\"", "{\"x\":1,\"id\":\"claims-1\"", "`x` is an unknown member"),
        ("{\"id\":\"claims-1\"", "7,{\"id\":\"claims-1\"", "`a claims key` is not an object"),
        ("\"HS256\"", "\"none\"", "is `none`"),
        ("\"key\":\"", "\"key\":\"*", "`key` is not base64"),
        ("\"claims_keys\":[", "\"claims_keys\":7,\"x\":[", "`claims_keys` is not an array"),
        ("\"max_lifetime\":null", "\"max_lifetime\":-1", "`max_lifetime` is not"),
        ("\"max_lifetime\":null", "\"max_lifetime\":4294967296", "`max_lifetime` is not"),
        ("\"standalone\"", "\"both\"", "`mode` is not `standalone` or `native`"),
        ("\"claims\":\"required\"", "\"claims\":\"on\"", "`claims` is not `required`"),
    ] {
        let message = with(from, to);
        assert!(message.contains(words), "`{words}` is not in: {message}");
    }
}
