//! `/edgepass/*`: the signer's interface, with the demo's users.

use core::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::local_edge::LocalEdge;
use crate::viewer::{Answer, Viewer};

const CLIP: &str = "/media/alice/index.m3u8";
const COOKIES: [&str; 6] = [
    "CloudFront-Hash-Algorithm",
    "CloudFront-Key-Pair-Id",
    "CloudFront-Policy",
    "CloudFront-Signature",
    "Edgepass-Claims",
    "Edgepass-Session",
];

async fn new_sign_in(edge: &LocalEdge, user: &str) -> Viewer {
    let mut viewer = Viewer::new(edge).await;
    let body = format!(r#"{{"user":"{user}"}}"#);
    assert_eq!(viewer.post("/demo/sign-in", &body).await.status, 204);
    viewer
}

fn set_cookies(answer: &Answer) -> Vec<&str> {
    let lines = answer.headers.get_all("set-cookie").into_iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}

async fn held_claims(viewer: &mut Viewer) -> Value {
    let held = viewer.get("/demo/pass").await.json();
    serde_json::from_str(held["credential"]["claims"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_session_is_issued_as_six_cookies() {
    let edge = LocalEdge::start();
    let mut viewer = new_sign_in(&edge, "alice").await;
    let issued = viewer.post("/edgepass/session", "{}").await;
    assert_eq!((issued.status, issued.header("cache-control")), (200, "no-store"));
    let session = issued.json();
    let members: Vec<&String> = session.as_object().unwrap().keys().collect();
    assert_eq!(members, ["expires_at", "issued_at", "resources", "session"]);
    assert_eq!(session["resources"], json!([format!("http://{}/media/alice/*", edge.host())]));
    let times = ["issued_at", "expires_at"].map(|name| session[name].as_i64().unwrap());
    assert_eq!(times[1] - times[0], 300);

    let expected = [COOKIES.to_vec(), vec!["demo-user"]].concat();
    assert_eq!(viewer.cookies.keys().collect::<Vec<_>>(), expected);
    for line in set_cookies(&issued).iter().filter(|line| !line.contains("Max-Age=0")) {
        let scripts_may_read = line.starts_with("Edgepass-Session=");
        let rest = if scripts_may_read { "" } else { "; HttpOnly" };
        assert!(line.ends_with(&format!("; Path=/; SameSite=Lax{rest}")), "{line}");
    }
    let (id, [from, to]) = (session["session"].as_str().unwrap(), times);
    assert_eq!(viewer.cookies["Edgepass-Session"], format!("v1.{id}.{from}.{to}"));
    let claims = held_claims(&mut viewer).await;
    assert_eq!(
        (&claims["jti"], &claims["iat"], &claims["exp"]),
        (&json!(id), &json!(from), &json!(to))
    );
    assert_eq!(claims["mth"], json!(["GET", "HEAD"]));
}

#[tokio::test]
async fn an_editor_gets_the_folder_of_the_group_and_nobody_elses() {
    for edge in [LocalEdge::start(), LocalEdge::start_lambda()] {
        let mut viewer = Viewer::signed_in(&edge, "bob").await;
        let site = format!("http://{}/media", edge.host());
        let both = json!([format!("{site}/bob/*"), format!("{site}/shared/*")]);
        assert_eq!(held_claims(&mut viewer).await["res"], both);
        assert_eq!(viewer.get("/media/bob/init.mp4").await.status, 200);
        assert_eq!(viewer.get("/media/shared/init.mp4").await.status, 200);
        // CloudFront's one pattern covers it, the claims do not.
        let held = viewer.get("/demo/pass").await.json();
        let policy = held["credential"]["policy"].as_str().unwrap();
        assert!(policy.contains(&format!(r#""Resource":"{site}/*""#)), "{policy}");
        let refused = viewer.get("/media/alice/init.mp4").await;
        assert_eq!(refused.header("x-edgepass-reason"), "claims-mismatch");

        let mut viewer = Viewer::signed_in(&edge, "alice").await;
        let refused = viewer.get("/media/shared/init.mp4").await;
        assert_eq!(refused.header("x-edgepass-reason"), "resource-mismatch");
    }
}

#[tokio::test]
async fn the_other_name_of_this_machine_is_another_site() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    viewer.host = format!("localhost:{}", edge.address.port());
    viewer.post("/demo/sign-in", r#"{"user":"alice"}"#).await;
    let issued = viewer.post("/edgepass/session", "{}").await;
    assert_eq!(
        issued.json()["resources"],
        json!([format!("http://{}/media/alice/*", viewer.host)])
    );
    assert_eq!(viewer.get(CLIP).await.status, 200);
    viewer.host = edge.host();
    assert_eq!(viewer.get(CLIP).await.header("x-edgepass-reason"), "resource-mismatch");
}

#[tokio::test]
async fn a_status_says_how_things_stand() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let session = viewer.get("/edgepass/session").await;
    assert_eq!((session.status, session.header("cache-control")), (200, "no-store"));
    let status = session.json();
    assert_eq!((&status["valid"], &status["revoked"]), (&json!(true), &json!(false)));
    assert_eq!(status["session"], held_claims(&mut viewer).await["jti"]);
    assert!(status["expires_at"].as_i64() > status["server_time"].as_i64());
}

#[tokio::test]
async fn logging_out_takes_the_pass_back_and_revokes_the_session() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let first = held_claims(&mut viewer).await;
    let pass = viewer.cookies.clone();
    let ended = viewer.send("DELETE", "/edgepass/session", &[], "").await;
    assert_eq!((ended.status, ended.body.len()), (204, 0));
    assert_eq!(viewer.cookies.keys().collect::<Vec<_>>(), ["demo-user"]);
    assert_eq!(viewer.get(CLIP).await.status, 403);
    assert_eq!(viewer.get("/demo/pass").await.json()["credential"], json!(null));

    // Neither the sign-in that was ended nor the cookies of its pass get a new one.
    viewer.post("/edgepass/session", "{}").await.assert_signer_problem(403, "revoked");
    viewer.cookies = pass;
    viewer.post("/edgepass/session", "{}").await.assert_signer_problem(403, "revoked");
    let status = viewer.get("/edgepass/session").await.json();
    assert_eq!((&status["valid"], &status["revoked"]), (&json!(false), &json!(true)));
    assert_eq!(status["expires_at"], json!(null));

    // Another sign-in does, as the same person.
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(viewer.get(CLIP).await.status, 200);
    let second = held_claims(&mut viewer).await;
    assert_eq!(first["sub"], second["sub"]);
    assert_ne!(first["jti"], second["jti"]);
}

#[tokio::test]
async fn a_forged_session_cookie_changes_nothing() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let before = viewer.get("/edgepass/session").await.json();
    let jti = held_claims(&mut viewer).await["jti"].clone();
    for forged in ["v1.forged.1.9999999999", "v1", "", "{}"] {
        viewer.cookies.insert("Edgepass-Session".to_owned(), forged.to_owned());
        assert_eq!(viewer.get(CLIP).await.status, 200);
        let bob = viewer.get("/media/bob/index.m3u8").await;
        assert_eq!(bob.header("x-edgepass-reason"), "resource-mismatch");
        assert_eq!(viewer.get("/edgepass/session").await.json()["session"], before["session"]);
        assert_eq!(viewer.post("/edgepass/session", "{}").await.json()["session"], jti);
    }
    // Nor does it stand for anybody.
    let mut nobody = Viewer::new(&edge).await;
    nobody.cookies.insert("Edgepass-Session".to_owned(), "v1.forged.1.9999999999".to_owned());
    nobody.get("/edgepass/session").await.assert_signer_problem(401, "identity-missing");
    assert_eq!(nobody.get(CLIP).await.header("x-edgepass-reason"), "credential-missing");
}

#[tokio::test]
async fn urls_are_signed_with_claims_in_them() {
    for edge in [LocalEdge::start(), LocalEdge::start_lambda()] {
        let mut viewer = new_sign_in(&edge, "alice").await;
        let site = format!("http://{}", edge.host());
        let ask = |path: &str| json!({ "urls": [format!("{site}{path}")] }).to_string();
        let signed = viewer.post("/edgepass/urls", &ask("/media/alice/init.mp4?a=1")).await;
        assert_eq!(signed.status, 200, "{}", signed.text());
        let urls = signed.json();
        let url = find_url(&urls).expect("a signed URL");
        let target = url.strip_prefix(&site).unwrap();
        assert!(target.contains("Edgepass-Claims="), "{target}");
        let mut nobody = Viewer::new(&edge).await;
        assert_eq!(nobody.get(target).await.status, 200);
        let refused = viewer.post("/edgepass/urls", &ask("/media/bob/init.mp4")).await;
        refused.assert_signer_problem(403, "url-not-granted");
    }
}

/// The first text that is a URL.
fn find_url(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.starts_with("http://").then_some(text),
        Value::Array(items) => items.iter().find_map(find_url),
        Value::Object(members) => members.values().find_map(find_url),
        _ => None,
    }
}

#[tokio::test]
async fn nobody_gets_a_pass_without_signing_in() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    let problem = |answer: Answer| answer.assert_signer_problem(401, "identity-missing");
    problem(viewer.post("/edgepass/session", "{}").await);
    problem(viewer.get("/edgepass/session").await);
    problem(viewer.send("DELETE", "/edgepass/session", &[], "").await);
    problem(viewer.post("/edgepass/urls", r#"{"urls":[]}"#).await);
    for forged in ["mallory", "mallory.1.x", "alice", "alice.x.y", "alice.-1.y"] {
        viewer.cookies.insert("demo-user".to_owned(), forged.to_owned());
        problem(viewer.post("/edgepass/session", "{}").await);
    }
    viewer.cookies.insert("demo-user".to_owned(), "alice.4000000000.y".to_owned());
    let ahead = viewer.post("/edgepass/session", "{}").await;
    ahead.assert_signer_problem(401, "identity-malformed");
    assert_eq!(viewer.cookies.len(), 1);
}

#[tokio::test]
async fn what_is_not_understood_is_the_signers_problem() {
    let edge = LocalEdge::start();
    let viewer = new_sign_in(&edge, "alice").await;
    let large = format!(r#"{{"urls":["{}"]}}"#, "a".repeat(1 << 20));
    let json = [("content-type", "application/json")];
    let text = [("content-type", "text/plain")];
    let evil = [("content-type", "application/json"), ("origin", "http://evil.example")];
    for (method, path, headers, body, status, name) in [
        ("POST", "/edgepass/session", &json[..], r#"{"sub":"bob"}"#, 400, "body-malformed"),
        ("POST", "/edgepass/session", &text[..], "{}", 415, "media-type"),
        ("POST", "/edgepass/session", &[][..], "", 415, "media-type"),
        ("POST", "/edgepass/session", &json[..], &large, 413, "body-too-large"),
        ("POST", "/edgepass/session", &evil[..], "{}", 403, "origin-not-allowed"),
        ("DELETE", "/edgepass/session", &evil[..], "", 403, "origin-not-allowed"),
        ("PUT", "/edgepass/session", &json[..], "{}", 405, "method-not-allowed"),
        ("GET", "/edgepass/nothing", &[][..], "", 404, "not-found"),
    ] {
        // A body too long is not read to its end, and with that the connection is over.
        let mut other = Viewer::new(&edge).await;
        other.cookies.clone_from(&viewer.cookies);
        let answer = other.send(method, path, headers, body).await;
        answer.assert_signer_problem(status, name);
        assert_eq!(other.cookies.len(), 1, "{method} {path}");
    }
    let own = format!("http://{}", edge.host());
    let mut viewer = viewer;
    let headers = [("content-type", "application/json"), ("origin", own.as_str())];
    assert_eq!(viewer.send("POST", "/edgepass/session", &headers, "").await.status, 200);
}

#[tokio::test]
async fn a_renewed_pass_is_of_the_same_session() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let first = held_claims(&mut viewer).await;
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(viewer.post("/edgepass/session", "{}").await.status, 200);
    let second = held_claims(&mut viewer).await;
    assert_eq!((&first["sub"], &first["jti"]), (&second["sub"], &second["jti"]));
    assert!(first["exp"].as_i64() < second["exp"].as_i64());
}
