//! Refusals: as CloudFront sends them, with the reason that it does not give.

use policy::{Target, to_cloudfront_base64};
use serde_json::Value;

use crate::local_edge::LocalEdge;
use crate::viewer::{Answer, Viewer};

const CLIP: &str = "/media/alice/index.m3u8";

#[track_caller]
fn assert_refused(answer: &Answer, reason: &str, code: &str, message: &str) {
    assert_eq!((answer.status, answer.header("x-edgepass-reason")), (403, reason));
    assert_eq!(answer.header("content-type"), "text/xml");
    assert_eq!(answer.header("server"), "CloudFront");
    assert_eq!(answer.header("x-cache"), "Error from cloudfront");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.text(),
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"#
        )
    );
}

#[tokio::test]
async fn each_way_to_be_refused_has_its_reason() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let good = viewer.cookies.clone();

    let bob = viewer.get("/media/bob/index.m3u8").await;
    assert_refused(&bob, "resource-mismatch", "AccessDenied", "Access denied");

    for (kind, reason) in [
        ("tampered", "signature-invalid"),
        ("expired", "expired"),
        ("token-missing", "claims-missing"),
        ("token-swapped", "claims-not-bound"),
        ("token-expired", "claims-expired"),
    ] {
        let body = format!(r#"{{"kind":"{kind}"}}"#);
        assert_eq!(viewer.post("/demo/pass", &body).await.status, 204);
        let refused = viewer.get(CLIP).await;
        assert_refused(&refused, reason, "AccessDenied", "Access denied");
        let explained = viewer.get("/demo/pass").await.json();
        assert_eq!(explained["verdict"]["code"], reason);
        viewer.cookies.clone_from(&good);
        assert_eq!(viewer.get(CLIP).await.status, 200);
    }

    let missing = "Missing Key-Pair-Id query parameter or cookie value";
    let plain = to_cloudfront_base64(b"{}");
    for (change, reason, code, message) in [
        (("CloudFront-Key-Pair-Id", None), "credential-incomplete", "MissingKey", missing),
        (("CloudFront-Key-Pair-Id", Some("KOTHER")), "unknown-key", "InvalidKey", "Unknown Key"),
        (
            ("CloudFront-Signature", Some("a+b")),
            "credential-malformed",
            "MalformedSignature",
            "Could not unencode Signature",
        ),
        (
            ("CloudFront-Policy", Some("!")),
            "credential-malformed",
            "MalformedPolicy",
            "Malformed Policy",
        ),
        (
            ("CloudFront-Policy", Some(plain.as_str())),
            "signature-invalid",
            "AccessDenied",
            "Access denied",
        ),
        (
            ("CloudFront-Hash-Algorithm", None),
            "algorithm-not-allowed",
            "AccessDenied",
            "Access denied",
        ),
    ] {
        match change {
            (name, Some(value)) => viewer.cookies.insert(name.to_owned(), value.to_owned()),
            (name, None) => viewer.cookies.remove(name),
        };
        assert_refused(&viewer.get(CLIP).await, reason, code, message);
        viewer.cookies.clone_from(&good);
    }

    let deleted = viewer.send("DELETE", CLIP, &[], "").await;
    assert_refused(&deleted, "claims-mismatch", "AccessDenied", "Access denied");
    for (token, reason) in [("x", "claims-malformed"), ("a.b.c", "claims-signature-invalid")] {
        viewer.cookies.insert("Edgepass-Claims".to_owned(), token.to_owned());
        assert_eq!(viewer.get(CLIP).await.header("x-edgepass-reason"), reason);
        viewer.cookies.clone_from(&good);
    }

    viewer.cookies.insert("CloudFront-Policy".to_owned(), "a".repeat(9000));
    assert_eq!(viewer.get(CLIP).await.header("x-edgepass-reason"), "credential-too-large");
    viewer.cookies.clear();
    assert_refused(&viewer.get(CLIP).await, "credential-missing", "MissingKey", missing);
    assert_eq!(viewer.send("HEAD", CLIP, &[], "").await.status, 403);
    assert_eq!(viewer.send("OPTIONS", CLIP, &[], "").await.status, 403);
}

#[tokio::test]
async fn only_who_has_a_pass_can_spoil_it() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    viewer.post("/demo/pass", r#"{"kind":"expired"}"#).await.assert_problem(401);
    viewer.post("/demo/sign-in", r#"{"user":"alice"}"#).await;
    for kind in ["expired", "tampered", "token-expired", "token-missing", "token-swapped"] {
        let body = format!(r#"{{"kind":"{kind}"}}"#);
        viewer.post("/demo/pass", &body).await.assert_problem(409);
    }
    assert_eq!(viewer.cookies.len(), 1);
}

#[tokio::test]
async fn a_swapped_token_is_another_users() {
    let edge = LocalEdge::start();
    let mut alice = Viewer::signed_in(&edge, "alice").await;
    let own = alice.get("/demo/pass").await.json()["credential"]["claims"].clone();
    alice.post("/demo/pass", r#"{"kind":"token-swapped"}"#).await;
    let swapped = alice.get("/demo/pass").await.json()["credential"]["claims"].clone();
    let mut bob = Viewer::signed_in(&edge, "bob").await;
    let bobs = bob.get("/demo/pass").await.json()["credential"]["claims"].clone();
    let subject = |claims: &Value| {
        let claims: Value = serde_json::from_str(claims.as_str().unwrap()).unwrap();
        claims["sub"].clone()
    };
    assert_ne!(subject(&own), subject(&swapped));
    assert_eq!(subject(&bobs), subject(&swapped));
    alice.post("/demo/pass", r#"{"kind":"token-expired"}"#).await;
    assert_eq!(alice.get(CLIP).await.header("x-edgepass-reason"), "claims-not-bound");
}

#[tokio::test]
async fn a_url_signed_with_the_keys_of_the_state_folder_opens_its_file() {
    let edge = LocalEdge::start();
    let url = |path: &str| {
        let url = format!("http://{}{path}", edge.host()).parse().unwrap();
        let url = edge.sign(Target::Url(url, None)).url().unwrap();
        url.split_once(&edge.host()).unwrap().1.to_owned()
    };
    let mut viewer = Viewer::new(&edge).await;
    for path in ["/media/bob/init.mp4", "/media/bob/init.mp4?download=a%20b&x"] {
        assert_eq!(viewer.get(&url(path)).await.status, 200, "{path}");
    }
    let other = url("/media/bob/init.mp4").replace("init.mp4", "index.m3u8");
    assert_eq!(viewer.get(&other).await.header("x-edgepass-reason"), "signature-invalid");

    // CloudFront looks at no cookie when the URL has any signing parameter.
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let answer = viewer.get("/media/alice/index.m3u8?Expires=1").await;
    assert_eq!(answer.header("x-edgepass-reason"), "credential-incomplete");
}

#[tokio::test]
async fn the_log_tells_why_and_no_secret() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    viewer.get("/media/bob/index.m3u8?token=query-secret").await;
    viewer.get("/media/alice/%2e%2e/x?token=query-secret").await;
    viewer.get("/media/alice/index.m3u8").await;
    let cookies = viewer.cookies.clone();
    drop(viewer);
    let log = edge.stop();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].starts_with("403 resource-mismatch at conditions: "), "{log}");
    assert!(lines[0].contains("`/media/alice/*`"), "{log}");
    assert!(lines[0].ends_with(" (GET /media/bob/index.m3u8)"), "{log}");
    assert!(lines[1].starts_with("403 request-malformed at find: "), "{log}");
    for name in ["CloudFront-Policy", "CloudFront-Signature", "Edgepass-Claims"] {
        assert!(!log.contains(&cookies[name]), "{log}");
    }
    assert!(!log.contains("query-secret"), "{log}");
}
