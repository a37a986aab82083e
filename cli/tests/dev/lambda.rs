//! `--edge lambda`: the bundle in Node.js in front of the content. These tests need `node`, and a
//! program that was built after `wasm/build`.

use core::time::Duration;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tokio::time::sleep;

use crate::local_edge::{Folder, LocalEdge, PROGRAM, empty_folder, signal};
use crate::viewer::{Answer, Viewer};

const CLIP: &str = "/media/alice/index.m3u8";

/// The Node.js process that a text of the program names last.
fn node_of(text: &str) -> u32 {
    let (_, rest) = text.rsplit_once(", process ").unwrap();
    rest.lines().next().unwrap().parse().unwrap()
}

/// Whether it runs: one that ended may stay listed until somebody asks how.
fn is_there(process: u32) -> bool {
    let ps = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output();
    let state = String::from_utf8(ps.unwrap().stdout).unwrap();
    !state.trim().is_empty() && !state.starts_with('Z')
}

#[track_caller]
fn assert_refused(answer: &Answer, reason: &str) {
    assert_eq!((answer.status, answer.header("x-edgepass-reason")), (403, reason));
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn refusals_are_those_of_the_bundle_and_its_log_tells_why() {
    let edge = LocalEdge::start_lambda();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let good = viewer.cookies.clone();
    assert_eq!(viewer.get(CLIP).await.status, 200);

    let bob = viewer.get("/media/bob/index.m3u8?token=query-secret").await;
    assert_refused(&bob, "resource-mismatch");
    assert_eq!(bob.text(), "403 Forbidden\n");
    let id = bob.header("x-amz-cf-id").to_owned();
    let head = viewer.send("HEAD", "/media/bob/index.m3u8", &[], "").await;
    assert_eq!((head.status, head.body.len()), (403, 0));

    for (kind, reason) in [
        ("tampered", "signature-invalid"),
        ("expired", "expired"),
        ("token-missing", "claims-missing"),
        ("token-swapped", "claims-not-bound"),
        ("token-expired", "claims-expired"),
    ] {
        let body = format!(r#"{{"kind":"{kind}"}}"#);
        assert_eq!(viewer.post("/demo/pass", &body).await.status, 204);
        assert_refused(&viewer.get(CLIP).await, reason);
        viewer.cookies.clone_from(&good);
    }
    assert_refused(&viewer.send("DELETE", CLIP, &[], "").await, "claims-mismatch");
    viewer.cookies.insert("CloudFront-Policy".to_owned(), "a".repeat(9000));
    assert_refused(&viewer.get(CLIP).await, "credential-too-large");
    viewer.cookies.clear();
    assert_refused(&viewer.get(CLIP).await, "credential-missing");

    drop(viewer);
    let log = edge.stop();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(&log));
    let of_requests =
        |line: &Value| line["edgepass"] == "refused" && line["code"] != "revocation-unknown";
    let lines: Vec<Value> = lines.filter(of_requests).collect();
    assert_eq!(lines.len(), 10, "{log}");
    assert_eq!(
        (&lines[0]["code"], &lines[0]["requestId"]),
        (&"resource-mismatch".into(), &id.into())
    );
    assert_eq!(lines[0]["keyId"], "KEDGEPASSLOCAL");
    for name in ["CloudFront-Policy", "CloudFront-Signature", "Edgepass-Claims"] {
        assert!(!log.contains(&good[name]), "{log}");
    }
    assert!(!log.contains("query-secret"), "{log}");
}

#[tokio::test]
async fn a_process_that_died_refuses_everyone_until_there_is_another() {
    let edge = LocalEdge::start_lambda();
    let first = node_of(&edge.announced);
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(viewer.get(CLIP).await.status, 200);
    // Ctrl-C in a terminal reaches it too, and is none of its business.
    signal("INT", first);
    assert_eq!(viewer.get(CLIP).await.status, 200);

    signal("KILL", first);
    let refused = viewer.get(CLIP).await;
    assert_eq!((refused.status, refused.body.len()), (503, 0));
    assert_eq!(viewer.get("/demo/me").await.status, 200);
    while viewer.get(CLIP).await.status == 503 {
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(viewer.get(CLIP).await.status, 200);
    assert_refused(&viewer.get("/media/bob/index.m3u8").await, "resource-mismatch");

    drop(viewer);
    let log = edge.stop();
    let second = node_of(&log);
    assert_ne!(first, second);
    assert!(log.contains("the function is down: Node.js ended (signal: 9 (SIGKILL))"), "{log}");
    assert!(log.contains("503 the function is down (GET /media/alice/index.m3u8, "), "{log}");
    assert!(!is_there(first) && !is_there(second));
}

#[tokio::test]
async fn no_process_outlives_the_edge() {
    for name in ["INT", "TERM"] {
        let edge = LocalEdge::start_lambda();
        let node = node_of(&edge.announced);
        let mut viewer = Viewer::signed_in(&edge, "alice").await;
        assert_eq!(viewer.get(CLIP).await.status, 200);
        assert!(is_there(node));
        edge.signal(name);
        let (status, log) = edge.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(!is_there(node));
    }

    // An edge that had no time to end it.
    let edge = LocalEdge::start_lambda();
    let node = node_of(&edge.announced);
    edge.signal("KILL");
    edge.ended();
    while is_there(node) {
        sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn the_state_folder_holds_what_would_be_deployed() {
    let state = empty_folder();
    LocalEdge::start_with(&state, &["--edge", "lambda"]).stop();
    let settings = fs::read_to_string(state.join("lambda-edge/settings.json")).unwrap();
    let settings: Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(
        (&settings["enforcement"], &settings["scheme"]),
        (&"enforce".into(), &"http".into())
    );
    assert_eq!(settings["keys"][0]["id"], "KEDGEPASSLOCAL");
    assert_eq!(settings["keys"][0]["algorithms"], serde_json::json!(["ECDSA-SHA256"]));
    assert_eq!(
        (&settings["claims"], &settings["max_lifetime"]),
        (&"required".into(), &43_200.into())
    );
    let claims_key = &settings["claims_keys"][0];
    assert_eq!(
        (&claims_key["id"], &claims_key["algorithm"]),
        (&"claims-local".into(), &"ES256".into())
    );
    assert!(state.join("lambda-edge/function.zip").exists());
}

/// A program `node` that is a shell script, in a folder of its own.
struct FakeNode(Folder);

impl FakeNode {
    fn new(script: &str) -> Self {
        let folder = empty_folder();
        let node = folder.join("node");
        fs::write(&node, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&node, fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn state(&self) -> PathBuf {
        self.0.join("state")
    }
}

/// With nothing in the `PATH` but this folder.
fn command(path: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["dev", "--port", "0", "--edge", "lambda", "--state"]);
    command.arg(path.join("state")).env("PATH", path);
    command
}

#[tokio::test]
async fn who_gets_no_proper_result_is_not_let_in() {
    let node = FakeNode::new(
        r#"echo '{"node":"20.0.0"}'
        read line; echo '{"id":1,"threw":true}'
        read line; echo '{"id":2,"result":{"status":200}}'
        read line; echo '{"id":3,"result":{}}'
        read line; echo '{"id":4}'
        read line; echo '{"id":5'
        read line"#,
    );
    let edge = LocalEdge::run(command(&node.0), &node.state());
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let mut expected = Vec::new();
    for (status, fact) in [
        (503, "the function threw"),
        (502, "the function's result is invalid: it is no response; `status` is a string"),
        (502, "the function's result is invalid: it is neither a response"),
        (502, "the function's result is invalid: it is neither a response"),
        (503, "the function is down"),
    ] {
        let answer = viewer.get(CLIP).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{fact}");
        assert_eq!(answer.header("cache-control"), "no-store");
        expected.push(format!("{status} {fact}"));
    }
    drop(viewer);
    let log = edge.stop();
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with("50")).collect();
    assert_eq!(lines.len(), expected.len(), "{log}");
    for (line, expected) in lines.iter().zip(&expected) {
        assert!(line.starts_with(expected.as_str()), "{log}");
    }
    assert!(log.contains("the function is down: what came back is no result; "), "{log}");
}

#[test]
fn without_a_node_that_will_do_it_says_what_to_install() {
    let missing = empty_folder();
    for (path, code, fact) in [
        (missing, 2, "there is no program `node`"),
        (FakeNode::new(r#"echo '{"node":"18.20.4"}'; read line"#).0, 2, "`18.20.4`"),
        (FakeNode::new("echo nonsense; read line").0, 3, "did not load the function"),
        (FakeNode::new("echo 'SyntaxError' >&2; exit 1").0, 3, "did not load the function"),
    ] {
        let output = command(&path).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(output.stdout.is_empty());
        assert!(message.contains(fact) && message.contains("Node.js 20 or later"), "{message}");
        assert!(message.contains("`--edge lambda`"), "{message}");
    }
}
