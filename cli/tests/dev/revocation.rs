//! Revocation, from the order to the edge that refuses: in both edges, and through crashes.

use core::time::Duration;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};
use std::time::{Instant, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::local_edge::{LocalEdge, PROGRAM, empty_folder};
use crate::viewer::{Answer, Viewer};

const ALICE: &str = "/media/alice/index.m3u8";
const BOB: &str = "/media/bob/index.m3u8";

/// A change reaches the edge within some seconds; a busy machine may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until the edge answers with this reason, which is empty for a 200, and says how long that
/// took. Any other answer than before is a failure.
#[track_caller]
pub(crate) fn until<'v>(
    viewer: &'v mut Viewer,
    path: &'v str,
    reason: &'v str,
) -> impl Future<Output = Duration> + 'v {
    let caller = core::panic::Location::caller();
    async move {
        let start = Instant::now();
        let mut before = None;
        loop {
            let answer = viewer.get(path).await;
            let found = answer.header("x-edgepass-reason").to_owned();
            let status = if found.is_empty() { 200 } else { 403 };
            assert_eq!(answer.status, status, "{caller}: {}", answer.text());
            if found == reason {
                let taken = start.elapsed();
                println!("{caller}: `{reason}` after {:.2} s", taken.as_secs_f32());
                return taken;
            }
            assert_eq!(*before.get_or_insert(found.clone()), found, "{caller}");
            assert!(start.elapsed() < PATIENCE, "{caller}: still `{found}`");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn both_edges() -> [LocalEdge; 2] {
    [LocalEdge::start(), LocalEdge::start_lambda()]
}

async fn carol(edge: &LocalEdge) -> Viewer {
    let mut carol = Viewer::new(edge).await;
    assert_eq!(carol.post("/demo/sign-in", r#"{"user":"carol"}"#).await.status, 204);
    carol
}

async fn revocations(viewer: &mut Viewer, method: &str, body: &Value) -> Answer {
    let json = [("content-type", "application/json")];
    viewer.send(method, "/edgepass/revocations", &json, &body.to_string()).await
}

/// The key that signs passes, as what is to be revoked.
fn signing_key(edge: &LocalEdge) -> Value {
    let public = fs::read_to_string(edge.state.join("public.pem")).unwrap();
    let key = aws_lc::public_key_from_text(&public, policy::ShortRsa::Refuse).unwrap();
    json!({ "scope": "key", "id": aws_lc::thumbprint(&key).to_string() })
}

/// A sign-in in the second of a cut-off is as old as it.
async fn next_second() {
    let now = UNIX_EPOCH.elapsed().unwrap();
    sleep(Duration::from_secs(now.as_secs() + 1) - now).await;
}

pub(crate) fn edgepass(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// As it asks with cookies that somebody kept.
async fn copy(edge: &LocalEdge, cookies: &BTreeMap<String, String>) -> Viewer {
    let mut copy = Viewer::new(edge).await;
    copy.cookies.clone_from(cookies);
    copy
}

#[tokio::test]
async fn logging_out_ends_the_copies_of_a_pass() {
    for edge in both_edges() {
        let mut here = Viewer::signed_in(&edge, "alice").await;
        let mut elsewhere = Viewer::signed_in(&edge, "alice").await;
        let mut copied = copy(&edge, &here.cookies).await;
        assert_eq!(copied.get(ALICE).await.status, 200);
        assert_eq!(here.send("DELETE", "/edgepass/session", &[], "").await.status, 204);
        until(&mut copied, ALICE, "revoked").await;
        // It was that one session.
        assert_eq!(elsewhere.get(ALICE).await.status, 200);
        copied.post("/edgepass/session", "{}").await.assert_signer_problem(403, "revoked");
        assert_eq!(copied.get(ALICE).await.header("x-edgepass-reason"), "revoked");

        let mut again = Viewer::signed_in(&edge, "alice").await;
        assert_eq!(again.get(ALICE).await.status, 200);
    }
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_passes_of_one_person() {
    for edge in both_edges() {
        let mut here = Viewer::signed_in(&edge, "alice").await;
        let mut elsewhere = Viewer::signed_in(&edge, "alice").await;
        let mut bob = Viewer::signed_in(&edge, "bob").await;
        assert_eq!(here.get(ALICE).await.status, 200);
        let ordered = here.post("/demo/log-out-everywhere", "").await;
        assert_eq!(ordered.status, 200, "{}", ordered.text());
        let order = ordered.json();
        assert_eq!(
            (&order["scope"], &order["note"]),
            (&json!("subject"), &json!("log out everywhere"))
        );
        assert_eq!(order["before"], order["recorded_at"]);

        until(&mut here, ALICE, "revoked").await;
        assert_eq!(elsewhere.get(ALICE).await.header("x-edgepass-reason"), "revoked");
        assert_eq!(bob.get(BOB).await.status, 200);
        // The sign-ins from before get nothing any more.
        for viewer in [&mut here, &mut elsewhere] {
            let status = viewer.get("/edgepass/session").await.json();
            assert_eq!((&status["valid"], &status["revoked"]), (&json!(false), &json!(true)));
            viewer.post("/edgepass/session", "{}").await.assert_signer_problem(403, "revoked");
        }
        let explained = here.get("/demo/pass").await.json();
        assert_eq!(explained["verdict"]["code"], "revoked");

        // The next one does, at once.
        next_second().await;
        let mut again = Viewer::signed_in(&edge, "alice").await;
        assert_eq!(again.get(ALICE).await.status, 200);
        assert_eq!(here.get(ALICE).await.header("x-edgepass-reason"), "revoked");
    }
}

#[tokio::test]
async fn nobody_logs_others_out() {
    let edge = LocalEdge::start();
    let mut nobody = Viewer::new(&edge).await;
    nobody.post("/demo/log-out-everywhere", "").await.assert_problem(401);
    let mut alice = Viewer::signed_in(&edge, "alice").await;
    let evil = [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")];
    let forged = alice.send("POST", "/demo/log-out-everywhere", &evil, "").await;
    forged.assert_problem(403);
    let order = json!({ "scope": "subject", "identity": "bob" });
    for method in ["POST", "DELETE"] {
        let refused = revocations(&mut alice, method, &order).await;
        refused.assert_signer_problem(403, "not-administrator");
    }
    let list = alice.get("/edgepass/revocations").await;
    list.assert_signer_problem(403, "not-administrator");
    let list = carol(&edge).await.get("/edgepass/revocations").await.json();
    assert_eq!(list, json!({ "revocations": [], "next": null }));
}

#[tokio::test]
async fn an_administrator_revokes_lists_and_takes_back() {
    for edge in both_edges() {
        let mut carol = carol(&edge).await;
        let mut bob = Viewer::signed_in(&edge, "bob").await;
        let mut alice = Viewer::signed_in(&edge, "alice").await;
        assert_eq!((bob.get(BOB).await.status, alice.get(ALICE).await.status), (200, 200));
        let order = json!({ "scope": "subject", "identity": "bob", "note": "left" });
        let revoked = revocations(&mut carol, "POST", &order).await;
        assert_eq!(revoked.status, 200, "{}", revoked.text());
        let revoked = revoked.json();
        let times = ["recorded_at", "before"].map(|name| revoked[name].as_i64().unwrap());
        assert_eq!(times[1] - times[0], 30);
        until(&mut bob, BOB, "revoked").await;
        assert_eq!(alice.get(ALICE).await.status, 200);

        let session = json!({ "scope": "session", "id": "some-other" });
        assert_eq!(revocations(&mut carol, "POST", &session).await.status, 200);
        let first = carol.get("/edgepass/revocations?limit=1").await.json();
        let next = first["next"].as_str().expect("a second page");
        let second =
            carol.get(&format!("/edgepass/revocations?limit=1&cursor={next}")).await.json();
        let listed = [&first["revocations"][0], &second["revocations"][0]];
        assert_eq!(listed.map(|entry| &entry["scope"]), [&json!("session"), &json!("subject")]);
        assert_eq!((listed[1], &second["next"]), (&revoked, &Value::Null));

        let order = json!({ "scope": "subject", "identity": "bob" });
        let removed = revocations(&mut carol, "DELETE", &order).await;
        assert_eq!(removed.json()["removed"], revoked);
        until(&mut bob, BOB, "").await;
    }
}

#[tokio::test]
async fn a_key_is_revoked_for_everybody() {
    for edge in both_edges() {
        let key = signing_key(&edge);
        let mut alice = Viewer::signed_in(&edge, "alice").await;
        assert_eq!(alice.get(ALICE).await.status, 200);
        let mut carol = carol(&edge).await;
        assert_eq!(revocations(&mut carol, "POST", &key).await.status, 200);
        until(&mut alice, ALICE, "revoked").await;
        let mut again = Viewer::signed_in(&edge, "alice").await;
        assert_eq!(again.get(ALICE).await.header("x-edgepass-reason"), "revoked");
        assert_eq!(revocations(&mut carol, "DELETE", &key).await.status, 200);
        until(&mut alice, ALICE, "").await;
    }
}

#[tokio::test]
async fn a_session_then_a_person_then_a_key_in_one_function() {
    let edge = LocalEdge::start_lambda();
    let mut first = Viewer::signed_in(&edge, "alice").await;
    let mut second = Viewer::signed_in(&edge, "alice").await;
    let mut bob = Viewer::signed_in(&edge, "bob").await;
    let mut carol = carol(&edge).await;
    for (viewer, path) in [(&mut first, ALICE), (&mut second, ALICE), (&mut bob, BOB)] {
        assert_eq!(viewer.get(path).await.status, 200);
    }

    let mut copied = copy(&edge, &first.cookies).await;
    assert_eq!(first.send("DELETE", "/edgepass/session", &[], "").await.status, 204);
    until(&mut copied, ALICE, "revoked").await;
    assert_eq!((second.get(ALICE).await.status, bob.get(BOB).await.status), (200, 200));

    let alice = json!({ "scope": "subject", "identity": "alice" });
    assert_eq!(revocations(&mut carol, "POST", &alice).await.status, 200);
    until(&mut second, ALICE, "revoked").await;
    assert_eq!(bob.get(BOB).await.status, 200);

    // Everybody's pass is signed by it, so who is left is who comes back with it.
    let key = signing_key(&edge);
    assert_eq!(revocations(&mut carol, "POST", &key).await.status, 200);
    until(&mut bob, BOB, "revoked").await;
    assert_eq!(revocations(&mut carol, "DELETE", &key).await.status, 200);
    until(&mut bob, BOB, "").await;
    for viewer in [&mut copied, &mut second] {
        assert_eq!(viewer.get(ALICE).await.header("x-edgepass-reason"), "revoked");
    }
}

#[tokio::test]
async fn what_is_revoked_outlives_a_crash() {
    for kind in ["native", "lambda"] {
        let state = empty_folder();
        let edge = LocalEdge::start_with(&state, &["--edge", kind]);
        let mut alice = Viewer::signed_in(&edge, "alice").await;
        let cookies = alice.cookies.clone();
        assert_eq!(alice.get(ALICE).await.status, 200);
        assert_eq!(alice.send("DELETE", "/edgepass/session", &[], "").await.status, 204);
        edge.signal("KILL");
        let port = edge.address.port().to_string();
        edge.ended();

        let mut command = Command::new(PROGRAM);
        command.args(["dev", "--port", &port, "--edge", kind, "--state"]).arg(&*state);
        let edge = LocalEdge::run(command, &state);
        let mut copied = copy(&edge, &cookies).await;
        assert_eq!(copied.get(ALICE).await.header("x-edgepass-reason"), "revoked", "{kind}");
        copied.post("/edgepass/session", "{}").await.assert_signer_problem(403, "revoked");
        let mut again = Viewer::signed_in(&edge, "alice").await;
        assert_eq!(again.get(ALICE).await.status, 200);
    }
}

#[tokio::test]
async fn the_program_revokes_too() {
    let edge = LocalEdge::start();
    let mut alice = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(alice.get(ALICE).await.status, 200);
    // As it was announced.
    let (_, command) = edge.announced.split_once("  revoke     edgepass ").unwrap();
    let (command, _) = command.split_once("\n  stop").unwrap();
    let command = command.replace('\\', "");
    let revoked = edgepass(&command.split_whitespace().collect::<Vec<_>>());
    assert!(revoked.status.success(), "{revoked:?}");
    until(&mut alice, ALICE, "revoked").await;
}
