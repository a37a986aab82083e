//! Administrators revoke, list and take back; nobody else does.

use core::sync::atomic::Ordering;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use http::Method;
use policy::UnixTime;
use serde_json::{Value, json};
use signer::log::RequestLine;
use signer::{FileStore, Identity, Outcome, Request, Scope, Store, Viewer};

use crate::site::{
    Answered, GRANTS, NOW, Site, alice, post_session, request, site_secret, viewer, with,
};

const PATH: &str = "/edgepass/revocations";

fn grants() -> String {
    GRANTS.replace("\n[cookies]", "admin = { \"groups\" = \"admins\" }\n\n[cookies]")
}

fn site() -> Site {
    Site::granting(&grants())
}

fn admin() -> Viewer {
    viewer(json!({"sub": "root", "sid": "a-1", "groups": ["admins"], "auth_time": NOW - 60}))
        .unwrap()
}

fn ask(method: Method, body: &Value) -> Request {
    request(method, PATH, admin(), &body.to_string())
}

async fn revoke(site: &Site, order: Value) -> Answered {
    site.ask(&ask(Method::POST, &order)).await
}

async fn list(site: &Site, query: &str) -> Answered {
    let asked = request(Method::GET, PATH, admin(), "");
    site.ask(&Request { query: query.to_owned(), ..asked }).await
}

#[tokio::test]
async fn a_subject_is_revoked_by_what_the_administrator_knows() {
    let site = site();
    assert_eq!(site.ask(&post_session(alice())).await.status(), 200);
    let order = json!({"scope": "subject", "identity": "alice", "note": "laptop stolen"});
    let answer = revoke(&site, order).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    let pseudonym = site_secret().viewer("alice");
    let entry = json!({
        "scope": "subject", "id": pseudonym, "before": NOW + 30, "recorded_at": NOW,
        "actor": site_secret().viewer("root"), "note": "laptop stolen",
    });
    assert_eq!(answer.json(), entry);
    site.ask(&post_session(alice())).await.assert_refused(403, "revoked");
    assert_eq!(list(&site, "").await.json(), json!({"revocations": [entry], "next": null}));

    // By the pseudonym, as passes and logs hold it.
    let named = json!({"scope": "subject", "id": pseudonym});
    let answer = site.ask(&ask(Method::DELETE, &named)).await;
    assert_eq!(answer.json(), json!({"removed": entry}));
    assert_eq!(site.ask(&post_session(alice())).await.status(), 200);
    let answer = site.ask(&ask(Method::DELETE, &named)).await;
    assert_eq!((answer.status().as_u16(), answer.json()), (200, json!({"removed": null})));
}

#[tokio::test]
async fn an_explicit_cut_off_is_taken_as_it_is_and_never_moves_back() {
    let site = site();
    for (before, stands) in [(NOW - 7200, NOW - 7200), (NOW - 3600, NOW - 3600), (5, NOW - 3600)] {
        let answer = revoke(&site, json!({"scope": "all", "before": before})).await;
        assert_eq!(answer.json()["before"], stands);
        assert!(answer.json().get("id").is_none());
        let Outcome::Revoked(change) = answer.outcome else { panic!() };
        assert_eq!(change.changed, before == stands);
    }
    // Alice signed in at that very second, the administrator later.
    site.ask(&post_session(alice())).await.assert_refused(403, "revoked");
}

#[tokio::test]
async fn sessions_and_keys_are_revoked_as_a_whole() {
    let site = site();
    let session = site.ask(&post_session(alice())).await.json()["session"].clone();
    let key = "0a".repeat(32);
    for (scope, id) in [("session", session.as_str().unwrap()), ("key", &key)] {
        let answer = revoke(&site, json!({"scope": scope, "id": id})).await;
        assert_eq!(answer.status(), 200, "{}", answer.response.body());
        assert_eq!((&answer.json()["id"], answer.json().get("before")), (&json!(id), None));
    }
    site.ask(&post_session(alice())).await.assert_refused(403, "revoked");
    let stored = site.store.memory.list(None, 10).await.unwrap().entries;
    assert!(matches!(stored[0].scope, Scope::Key(_)), "{stored:?}");
}

#[tokio::test]
async fn nobody_else_may() {
    let site = site();
    let order = json!({"scope": "subject", "identity": "alice"}).to_string();
    let asked = || [Method::GET, Method::POST, Method::DELETE].into_iter();
    for method in asked() {
        let by_alice = request(method, PATH, alice(), &order);
        site.ask(&by_alice).await.assert_refused(403, "not-administrator");
    }
    for method in asked() {
        let mut by_backend = request(method, PATH, alice(), &order);
        let arn = "arn:aws:sts::111122223333:assumed-role/backend";
        by_backend.identity = Ok(Identity::Principal(arn.to_owned()));
        site.ask(&by_backend).await.assert_refused(403, "not-administrator");
    }
    // Without `admin` there is no administrator.
    let nobody = Site::new();
    nobody.ask(&ask(Method::POST, &json!({}))).await.assert_refused(403, "not-administrator");
    assert!(site.store.memory.list(None, 1).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn a_revoked_administrator_takes_nothing_back() {
    let site = site();
    let order = json!({"scope": "subject", "identity": "root"});
    assert_eq!(revoke(&site, order.clone()).await.status(), 200);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        site.ask(&ask(method, &order)).await.assert_refused(403, "revoked");
    }
}

#[tokio::test]
async fn the_rules_of_every_mutation_hold() {
    let site = site();
    let order = json!({"scope": "all"});
    for method in [Method::POST, Method::DELETE] {
        let other_page = with(ask(method.clone(), &order), "origin", "https://evil.example");
        site.ask(&other_page).await.assert_refused(403, "origin-not-allowed");
        let form = with(ask(method.clone(), &order), "content-type", "text/plain");
        site.ask(&form).await.assert_refused(415, "media-type");
        let huge = request(method, PATH, admin(), &" ".repeat(signer::MAX_BODY_BYTES + 1));
        site.ask(&huge).await.assert_refused(413, "body-too-large");
    }
    let answer = site.ask(&ask(Method::PUT, &order)).await;
    answer.assert_refused(405, "method-not-allowed");
    assert_eq!(answer.header("allow"), Some("GET, POST, DELETE"));
    let preflight = with(ask(Method::OPTIONS, &order), "access-control-request-method", "DELETE");
    assert_eq!(site.ask(&preflight).await.status(), 204);
    site.store.fails.store(true, Ordering::SeqCst);
    let answer = revoke(&site, order).await;
    answer.assert_refused(503, "store-unavailable");
    assert!(!answer.response.body().contains("secret-name"));
}

#[tokio::test]
async fn orders_that_could_mean_two_things() {
    let site = site();
    for order in [
        json!({}),
        json!({"scope": "everything"}),
        json!({"scope": "subject"}),
        json!({"scope": "subject", "identity": ""}),
        json!({"scope": "subject", "id": ""}),
        json!({"scope": "subject", "id": "x", "identity": "alice"}),
        json!({"scope": "subject", "id": "x\n"}),
        json!({"scope": "session", "identity": "alice"}),
        json!({"scope": "session"}),
        json!({"scope": "session", "id": "x", "before": NOW}),
        json!({"scope": "key", "id": "K2JCJMDEHXQW5F"}),
        json!({"scope": "key", "id": "0A".repeat(32)}),
        json!({"scope": "key", "id": "0a".repeat(32), "before": NOW}),
        json!({"scope": "all", "id": "x"}),
        json!({"scope": "all", "identity": "alice"}),
        json!({"scope": "all", "before": NOW * 1000}),
        json!({"scope": "all", "before": -1}),
        json!({"scope": "all", "before": "2026-01-01T00:00:00Z"}),
        json!({"scope": "all", "note": "x".repeat(257)}),
        json!({"scope": "all", "note": "a\nb"}),
        json!({"scope": "all", "actor": "somebody else"}),
        json!([]),
    ] {
        let answer = revoke(&site, order.clone()).await;
        answer.assert_refused(400, "body-malformed");
        assert!(!answer.response.body().contains("alice"), "{order}");
    }
    for reversal in [json!({"scope": "all", "before": NOW}), json!({"scope": "all", "note": "x"})] {
        site.ask(&ask(Method::DELETE, &reversal)).await.assert_refused(400, "body-malformed");
    }
    site.ask(&request(Method::DELETE, PATH, admin(), ""))
        .await
        .assert_refused(400, "body-malformed");
    assert!(site.store.memory.list(None, 1).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn lists_come_in_pages() {
    let site = site();
    for number in 0..7 {
        let order = json!({"scope": "session", "id": format!("s:ü {number}")});
        assert_eq!(revoke(&site, order).await.status(), 200);
    }
    let (mut listed, mut query, mut pages) = (Vec::new(), "limit=3".to_owned(), 0);
    loop {
        let page = list(&site, &query).await.json();
        let entries = page["revocations"].as_array().unwrap();
        assert!(entries.len() <= 3);
        listed.extend(entries.iter().map(|entry| entry["id"].clone()));
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        assert!(next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        query = format!("cursor={next}&limit=3");
    }
    assert_eq!(pages, 3);
    assert_eq!(listed, (0..7).map(|number| json!(format!("s:ü {number}"))).collect::<Vec<_>>());
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=",
        "limit=1&limit=2",
        "cursor=",
        "cursor=%2f",
        "cursor=_w",
        "page=2",
        "limit",
    ] {
        list(&site, query).await.assert_refused(400, "query-malformed");
    }
}

/// The whole line: who, what, up to when; and nothing of the identity provider's names.
#[tokio::test]
async fn every_change_is_audited_in_one_line() {
    let site = site();
    let order = json!({"scope": "subject", "identity": "alice", "note": "for the list only"});
    let revoked = revoke(&site, order).await;
    let taken_back = json!({"scope": "subject", "identity": "alice"});
    let unrevoked = site.ask(&ask(Method::DELETE, &taken_back)).await;
    for (answer, method, event) in
        [(revoked, "POST", "revoked"), (unrevoked, "DELETE", "unrevoked")]
    {
        let elapsed = core::time::Duration::ZERO;
        let asked = (method, PATH);
        let answer = answer.into_answer();
        let line = RequestLine::new("session", "r-1", asked, &answer, elapsed);
        let mut line = serde_json::to_value(line).unwrap();
        assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_767_225_600_000);
        for metric in ["_aws", "Latency", "FunctionName"] {
            line.as_object_mut().unwrap().remove(metric).unwrap();
        }
        assert_eq!(
            line,
            json!({
                "level": "INFO", "event": event, "request_id": "r-1", "method": method,
                "route": PATH, "status": 200, "actor": site_secret().viewer("root"),
                "scope": format!("subject:{}", site_secret().viewer("alice")),
                "before": NOW + 30, "changed": true,
            })
        );
    }
}

#[tokio::test]
async fn logging_out_is_kept_in_a_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interface-log-out");
    let _ = fs::remove_dir_all(&folder); // of an earlier run
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("revocations.json");
    let site = Site::over(&grants(), Arc::new(FileStore::new(&file)));
    let session = site.ask(&post_session(alice())).await.json()["session"].clone();
    assert!(!file.exists());
    let gone = site.ask(&request(Method::DELETE, "/edgepass/session", alice(), "")).await;
    assert_eq!(gone.status(), 204);
    // By another process: nothing was kept in memory only.
    let store = FileStore::new(&file);
    let standing = store.standing("anybody", session.as_str().unwrap()).await.unwrap();
    assert!(standing.session_revoked && standing.revokes(UnixTime::MAX));
    let again = Site::over(&grants(), Arc::new(store));
    again.ask(&post_session(alice())).await.assert_refused(403, "revoked");
    let entry = &list(&again, "").await.json()["revocations"][0];
    assert_eq!((&entry["scope"], &entry["id"]), (&json!("session"), &session));
}
