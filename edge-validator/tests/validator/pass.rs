//! Passes signed with `openssl` by the throwaway keys of the corpus: the validator and the signer
//! know nothing of each other, in tests either.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use aws_lc::{AwsLc, public_key_from_text};
use edge_validator::{ClaimsSetting, Enforcement, KeySettings, Settings, Validator, ViewerRequest};
use policy::{Algorithm, Deployment, ShortRsa, UnixTime, to_cloudfront_base64};

/// The clock of tests that do not set their own: 2026-01-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_767_225_600;
/// When passes end that do not say otherwise.
pub(crate) const END: i64 = NOW + 3600;
/// The Key-Pair-Id of the trusted key.
pub(crate) const KEY_ID: &str = "K1RSAEXAMPLE";

/// A point in time.
pub(crate) fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds).unwrap()
}

/// The text of a key in the corpus, such as `rsa.public.pem`.
pub(crate) fn corpus_key(file: &str) -> String {
    fs::read_to_string(corpus_keys().join(file)).unwrap()
}

fn corpus_keys() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/keys")
}

/// A key of the corpus, trusted so.
pub(crate) fn trusted(id: Option<&str>, file: &str, algorithms: &[Algorithm]) -> KeySettings {
    let key = public_key_from_text(&corpus_key(file), ShortRsa::Refuse).unwrap();
    KeySettings::new(id.map(str::to_owned), &key, algorithms)
}

/// Settings that trust [`KEY_ID`] with RSA-SHA256, and nothing else.
pub(crate) fn settings() -> Settings {
    Settings {
        deployment: Deployment::Standalone,
        claims: ClaimsSetting::Off,
        claims_keys: Vec::new(),
        max_lifetime: None,
        scheme: "https".to_owned(),
        enforcement: Enforcement::Enforce,
        expose_reason: false,
        keys: vec![trusted(Some(KEY_ID), "rsa.public.pem", &[Algorithm::RsaSha256])],
        revocation: None,
        key_value_store: None,
        public_paths: vec![],
        redirect_to: None,
        cors_origins: vec![],
    }
}

/// A validator with native crypto.
pub(crate) fn validator(settings: Settings) -> Validator {
    Validator::new(settings, AwsLc).unwrap()
}

/// A GET of a protected file, without a pass.
pub(crate) fn get<'e>() -> ViewerRequest<'e> {
    ViewerRequest {
        method: "GET",
        path: "/video/a.mp4",
        host: "media.example.com",
        address: "203.0.113.7",
        ..ViewerRequest::default()
    }
}

/// The values of a credential, signed by [`KEY_ID`] with SHA-256.
pub(crate) struct Pass {
    policy: String,
    signature: String,
}

impl Pass {
    /// For `/video/*`, until [`END`].
    pub(crate) fn new() -> Self {
        Self::until(END, "")
    }

    /// For `/video/*`, until then, and with these further conditions, each after a comma.
    pub(crate) fn until(end: i64, conditions: &str) -> Self {
        let policy = format!(
            r#"{{"Statement":[{{"Resource":"https://media.example.com/video/*","Condition":{{"DateLessThan":{{"AWS:EpochTime":{end}}}{conditions}}}}}]}}"#
        );
        let signature = to_cloudfront_base64(&openssl_signature(policy.as_bytes()));
        Self { policy: to_cloudfront_base64(policy.as_bytes()), signature }
    }

    /// As the value of a `Cookie` header.
    pub(crate) fn cookie(&self) -> String {
        self.parameters().map(|(name, value)| format!("CloudFront-{name}={value}")).join("; ")
    }

    /// As a query.
    pub(crate) fn query(&self) -> String {
        self.parameters().map(|(name, value)| format!("{name}={value}")).join("&")
    }

    /// The text that is signed.
    pub(crate) fn text(&self) -> Vec<u8> {
        policy::from_cloudfront_base64(&self.policy).unwrap()
    }

    fn parameters(&self) -> [(&str, &str); 4] {
        [
            ("Policy", &self.policy),
            ("Signature", &self.signature),
            ("Key-Pair-Id", KEY_ID),
            ("Hash-Algorithm", "SHA256"),
        ]
    }
}

fn openssl_signature(message: &[u8]) -> Vec<u8> {
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-sign"])
        .arg(corpus_keys().join("rsa.private.pem"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program `openssl` must be installed");
    openssl.stdin.take().unwrap().write_all(message).unwrap();
    let output = openssl.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}
