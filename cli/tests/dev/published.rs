//! The published state: what is served of it, and that its root key vouches for it.

use std::fs;

use serde_json::{Value, json};

use crate::local_edge::{LocalEdge, empty_folder};
use crate::revocation::{edgepass, until};
use crate::viewer::Viewer;

const ALICE: &str = "/media/alice/index.m3u8";

#[tokio::test]
async fn the_state_is_served_as_a_bucket_serves_it() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    let mut head = viewer.get("/edgepass/state/head").await;
    assert_eq!((head.status, head.header("cache-control")), (200, "public, max-age=1"));
    assert_eq!(head.header("content-type"), "application/octet-stream");
    // A heartbeat may come in between, but not each time.
    let mut others = 0;
    loop {
        let tag = [("if-none-match", head.header("etag"))];
        let same = viewer.send("GET", "/edgepass/state/head", &tag, "").await;
        if same.status == 304 {
            assert_eq!((same.header("etag"), same.body.len()), (tag[0].1, 0));
            break;
        }
        others += 1;
        assert_eq!((same.status, others < 5), (200, true), "{others} other heads");
        head = same;
    }
    let old = [("if-none-match", "\"old\"")];
    assert_eq!(viewer.send("GET", "/edgepass/state/head", &old, "").await.status, 200);

    let name = head_name(&edge);
    let body = viewer.get(&format!("/edgepass/state/body/{name}")).await;
    let caching = "public, max-age=31536000, immutable";
    assert_eq!((body.status, body.header("cache-control")), (200, caching));
    let file = edge.state.join("published/body").join(&name);
    assert_eq!(body.body, fs::read(file).unwrap());

    fs::write(edge.state.join("published/body/other"), "other").unwrap();
    let missing = "0".repeat(64);
    for path in ["/edgepass/state/", "/edgepass/state/head.lock", "/edgepass/state/body/other"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/edgepass/state/body/{missing}")])
    {
        let answer = viewer.get(&path).await;
        assert_eq!((answer.status, answer.header("cache-control")), (404, "no-store"), "{path}");
    }
    let answer = viewer.get("/edgepass/state/body/%2e%2e%2fhead").await;
    assert_eq!(answer.status, 403);
}

/// The body that the published head names, by what `inspect` proves of it.
fn head_name(edge: &LocalEdge) -> String {
    let path = |name: &str| edge.state.join(name).to_str().unwrap().to_owned();
    let (head, root) = (path("published/head"), path("root-public.pem"));
    let inspected = edgepass(&["revocations", "inspect", &head, "--root", &root, "--json"]);
    let inspected: Value = serde_json::from_slice(&inspected.stdout).unwrap();
    assert_eq!((&inspected["verified"], &inspected["refused"]), (&json!(true), &Value::Null));
    assert_eq!(inspected["head"]["keys"][0]["id"], "KEDGEPASSLOCAL");
    inspected["head"]["body"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn verify_decides_by_the_published_state_as_the_edge_does() {
    let edge = LocalEdge::start();
    let mut alice = Viewer::signed_in(&edge, "alice").await;
    let path = |name: &str| edge.state.join(name).to_str().unwrap().to_owned();
    let cookies: Vec<_> =
        alice.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (url, cookies) = (format!("http://{}{ALICE}", edge.host()), cookies.join("; "));
    let trust = format!("KEDGEPASSLOCAL={}:ECDSA-SHA256", path("public.pem"));
    let claims = format!("claims-local={}", path("claims-public.pem"));
    let (head, root) = (path("published/head"), path("root-public.pem"));
    let verify = || {
        let verified = edgepass(&[
            "verify",
            "--url",
            &url,
            "--cookie",
            &cookies,
            "--trust",
            &trust,
            "--claims-trust",
            &claims,
            "--state",
            &head,
            "--state-root",
            &root,
            "--json",
        ]);
        serde_json::from_slice::<Value>(&verified.stdout).unwrap()
    };
    assert_eq!(verify()["decision"], "allow");
    assert_eq!(alice.post("/demo/log-out-everywhere", "").await.status, 200);
    until(&mut alice, ALICE, "revoked").await;
    let verified = verify();
    assert_eq!((&verified["decision"], &verified["code"]), (&json!("deny"), &json!("revoked")));
}

#[tokio::test]
async fn a_mandate_changes_with_the_keys_and_never_back() {
    let state = empty_folder();
    let mandate = || fs::read_to_string(state.join("delegation.pem")).unwrap();
    LocalEdge::start_with(&state, &[]).stop();
    let first = mandate();
    LocalEdge::start_with(&state, &[]).stop();
    assert_eq!(mandate(), first);

    for name in ["claims-private.pem", "claims-public.pem"] {
        fs::remove_file(state.join(name)).unwrap();
    }
    let edge = LocalEdge::start_with(&state, &[]);
    assert_ne!(mandate(), first);
    let serial = |text: &str| {
        let mandate: signer::Mandate = text.parse().unwrap();
        mandate.delegation.unproven().unwrap().serial
    };
    assert!(serial(&mandate()) > serial(&first));
    let mut alice = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(alice.get(ALICE).await.status, 200);
    edge.stop();
    // Somebody who lost a key, or took away what was published, starts again all the same.
    fs::remove_file(state.join("root-private.pem")).unwrap();
    fs::remove_file(state.join("state-private.pem")).unwrap();
    let edge = LocalEdge::start_with(&state, &[]);
    let mut alice = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(alice.get(ALICE).await.status, 200);
}
