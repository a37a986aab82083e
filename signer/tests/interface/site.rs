//! A site to test against: real keys, its own clock, and a store that can be made to fail.

use core::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use policy::{
    Admitted, Algorithm, CLAIMS_NAME, ClaimsKey, ClaimsNeed, ClaimsRules, ClaimsTrust, Denied,
    Deployment, Hash, JoseAlgorithm, Material, Request as EdgeRequest, ShortRsa, Thumbprint, Trust,
    TrustedKey, TrustedKeys, UnixTime, Url, verify,
};
use serde_json::{Value, json};
use signer::{
    Answer, Clock, EdgeClaims, FixedKeys, Grants, GrantsRefused, Identity, IdentityRefused,
    Interface, KeySpec, Outcome, PrivateKey, Request, SignPolicy, SigningKeys, SiteSecret, Store,
    UnreadClaim, Viewer,
};

use crate::doubles::{BusyKey, FailingStore, Native};

/// 2026-01-01T00:00:00Z
pub(crate) const NOW: i64 = 1_767_225_600;
pub(crate) const KEY_ID: &str = "K2JCJMDEHXQW5F";
pub(crate) const PAGE: &str = "https://www.example.com";

pub(crate) const GRANTS: &str = r#"
site = "https://media.example.com"
max_lifetime = "12h"
origins = ["https://www.example.com"]

[cookies]
domain = "media.example.com"

[[grant]]
name = "subscribers"
when = { "groups" = "subscribers" }
resources = ["https://media.example.com/standard/*", "https://media.example.com/u/{sub}/*"]
lifetime = "4h"
methods = ["GET", "HEAD"]

[[grant]]
name = "staff"
when = { "groups" = "staff", "paying" = "true" }
resources = ["https://media.example.com/staff/*"]
lifetime = "1h"
methods = ["HEAD", "GET"]

[[grant]]
name = "exports"
principals = ["arn:aws:sts::111122223333:assumed-role/backend"]
resources = ["https://media.example.com/exports/*"]
lifetime = "10m"
"#;

/// Keys are made once: that takes longer than the tests.
fn key_pems() -> &'static [String; 2] {
    static PEMS: OnceLock<[String; 2]> = OnceLock::new();
    PEMS.get_or_init(|| {
        [(); 2].map(|()| PrivateKey::generate(KeySpec::EcdsaP256).unwrap().1.to_string())
    })
}

fn private_key(at: usize) -> PrivateKey {
    PrivateKey::from_pem(&key_pems()[at], None, ShortRsa::Refuse).unwrap()
}

pub(crate) fn site_secret() -> SiteSecret {
    SiteSecret::new(b"a site secret for tests, 32 bytes+").unwrap()
}

pub(crate) struct Site {
    interface: Interface,
    pub(crate) store: Arc<FailingStore>,
    pub(crate) key: Arc<BusyKey>,
    now: Arc<AtomicI64>,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::granting(GRANTS)
    }

    pub(crate) fn granting(grants: &str) -> Self {
        let store = Arc::new(FailingStore::default());
        Self { store: store.clone(), ..Self::over(grants, store) }
    }

    /// With the revocations of this store; that of the site itself has no part.
    pub(crate) fn over(grants: &str, store: Arc<dyn Store>) -> Self {
        Self::at_edge(grants, EdgeClaims::Required, store).unwrap()
    }

    /// With an edge that does this about claims tokens.
    pub(crate) fn at_edge(
        grants: &str,
        claims: EdgeClaims,
        store: Arc<dyn Store>,
    ) -> Result<Self, GrantsRefused> {
        let key = Arc::new(BusyKey::new(private_key(0)));
        let policy_key: Arc<dyn SignPolicy> = key.clone();
        let keys = SigningKeys {
            policy_key,
            key_id: KEY_ID.to_owned(),
            hash: Hash::Sha256,
            claims_key: private_key(1).into(),
            claims_key_id: "claims-1".to_owned(),
            site_secret: site_secret(),
        };
        let now = Arc::new(AtomicI64::new(NOW));
        let clock: Clock = Arc::new({
            let now = Arc::clone(&now);
            move || time(now.load(Ordering::SeqCst))
        });
        let interface = Interface::new(
            Grants::from_toml(grants).unwrap(),
            claims,
            Arc::new(FixedKeys::new(keys)),
            store,
            clock,
        )?;
        Ok(Self { interface, store: Arc::default(), key, now })
    }

    pub(crate) fn with_longest_sign_in(self, days: u32) -> Self {
        Self { interface: self.interface.with_longest_sign_in(days * 24 * 3600), ..self }
    }

    pub(crate) fn sleep(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) async fn ask(&self, request: &Request) -> Answered {
        let answer = self.interface.answer(request).await;
        assert_eq!(answer.response.headers()["cache-control"], "no-store");
        assert_eq!(answer.response.headers()["vary"], "Origin");
        let Answer { response, outcome, unread } = answer;
        Answered { response, outcome, unread }
    }

    /// The edge's side: both keys, and claims required.
    pub(crate) fn trust(&self) -> Trust {
        let key = self.key.key.public_key();
        let algorithm = Algorithm::new(key.kind(), Hash::Sha256);
        let native = Box::new(Native(key.clone()));
        let trusted = TrustedKey::new(Some(KEY_ID), key, Thumbprint([0; 32]), &[algorithm], native);
        let claims_key = private_key(1);
        let claims_key = claims_key.public_key();
        let rules = ClaimsRules {
            need: ClaimsNeed::Required,
            keys: vec![
                ClaimsKey::public(
                    "claims-1",
                    JoseAlgorithm::Es256,
                    claims_key,
                    Thumbprint([1; 32]),
                    Box::new(Native(claims_key.clone())),
                )
                .unwrap(),
            ],
            max_lifetime: Some(12 * 3600),
            sha256: |bytes| digest(&SHA256, bytes).as_ref().try_into().unwrap(),
        };
        let keys = TrustedKeys::new(vec![trusted.unwrap()]).unwrap();
        Trust::new(Deployment::Standalone, keys, ClaimsTrust::Checked(rules)).unwrap()
    }

    /// Whether these cookies, as a browser sends them, open this URL.
    pub(crate) fn admits(
        &self,
        cookies: &str,
        url: &str,
        address: &str,
    ) -> Result<Admitted, Denied> {
        let cookies = [cookies];
        let address = Some(address.parse().unwrap());
        let get = EdgeRequest::get(Url::parse(url).unwrap());
        let request = EdgeRequest { cookies: &cookies, address, ..get };
        verify(&request, &self.trust(), None, time(self.now.load(Ordering::SeqCst))).result
    }
}

pub(crate) fn time(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds).unwrap()
}

pub(crate) struct Answered {
    pub(crate) response: Response<String>,
    pub(crate) outcome: Outcome,
    pub(crate) unread: Vec<UnreadClaim>,
}

impl Answered {
    /// For the log.
    pub(crate) fn into_answer(self) -> Answer {
        Answer { response: self.response, outcome: self.outcome, unread: self.unread }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.response.body()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let lines = self.response.headers().get_all("set-cookie");
        lines.into_iter().map(|line| line.to_str().unwrap().to_owned()).collect()
    }

    /// The `Cookie` header of a browser that stored what was set with this Path.
    pub(crate) fn jar(&self, path: &str) -> String {
        let path = format!("; Path={path};");
        let lines = self.set_cookies();
        let kept = lines.iter().filter(|line| line.contains(&path) && !line.contains("Max-Age=0"));
        kept.map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
    }

    /// Refused for this cause, and nothing of a pass in the answer.
    pub(crate) fn assert_refused(&self, status: u16, cause: &str) {
        assert_eq!(self.status().as_u16(), status, "{}", self.response.body());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:edgepass:problem:{cause}"));
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        assert!(self.set_cookies().iter().all(|line| line.contains("Max-Age=0")));
        assert!(!self.response.body().contains("Signature="));
        assert!(matches!(self.outcome, Outcome::Refused { .. }));
    }
}

/// The claims of a token, after its signature was checked.
pub(crate) fn claims(token: &str) -> Value {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let Material::P256 { point } = private_key(1).public_key().material().clone() else { panic!() };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let decoded = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let header = decoded(header);
    assert_eq!(header, json!({"alg": "ES256", "kid": "claims-1", "typ": "edgepass+jwt"}));
    decoded(claims)
}

/// The claims token of a jar.
pub(crate) fn token(jar: &str) -> &str {
    let name = format!("{CLAIMS_NAME}=");
    jar.split("; ").find_map(|cookie| cookie.strip_prefix(&name)).unwrap()
}

/// A subscriber who signed in an hour ago.
pub(crate) fn alice() -> Viewer {
    viewer(json!({
        "sub": "alice", "sid": "s-1", "groups": ["subscribers"],
        "auth_time": NOW - 3600, "exp": NOW + 3600,
    }))
    .unwrap()
}

pub(crate) fn viewer(context: Value) -> Result<Viewer, IdentityRefused> {
    let Value::Object(context) = context else { panic!("not an object") };
    Viewer::from_context(context)
}

/// A request of a page of the site.
pub(crate) fn request(method: Method, path: &str, viewer: Viewer, body: &str) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_static(PAGE));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    Request {
        method,
        path: path.to_owned(),
        query: String::new(),
        headers,
        body: body.as_bytes().to_vec(),
        address: Some("203.0.113.7".parse().unwrap()),
        identity: Ok(Identity::Viewer(viewer)),
    }
}

pub(crate) fn post_session(viewer: Viewer) -> Request {
    request(Method::POST, "/edgepass/session", viewer, "{}")
}

pub(crate) fn post_urls(viewer: Viewer, urls: &[&str]) -> Request {
    request(Method::POST, "/edgepass/urls", viewer, &json!({ "urls": urls }).to_string())
}

pub(crate) fn with(mut request: Request, name: &'static str, value: &'static str) -> Request {
    request.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    request
}
