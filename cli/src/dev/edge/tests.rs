#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test should stop here")]

mod lambda;
mod revocation;

use core::net::Ipv4Addr;
use core::sync::atomic::{AtomicI64, Ordering};
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc::sha256;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Uri};
use policy::{CLAIMS_NAME, Claims, Grant, Hash, Signed, Target, UnixTime};
use signer::{
    Clock, FileStore, FolderDestination, Lifetime, NamedTokenKey, PrivateKey, Store, TokenKey,
};

use super::*;
use crate::dev::native::Native;
use crate::dev::publishing::Publishing;
use crate::dev::rules::settings;
use crate::dev::state::{CLAIMS_KEY_ID, KEY_ID, Keys, StateFolder};
use crate::dev::validator::Validator;

const START: i64 = 1_800_000_000;

/// An edge with a private echo at `/private/*`, whose clock and keys are ours.
struct Fixture {
    edge: Edge,
    key: PrivateKey,
    claims_key: NamedTokenKey<TokenKey>,
    now: Arc<AtomicI64>,
    /// Of its passes.
    issued: i64,
    store: Arc<dyn Store>,
    publishing: Publishing,
    _folder: Folder,
}

impl Fixture {
    async fn new() -> Self {
        let folder = Folder::new();
        let state = StateFolder::open(&folder.0).unwrap();
        let now = Arc::new(AtomicI64::new(START));
        let time = Arc::clone(&now);
        let clock: Clock =
            Arc::new(move || UnixTime::from_seconds(time.load(Ordering::SeqCst)).unwrap());
        let check = native(&state, Arc::clone(&clock));
        Self::with(state, folder, echoes(check), now, clock).await
    }

    async fn with(
        state: StateFolder,
        folder: Folder,
        edge: Edge,
        now: Arc<AtomicI64>,
        clock: Clock,
    ) -> Self {
        let store: Arc<dyn Store> = Arc::new(FileStore::new(state.revocations()));
        let published = FolderDestination::new(state.published());
        let StateFolder { keys, state_key, mandate, .. } = state;
        let Keys { policy_key: key, claims_key, .. } = keys;
        let claims_key = NamedTokenKey { id: CLAIMS_KEY_ID.to_owned(), key: claims_key.into() };
        let issued = clock().as_seconds();
        let publishing = Publishing::new(
            mandate,
            state_key,
            max_lifetime(),
            Arc::clone(&store),
            published,
            clock,
        );
        let publishing = publishing.unwrap();
        publishing.publish().await.unwrap();
        Self { edge, key, claims_key, now, issued, store, publishing, _folder: folder }
    }

    /// For five minutes.
    fn pass(&self, target: Target) -> Signed {
        let expires = UnixTime::from_seconds(self.issued + 300).unwrap();
        let times = format!(r#""iat":{},"exp":{expires}"#, self.issued);
        let claims = format!(r#"{{"sub":"s","jti":"j",{times}}}"#);
        let claims = Claims::read(claims.as_bytes()).unwrap();
        let grant = Grant { target, expires, starts: None, network: None };
        let unsigned =
            grant.unsigned_with_claims(claims, &self.claims_key, sha256, KEY_ID, Hash::Sha256);
        unsigned.unwrap().sign(&self.key).unwrap()
    }

    fn cookies(&self) -> String {
        let pattern = "http://127.0.0.1:8787/private/*".parse().unwrap();
        let cookies = self.pass(Target::Cookies(pattern)).cookies().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}; ")).collect()
    }

    fn time(&self) -> UnixTime {
        UnixTime::from_seconds(self.now.load(Ordering::SeqCst)).unwrap()
    }

    fn set_clock(&self, now: i64) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// Status, reason and body of the answer.
    async fn answer(&self, target: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
        let mut request = Request::builder().uri(target);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "127.0.0.1:8787");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer_to(request.body(Body::empty()).unwrap()).await
    }

    async fn answer_to(&self, request: Request) -> (u16, String, String) {
        let response = self.edge.answer(request, Ipv4Addr::LOCALHOST.into()).await;
        let status = response.status().as_u16();
        let reason = response.headers().get("x-edgepass-reason");
        let reason = reason.map_or("", |value| value.to_str().unwrap()).to_owned();
        let body = to_bytes(response.into_body(), 65_536).await.unwrap();
        (status, reason, String::from_utf8(body.to_vec()).unwrap())
    }
}

/// Removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicI64 = AtomicI64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("edgepass-edge-{}-{count}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The check by the files of this state, whatever the URL of the settings.
fn native(state: &StateFolder, clock: Clock) -> Check {
    let root = &state.mandate.mandate.root;
    let url = "http://127.0.0.1:8787/edgepass/state/head".to_owned();
    let settings = settings(&state.keys, root, url, max_lifetime());
    let validator = Validator::new(settings, state.published().join("head"), clock).unwrap();
    Check::Native(Native::new(Arc::new(validator)))
}

fn echoes(check: Check) -> Edge {
    let behaviours = vec![Behaviour::signed("/private/*", echo("private"))];
    Edge::new(behaviours, echo("rest"), check, hosts(8787))
}

fn max_lifetime() -> Lifetime {
    "12h".parse().unwrap()
}

/// Answers with what it got: its name, the target, the cookies, the names of headers that begin
/// with an `x`, the referer, and the body.
fn echo(name: &'static str) -> Router {
    Router::new().fallback(async move |target: Uri, headers: HeaderMap, body: String| {
        let text = |header: &str| {
            let values = headers.get_all(header).into_iter();
            values
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect::<Vec<_>>()
                .join("|")
        };
        let (cookies, referer) = (text("cookie"), text("referer"));
        let names: Vec<&str> =
            headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with('x')).collect();
        format!("{name} {target} [{cookies}] [{}]{referer}{body}", names.join(" "))
    })
}

#[tokio::test]
async fn the_first_behaviour_that_covers_the_path_holds() {
    let fixture = Fixture::new().await;
    for (target, status, body) in [
        ("/", 200, "rest / [] []"),
        ("/private", 200, "rest /private [] []"),
        ("/PRIVATE/x", 200, "rest /PRIVATE/x [] []"),
        ("/a%20b?x=//", 200, "rest /a%20b?x=// [] []"),
    ] {
        assert_eq!(fixture.answer(target, &[]).await, (status, String::new(), body.to_owned()));
    }
    let (status, reason, body) = fixture.answer("/private/x", &[]).await;
    assert_eq!((status, reason.as_str()), (403, "credential-missing"));
    assert_eq!(
        body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>MissingKey</Code>\
         <Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"
    );
}

#[tokio::test]
async fn a_pass_holds_until_the_second_of_its_expiry() {
    let fixture = Fixture::new().await;
    let cookies = fixture.cookies();
    for (now, status) in [(START, 200), (START + 299, 200), (START + 300, 403)] {
        fixture.set_clock(now);
        fixture.publishing.publish().await.unwrap();
        let answer = fixture.answer("/private/x", &[("cookie", &cookies)]).await;
        assert_eq!(answer.0, status, "{answer:?}");
    }
}

#[tokio::test]
async fn nobody_is_let_in_without_the_claims_that_belong_to_the_policy() {
    let fixture = Fixture::new().await;
    let cookies = fixture.cookies();
    let (cloudfront, token) = cookies.split_at(cookies.find(CLAIMS_NAME).unwrap());
    let other = Fixture::new().await.cookies();
    let (_, forged) = other.split_at(other.find(CLAIMS_NAME).unwrap());
    for (cookies, reason) in [
        (cloudfront.to_owned(), "claims-missing"),
        (format!("{cloudfront}{CLAIMS_NAME}=x"), "claims-malformed"),
        (format!("{cloudfront}{token}{token}"), "claims-malformed"),
        (format!("{cloudfront}{forged}"), "claims-signature-invalid"),
        (format!("{cloudfront}{token}"), ""),
    ] {
        let (_, found, _) = fixture.answer("/private/x", &[("cookie", &cookies)]).await;
        assert_eq!(found, reason);
    }
}

#[tokio::test]
async fn the_origin_sees_no_pass() {
    let fixture = Fixture::new().await;
    let cookies = fixture.cookies();
    let headers = [
        ("cookie", "theme=dark"),
        ("cookie", &format!("{cookies}lang=en")),
        ("X-Edgepass-Reason", "forged"),
    ];
    let (_, _, body) = fixture.answer("/private/x?a=1", &headers).await;
    assert_eq!(body, "private /private/x?a=1 [theme=dark; lang=en] []");

    let url = "http://127.0.0.1:8787/private/x?a=1".parse().unwrap();
    let url = fixture.pass(Target::Url(url, None)).url().unwrap();
    let (_, _, body) =
        fixture.answer(url.strip_prefix("http://127.0.0.1:8787").unwrap(), &[]).await;
    assert_eq!(body, "private /private/x?a=1 [] []");

    // Where nothing is checked a pass is as little the origin's business.
    let (_, _, body) = fixture.answer("/?Signature=x&a=1", &[("cookie", &cookies)]).await;
    assert_eq!(body, "rest /?a=1 [] []");
}

/// `tests/vectors/forwarding.json`, on a signed path and on a public one.
#[tokio::test]
async fn headers_that_only_the_edge_may_set_or_see_do_not_reach_the_origin() {
    let text = include_str!("../../../../tests/vectors/forwarding.json");
    let table: serde_json::Value = serde_json::from_str(text).unwrap();
    let texts = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let (removed, kept) = (texts(&table["headers"]["removed"]), texts(&table["headers"]["kept"]));
    let fixture = Fixture::new().await;
    let cookies = fixture.cookies();
    for (target, start) in [("/private/x", "private /private/x [] "), ("/x", "rest /x [] ")] {
        let names = removed.iter().chain(&kept).map(|name| (name.as_str(), "forged"));
        let headers: Vec<_> = names.chain([("cookie", cookies.as_str())]).collect();
        let (_, _, body) = fixture.answer(target, &headers).await;
        let names = body.strip_prefix(start).unwrap().trim_matches(['[', ']']);
        let mut found: Vec<&str> = names.split(' ').collect();
        found.sort_unstable();
        let mut expected: Vec<&str> =
            kept.iter().map(String::as_str).filter(|name| name.starts_with('x')).collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{target}");

        for referer in table["referers"].as_array().unwrap() {
            let sent = texts(&referer["sent"]);
            let lines = sent.iter().map(|line| ("referer", line.as_str()));
            let headers: Vec<_> = lines.chain([("cookie", cookies.as_str())]).collect();
            let (_, _, body) = fixture.answer(target, &headers).await;
            let forwarded = referer["forwarded"].as_str().unwrap_or_default();
            assert_eq!(body, format!("{start}[]{forwarded}"), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn a_target_that_could_mean_two_things_is_refused_everywhere() {
    let fixture = Fixture::new().await;
    for target in [
        "/private/../private/x",
        "/a/../private/x",
        "//private/x",
        "/%2e%2e/private/x",
        "/private%2fx",
        "/private%5cx",
        "/x%00",
        "/x?%00",
        "/x%zz",
        "*",
    ] {
        let (status, reason, _) = fixture.answer(target, &[("cookie", &fixture.cookies())]).await;
        assert_eq!((status, reason.as_str()), (403, "request-malformed"), "{target}");
    }
}

#[tokio::test]
async fn only_our_own_hosts_are_answered() {
    let fixture = Fixture::new().await;
    for (target, host, status) in [
        ("/", "127.0.0.1:8787", 200),
        ("/", "localhost:8787", 200),
        ("/", "localhost", 421),
        ("/", "LOCALHOST:8787", 421),
        ("/", "evil.example:8787", 421),
        ("/", "", 421),
        ("http://127.0.0.1:8787/", "127.0.0.1:8787", 200),
        ("http://evil.example/", "127.0.0.1:8787", 421),
        ("http://u@127.0.0.1:8787/", "127.0.0.1:8787", 421),
    ] {
        assert_eq!(fixture.answer(target, &[("host", host)]).await.0, status, "{target} {host}");
    }
    let two = [("host", "127.0.0.1:8787"), ("host", "evil.example")];
    assert_eq!(fixture.answer("/", &two).await.0, 400);
}

#[tokio::test]
async fn cookies_of_other_programs_that_are_no_text_do_no_harm() {
    let fixture = Fixture::new().await;
    let mut cookies = b"junk=\xff\xfe; ".to_vec();
    cookies.extend(fixture.cookies().bytes());
    let request = Request::builder()
        .uri("/private/x")
        .header("host", "127.0.0.1:8787")
        .header("cookie", cookies)
        .body(Body::empty())
        .unwrap();
    let response = fixture.edge.answer(request, Ipv4Addr::LOCALHOST.into()).await;
    assert_eq!(response.status(), 200);
}
