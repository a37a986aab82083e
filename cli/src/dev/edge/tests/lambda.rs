//! The same edge, with the Lambda@Edge bundle in Node.js as its check.

use core::future::pending;

use tokio::net::TcpListener;
use tokio::time::sleep;

use super::*;
use crate::dev::lambda::Function;
use crate::dev::validator::system_clock;
use crate::dev::{published, server};

/// The function goes by the real clock, and fetches the state over HTTP.
async fn lambda() -> Fixture {
    let folder = Folder::new();
    let state = StateFolder::open(&folder.0).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let hosts = hosts(listener.local_addr().unwrap().port());
    let url = published::head_url(&hosts[0]);
    let origin = published::origin(FolderDestination::new(state.published()));
    let states = Edge::new(Vec::new(), origin, native(&state, system_clock()), hosts);
    tokio::spawn(server::serve(listener, Arc::new(states), pending()));

    let settings = settings(&state.keys, &state.mandate.mandate.root, url, max_lifetime());
    let (function, unstarted) = Function::new(&state, &settings).unwrap();
    let edge = echoes(Check::Lambda(function));
    let fixture = Fixture::with(state, folder, edge, Arc::default(), system_clock()).await;
    let mut process = unstarted.start().await.unwrap();
    tokio::spawn(async move { process.run().await });
    let cookies = fixture.cookies();
    // On a busy machine it gets the state late.
    while fixture.answer("/private/x", &[("cookie", &cookies)]).await.1 == "revocation-unknown" {
        sleep(Duration::from_millis(200)).await;
    }
    fixture
}

#[tokio::test]
async fn the_origin_sees_no_pass_and_all_else() {
    let lambda = lambda().await;
    let cookies = lambda.cookies();
    let (first, second) = cookies.split_at(cookies.find("CloudFront-Signature").unwrap());
    let headers = [
        ("cookie", "theme=dark"),
        ("cookie", first),
        // Some take this character for the end of a line.
        ("cookie", &format!("{second}note=\u{2028}\u{e9}\"")),
        ("X-Edgepass-Reason", "forged"),
        ("X_Edgepass_Context", "forged"),
        ("X-Original-URL", "/private/y"),
        ("X-Kept", "1"),
        ("referer", "http://127.0.0.1:8787/?Signature=x&a=1"),
    ];
    let (_, _, body) = lambda.answer("/private/%61?a=1&b", &headers).await;
    assert_eq!(
        body,
        "private /private/%61?a=1&b [theme=dark; note=\u{2028}\u{e9}\"] [x-kept]http://127.0.0.1:8787/?a=1"
    );
    let (_, _, body) = lambda.answer("/private/x", &[("cookie", &cookies)]).await;
    assert_eq!(body, "private /private/x [] []");

    let url = "http://127.0.0.1:8787/private/x?a=1".parse().unwrap();
    let url = lambda.pass(Target::Url(url, None)).url().unwrap();
    let (_, _, body) = lambda.answer(url.strip_prefix("http://127.0.0.1:8787").unwrap(), &[]).await;
    assert_eq!(body, "private /private/x?a=1 [] []");

    let request = Request::post("/private/x")
        .header("host", "127.0.0.1:8787")
        .header("cookie", &cookies)
        .body(Body::from("kept"))
        .unwrap();
    let (_, _, body) = lambda.answer_to(request).await;
    assert_eq!(body, "private /private/x [] []kept");

    // No function stands here.
    let (_, _, body) = lambda.answer("/?Signature=x&a=1", &[("cookie", &cookies)]).await;
    assert_eq!(body, "rest /?a=1 [] []");
}

#[tokio::test]
async fn a_refusal_is_what_the_bundle_makes() {
    let lambda = lambda().await;
    for (target, reason) in [
        ("/private/x", "credential-missing"),
        ("/private/x?Expires=1", "credential-incomplete"),
        ("/private/../private/x", "request-malformed"),
        ("/a/../private/x", "request-malformed"),
        ("//private/x", "request-malformed"),
        ("/x?%00", "request-malformed"),
        ("*", "request-malformed"),
    ] {
        let (status, found, body) = lambda.answer(target, &[]).await;
        assert_eq!((status, found.as_str(), body.as_str()), (403, reason, "403 Forbidden\n"));
    }
}

#[tokio::test]
async fn the_bundle_wants_the_claims_too() {
    let lambda = lambda().await;
    let cookies = lambda.cookies();
    let (cloudfront, token) = cookies.split_at(cookies.find(CLAIMS_NAME).unwrap());
    for (cookies, reason) in [
        (cloudfront.to_owned(), "claims-missing"),
        (format!("{cloudfront}{CLAIMS_NAME}=x"), "claims-malformed"),
        (format!("{cloudfront}{token}"), ""),
    ] {
        let (_, found, _) = lambda.answer("/private/x", &[("cookie", &cookies)]).await;
        assert_eq!(found, reason);
    }
}
