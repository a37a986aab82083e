//! The demo site: its page, signing in, and passes explained.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::local_edge::LocalEdge;
use crate::viewer::Viewer;

#[tokio::test]
async fn the_page_is_for_everyone() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/demo.js", "text/javascript; charset=utf-8"),
        ("/demo.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let answer = viewer.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.body.is_empty());
    }
    assert_eq!(viewer.get("/index.html.bak").await.status, 404);
    assert_eq!(viewer.get("/media").await.status, 404);
    assert_eq!(viewer.send("HEAD", "/", &[], "").await.status, 200);
}

#[tokio::test]
async fn a_signed_in_viewer_plays_the_own_clip() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    let users = json!([
        { "id": "alice", "name": "Alice", "clip": "/media/alice/index.m3u8" },
        { "id": "bob", "name": "Bob", "clip": "/media/bob/index.m3u8" },
    ]);
    let me = viewer.get("/demo/me").await;
    assert_eq!((&me.json()["user"], &me.json()["users"]), (&json!(null), &users));
    assert_eq!(me.header("cache-control"), "no-store");

    let signed_in = viewer.post("/demo/sign-in", r#"{"user":"bob"}"#).await;
    assert_eq!(signed_in.status, 204);
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.starts_with("demo-user=bob."), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(viewer.get("/demo/me").await.json()["user"], "bob");
    assert_eq!(viewer.post("/edgepass/session", "{}").await.status, 200);

    let playlist = viewer.get("/media/bob/index.m3u8").await;
    assert_eq!(playlist.status, 200);
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dev/site/clip");
    let mut parts = 0;
    for name in parts_of(playlist.text()) {
        let part = viewer.get(&format!("/media/bob/{name}")).await;
        assert_eq!((part.status, part.header("content-type")), (200, "video/mp4"), "{name}");
        let file = name.split_once('?').map_or(&*name, |(file, _round)| file);
        assert_eq!(part.body, fs::read(clip.join(file)).unwrap(), "{name}");
        parts += 1;
    }
    assert!(parts >= 3, "an initialisation segment and some media");
}

/// The files that a playlist names.
pub(crate) fn parts_of(playlist: &str) -> Vec<String> {
    let name = |line: &str| match line.strip_prefix("#EXT-X-MAP:URI=\"") {
        Some(rest) => rest.split_once('"').map(|(name, _)| name.to_owned()),
        None => (!line.is_empty() && !line.starts_with('#')).then(|| line.to_owned()),
    };
    playlist.lines().filter_map(name).collect()
}

#[tokio::test]
async fn the_pass_of_a_viewer_is_explained() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let held = viewer.get("/demo/pass").await.json();
    let (policy, claims) = (&held["credential"]["policy"], &held["credential"]["claims"]);
    let policy = policy.as_str().unwrap();
    assert!(policy.contains(&format!(r#""Resource":"http://{}/media/alice/*""#, edge.host())));
    assert_eq!(
        held["credential"],
        json!({
            "carrier": "cookie", "key_id": "KEDGEPASSLOCAL", "hash": "sha256", "canned": false,
            "policy": policy, "claims": claims,
        })
    );
    let claims: Value = serde_json::from_str(claims.as_str().unwrap()).unwrap();
    assert_eq!(claims["res"], json!([format!("http://{}/media/alice/*", edge.host())]));
    let subject = claims["sub"].as_str().unwrap();
    assert!(subject.len() == 43 && !subject.contains("alice"), "{subject}");
    assert_eq!(
        held["verdict"],
        json!({
            "decision": "allow", "stage": null, "code": null, "message": null, "hint": null,
            "cloudfront": null,
        })
    );
    assert!(held["now"].as_i64().unwrap() > 1_700_000_000);

    for (path, stage, code) in [
        ("/media/bob/index.m3u8", "conditions", "resource-mismatch"),
        ("/media/alice/../bob/index.m3u8", "find", "request-malformed"),
        ("nonsense", "find", "request-malformed"),
        ("/media/alice/x?Signature=x", "find", "credential-incomplete"),
    ] {
        let escaped = path.replace('?', "%3F").replace('=', "%3D");
        let verdict = viewer.get(&format!("/demo/pass?path={escaped}")).await.json();
        let verdict = &verdict["verdict"];
        assert_eq!(
            (&verdict["decision"], &verdict["stage"], &verdict["code"]),
            (&json!("deny"), &json!(stage), &json!(code)),
            "{path}"
        );
        assert!(verdict["message"].is_string() && verdict["hint"].is_string());
    }
    viewer.get("/demo/pass?path=1&path=2").await.assert_problem(400);
}

#[tokio::test]
async fn a_method_is_explained_too() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let explained = viewer.get("/demo/pass?method=DELETE").await.json();
    let verdict = &explained["verdict"];
    assert_eq!(
        (&verdict["stage"], &verdict["code"]),
        (&json!("claims"), &json!("claims-mismatch"))
    );
    assert!(verdict["message"].as_str().unwrap().contains("`DELETE`"));
    assert_eq!(verdict["cloudfront"], json!(null));
}

#[tokio::test]
async fn what_is_not_understood_is_a_problem() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let long = format!(r#"{{"user":"{}"}}"#, "a".repeat(100_000));
    for body in
        ["", "alice", "{}", r#"{"user":"mallory"}"#, r#"{"user":"bob","admin":true}"#, "[", &long]
    {
        // A body too long is not read to its end, and with that the connection is over.
        let mut viewer = Viewer::new(&edge).await;
        viewer.post("/demo/sign-in", body).await.assert_problem(400);
        assert!(viewer.cookies.is_empty());
    }
    viewer.post("/demo/pass", r#"{"kind":"good"}"#).await.assert_problem(400);
    viewer.send("POST", "/demo/sign-in", &[], r#"{"user":"bob"}"#).await.assert_problem(400);
    viewer.get("/demo/sign-in").await.assert_problem(405);
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let own = format!("http://{}", edge.host());
    for (headers, status) in [
        ([("origin", "http://evil.example")], 403),
        ([("origin", "http://127.0.0.1:1")], 403),
        ([("origin", "null")], 403),
        ([("sec-fetch-site", "cross-site")], 403),
        ([("sec-fetch-site", "same-site")], 403),
        ([("sec-fetch-site", "same-origin")], 204),
        ([("origin", own.as_str())], 204),
    ] {
        let answer = viewer.send("POST", "/demo/sign-out", &headers, "").await;
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 403 {
            answer.assert_problem(403);
        }
    }
}
