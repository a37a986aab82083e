//! The same edge, with the Lambda@Edge bundle in Node.js as its check.

use core::ops::Deref;
use std::path::PathBuf;
use std::{env, fs, process};

use super::*;
use crate::dev::lambda::Function;
use crate::dev::state::StateFolder;
use crate::dev::validator::system_clock;

struct Lambda {
    fixture: Fixture,
    folder: PathBuf,
}

impl Lambda {
    async fn new(test: &str) -> Self {
        let folder = env::temp_dir().join(format!("edgepass-{test}-{}", process::id()));
        let state = StateFolder::open(&folder).unwrap();
        let (function, mut process) = Function::start(&state, max_lifetime()).await.unwrap();
        tokio::spawn(async move { process.run().await });
        let edge = echoes(Check::Lambda(function));
        // The function goes by the real clock.
        let now = system_clock()().as_seconds();
        let fixture = Fixture::with(state.keys, edge, Arc::default(), now);
        Self { fixture, folder }
    }
}

impl Deref for Lambda {
    type Target = Fixture;

    fn deref(&self) -> &Fixture {
        &self.fixture
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn the_origin_sees_no_pass_and_all_else() {
    let lambda = Lambda::new("forwarded").await;
    let cookies = lambda.cookies();
    let (first, second) = cookies.split_at(cookies.find("CloudFront-Signature").unwrap());
    let headers = [
        ("cookie", "theme=dark"),
        ("cookie", first),
        // Some take this character for the end of a line.
        ("cookie", &format!("{second}note=\u{2028}\u{e9}\"")),
        ("X-Edgepass-Reason", "forged"),
    ];
    let (_, _, body) = lambda.answer("/private/%61?a=1&b", &headers).await;
    assert_eq!(body, "private /private/%61?a=1&b [theme=dark; note=\u{2028}\u{e9}\"] []");
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
    let lambda = Lambda::new("refused").await;
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
    let lambda = Lambda::new("claims").await;
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
