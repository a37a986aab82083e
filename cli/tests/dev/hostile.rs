//! Clients that send what no browser would, and clients that hardly send at all.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::local_edge::LocalEdge;
use crate::viewer::Viewer;

/// What comes back for bytes on a connection of their own, until the edge closes it. `None` when it
/// closes without a word.
async fn answer_to(edge: &LocalEdge, bytes: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(edge.address).await.unwrap();
    // It may hang up before it has read everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1)?.parse().unwrap();
    Some((status, answer))
}

#[tokio::test]
async fn what_is_no_request_is_answered_400() {
    let edge = LocalEdge::start();
    let host = format!("Host: {}\r\n", edge.host());
    for request in [
        "nonsense\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /a b HTTP/1.1\r\n{host}\r\n"),
        format!("GET /\u{0} HTTP/1.1\r\n{host}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}bad header\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n"),
        format!("POST / HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\na"),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\n{host}{host}\r\n"),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}".to_owned(),
    ] {
        let (status, _) = answer_to(&edge, request.as_bytes()).await.unwrap();
        assert_eq!(status, 400, "{request:?}");
    }
    let not_text = [b"GET /\xff\xfe HTTP/1.1\r\n", host.as_bytes(), b"\r\n"].concat();
    assert_eq!(answer_to(&edge, &not_text).await.unwrap().0, 400);
    still_serves(&edge).await;
}

#[tokio::test]
async fn heads_too_large_are_answered_and_not_kept() {
    let edge = LocalEdge::start();
    let host = edge.host();
    let long = "a".repeat(1 << 20);
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {long}\r\n\r\n");
    // The rest that it does not read may cost the answer too.
    if let Some((status, _)) = answer_to(&edge, request.as_bytes()).await {
        assert_eq!(status, 431);
    }
    let many = "X: y\r\n".repeat(1000);
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{many}\r\n");
    assert_eq!(answer_to(&edge, request.as_bytes()).await.unwrap().0, 431);
    let path = "a".repeat(9000);
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let (status, answer) = answer_to(&edge, request.as_bytes()).await.unwrap();
    assert_eq!(status, 403);
    assert!(answer.contains("x-edgepass-reason: request-malformed"), "{answer}");
    still_serves(&edge).await;
}

/// A client library might tidy these targets up before it sends them.
#[tokio::test]
async fn targets_reach_the_validator_as_they_were_sent() {
    for edge in [LocalEdge::start(), LocalEdge::start_lambda()] {
        targets_reach_the_validator_of(&edge).await;
    }
}

async fn targets_reach_the_validator_of(edge: &LocalEdge) {
    let mut viewer = Viewer::signed_in(edge, "alice").await;
    assert_eq!(viewer.get("/media/alice/init.mp4").await.status, 200);
    let cookies: Vec<String> =
        viewer.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let head = format!(
        "Host: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
        edge.host(),
        cookies.join("; ")
    );
    for (target, status, reason) in [
        ("/media/alice/init.mp4", 200, None),
        ("/media/alice/x/../init.mp4", 403, Some("request-malformed")),
        ("/media/alice/../bob/init.mp4", 403, Some("request-malformed")),
        ("/media/alice/./init.mp4", 403, Some("request-malformed")),
        ("/media/alice//init.mp4", 403, Some("request-malformed")),
        ("//media/alice/init.mp4", 403, Some("request-malformed")),
        ("/media/alice/%2e%2e/bob/init.mp4", 403, Some("request-malformed")),
        ("/media/alice/%2E./bob/init.mp4", 403, Some("request-malformed")),
        ("/media/alice/..%2fbob/init.mp4", 403, Some("request-malformed")),
        ("/media/alice/..\\bob\\init.mp4", 403, Some("request-malformed")),
        ("/media/alice/%5c../bob/init.mp4", 403, Some("request-malformed")),
        ("/media/alice/init.mp4%00", 403, Some("request-malformed")),
        ("/media/alice/%zz", 403, Some("request-malformed")),
        ("/media/alice/\"", 403, Some("request-malformed")),
        ("/media/alice/\u{e9}", 403, Some("request-malformed")),
        ("/demo/../media/alice/init.mp4", 403, Some("request-malformed")),
        ("/%6dedia/alice/init.mp4", 404, None),
        ("/media/%61lice/init.mp4", 403, Some("resource-mismatch")),
        ("/Media/alice/init.mp4", 404, None),
        ("*", 403, Some("request-malformed")),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{head}");
        let (found, answer) = answer_to(edge, request.as_bytes()).await.unwrap();
        assert_eq!(found, status, "{target}");
        if let Some(reason) = reason {
            assert!(answer.contains(&format!("x-edgepass-reason: {reason}\r\n")), "{target}");
        }
    }
    let request = format!("GET http://{}/media/alice/init.mp4 HTTP/1.1\r\n{head}", edge.host());
    assert_eq!(answer_to(edge, request.as_bytes()).await.unwrap().0, 200);
    for target in ["http://evil.example/", "evil.example:443"] {
        let method = if target.contains('/') { "GET" } else { "CONNECT" };
        let request = format!("{method} {target} HTTP/1.1\r\n{head}");
        assert_eq!(answer_to(edge, request.as_bytes()).await.unwrap().0, 421, "{target}");
    }
}

#[tokio::test]
async fn names_that_others_made_resolve_to_this_machine_are_refused() {
    let edge = LocalEdge::start();
    let mut viewer = Viewer::new(&edge).await;
    let port = edge.address.port();
    for (host, status) in [
        (format!("localhost:{port}"), 200),
        (format!("evil.example:{port}"), 421),
        ("localhost".to_owned(), 421),
        (format!("127.0.0.1.evil.example:{port}"), 421),
    ] {
        viewer.host.clone_from(&host);
        assert_eq!(viewer.get("/demo/me").await.status, status, "{host}");
    }
}

#[tokio::test]
async fn slow_clients_hold_nobody_up() {
    let edge = LocalEdge::start();
    let mut slow = Vec::new();
    for index in 0..100 {
        let mut stream = TcpStream::connect(edge.address).await.unwrap();
        let begun = match index % 4 {
            0 => String::new(),
            1 => "GET /media/al".to_owned(),
            2 => format!("GET / HTTP/1.1\r\nHost: {}\r\nX-Slow", edge.host()),
            _ => format!(
                "POST /demo/sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{{",
                edge.host()
            ),
        };
        stream.write_all(begun.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    // These ask for a whole segment and do not read it.
    for _ in 0..20 {
        let viewer = Viewer::signed_in(&edge, "alice").await;
        let cookies: Vec<String> =
            viewer.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "GET /media/alice/segment-0.m4s HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
            edge.host(),
            cookies.join("; ")
        );
        let mut stream = TcpStream::connect(edge.address).await.unwrap();
        stream.write_all(request.repeat(20).as_bytes()).await.unwrap();
        slow.push(stream);
    }
    still_serves(&edge).await;
    drop(slow);
    still_serves(&edge).await;
}

async fn still_serves(edge: &LocalEdge) {
    let mut viewer = Viewer::signed_in(edge, "alice").await;
    for name in ["index.m3u8", "init.mp4", "segment-0.m4s"] {
        assert_eq!(viewer.get(&format!("/media/alice/{name}")).await.status, 200, "{name}");
    }
}
