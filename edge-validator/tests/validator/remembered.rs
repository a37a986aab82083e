//! The memory of verified signatures: what it saves, and everything that it must not save.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use aws_lc::{AwsLc, thumbprint};
use edge_validator::{KeySettings, Settings, SignatureMemory, Validator, ViewerRequest};
use policy::{
    Algorithm, Backend, BoxedKey, Code, InvalidSignature, KeyRefused, PublicKey, Request, Scheme,
    Trust, TrustedKey, TrustedKeys, Url, VerifySignature, verify_remembering,
};

use crate::pass::{END, KEY_ID, NOW, Pass, at, get, settings, trusted};

/// A key that counts how often it is asked.
struct Counted {
    key: BoxedKey,
    asked: Arc<AtomicUsize>,
}

impl VerifySignature for Counted {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.key.verify(algorithm, message, signature)
    }
}

/// The native crypto, counted.
struct Counting(Arc<AtomicUsize>);

impl Backend for Counting {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        Ok(Box::new(Counted { key: AwsLc.key(key)?, asked: Arc::clone(&self.0) }))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        AwsLc.sha256()
    }
}

/// A validator whose signature verifications are counted.
pub(crate) struct Watched {
    validator: Validator,
    asked: Arc<AtomicUsize>,
}

impl Watched {
    fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let validator = Validator::new(settings, Counting(Arc::clone(&asked)));
        Self { validator: validator.unwrap(), asked }
    }

    /// Why the request is refused, and how many signatures were verified for it.
    pub(crate) fn decide(&self, viewer: &ViewerRequest<'_>, now: i64) -> (Option<Code>, usize) {
        let before = self.asked.load(Ordering::Relaxed);
        let verdict = self.validator.decide(viewer, at(now));
        let asked = self.asked.load(Ordering::Relaxed) - before;
        (verdict.refusal.map(|refusal| refusal.denied.code()), asked)
    }
}

#[test]
fn a_signature_is_verified_once() {
    let watched = Watched::new();
    let pass = Pass::new();
    let (cookie, query) = (pass.cookie(), pass.query());
    let cookies = [cookie.as_str()];
    let viewer = ViewerRequest { cookies: &cookies, ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (None, 1));
    for path in ["/video/a.mp4", "/video/b.mp4", "/video/c/d.ts"] {
        assert_eq!(watched.decide(&ViewerRequest { path, ..viewer }, NOW), (None, 0), "{path}");
    }
    // The same signature over the same text, carried otherwise.
    let viewer = ViewerRequest { query: &query, ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (None, 0));
}

#[test]
fn conditions_are_evaluated_every_time() {
    let watched = Watched::new();
    let conditions = format!(
        r#","DateGreaterThan":{{"AWS:EpochTime":{}}},"IpAddress":{{"AWS:SourceIp":"203.0.113.7/32"}}"#,
        NOW - 60
    );
    let cookie = Pass::until(END, &conditions).cookie();
    let cookies = [cookie.as_str()];
    let viewer = ViewerRequest { cookies: &cookies, ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (None, 1));
    assert_eq!(watched.decide(&viewer, END), (Some(Code::Expired), 0));
    assert_eq!(watched.decide(&viewer, NOW - 60), (Some(Code::NotYetValid), 0));
    let elsewhere = ViewerRequest { path: "/audio/a.mp3", ..viewer };
    assert_eq!(watched.decide(&elsewhere, NOW), (Some(Code::ResourceMismatch), 0));
    let other_host = ViewerRequest { host: "other.example.com", ..viewer };
    assert_eq!(watched.decide(&other_host, NOW), (Some(Code::ResourceMismatch), 0));
    let stranger = ViewerRequest { address: "203.0.113.8", ..viewer };
    assert_eq!(watched.decide(&stranger, NOW), (Some(Code::AddressMismatch), 0));
    assert_eq!(watched.decide(&viewer, END - 1), (None, 0));
}

#[test]
fn a_pass_first_seen_expired_is_remembered_as_signed_and_stays_expired() {
    let watched = Watched::new();
    let cookie = Pass::until(NOW, "").cookie();
    let cookies = [cookie.as_str()];
    let viewer = ViewerRequest { cookies: &cookies, ..get() };
    assert_eq!(watched.decide(&viewer, NOW), (Some(Code::Expired), 1));
    assert_eq!(watched.decide(&viewer, NOW), (Some(Code::Expired), 0));
}

#[test]
fn a_changed_byte_misses_and_failures_are_not_remembered() {
    let watched = Watched::new();
    let query = Pass::new().query();
    assert_eq!(watched.decide(&ViewerRequest { query: &query, ..get() }, NOW), (None, 1));
    let (policy, rest) = query.split_once('&').unwrap();
    let (signature, rest) = rest.split_once('&').unwrap();
    let exchanged = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    for at in ["Signature=".len(), "Signature=".len() + 200] {
        let altered = format!("{policy}&{}&{rest}", exchanged(signature, at));
        for _ in 0..2 {
            let verdict = watched.decide(&ViewerRequest { query: &altered, ..get() }, NOW);
            assert_eq!(verdict, (Some(Code::SignatureInvalid), 1), "signature, {at}");
        }
    }
    for at in ["Policy=".len() + 20, policy.len() - 10] {
        let altered = format!("{}&{signature}&{rest}", exchanged(policy, at));
        for _ in 0..2 {
            let verdict = watched.decide(&ViewerRequest { query: &altered, ..get() }, NOW);
            assert_eq!(verdict, (Some(Code::SignatureInvalid), 1), "policy, {at}");
        }
    }
    assert_eq!(watched.decide(&ViewerRequest { query: &query, ..get() }, NOW), (None, 0));
}

#[test]
fn the_signature_of_one_pass_proves_no_other() {
    let watched = Watched::new();
    let (short, long) = (Pass::until(END, "").query(), Pass::until(END + 9000, "").query());
    assert_eq!(watched.decide(&ViewerRequest { query: &short, ..get() }, NOW), (None, 1));
    let (_, signed) = short.split_once('&').unwrap();
    let (policy, _) = long.split_once('&').unwrap();
    let spliced = format!("{policy}&{signed}");
    let verdict = watched.decide(&ViewerRequest { query: &spliced, ..get() }, NOW);
    assert_eq!(verdict, (Some(Code::SignatureInvalid), 1));
}

/// One memory under changing trust, as when a key is taken out of the configuration.
#[test]
fn a_proof_does_not_outlive_trust() {
    let memory = SignatureMemory::default();
    let query = Pass::new().query();
    let decide = |keys: &[KeySettings]| {
        let url = Url::from_parts(Scheme::Https, "media.example.com", "/video/a", Some(&query));
        let request = Request::get(url.unwrap());
        let trust = TrustedKeys::new(keys.iter().map(trusted_key).collect()).unwrap();
        let trust = Trust::in_credentials(trust);
        verify_remembering(&request, &trust, None, &memory, at(NOW))
            .result
            .err()
            .map(|denied| denied.code())
    };
    let key = |id, file| trusted(Some(id), file, &[Algorithm::RsaSha256]);
    let usual = key(KEY_ID, "rsa.public.pem");

    assert_eq!(decide(core::slice::from_ref(&usual)), None);
    assert_eq!(decide(&[key("KOTHER", "rsa.public.pem")]), Some(Code::UnknownKey));
    assert_eq!(decide(&[key(KEY_ID, "rsa-other.public.pem")]), Some(Code::SignatureInvalid));
    let sha1 = trusted(Some(KEY_ID), "rsa.public.pem", &[Algorithm::RsaSha1]);
    assert_eq!(decide(&[sha1]), Some(Code::AlgorithmNotAllowed));
    assert_eq!(decide(&[trusted(None, "rsa.public.pem", &[Algorithm::RsaSha256])]), None);
    assert_eq!(decide(&[usual]), None);
}

fn trusted_key(settings: &KeySettings) -> TrustedKey {
    let public_key = settings.public_key().unwrap();
    let (thumbprint, key) = (thumbprint(&public_key), AwsLc.key(&public_key).unwrap());
    let allowed = settings.allowed().unwrap();
    TrustedKey::new(settings.id.as_deref(), &public_key, thumbprint, &allowed, key).unwrap()
}
