//! Signed URLs: all or none.

use core::sync::atomic::Ordering;

use http::Method;
use policy::{CLAIMS_NAME, Request as EdgeRequest, Url, verify};
use serde_json::json;

use crate::site::{NOW, Site, alice, claims, post_urls, request, time};

const URL: &str = "https://media.example.com/standard/a%20b.mp4?quality=high";

#[tokio::test]
async fn signed_urls_verify_and_carry_their_claims() {
    let site = Site::new();
    let other = "https://media.example.com/u/alice/1.ts";
    let answer = site.ask(&post_urls(alice(), &[URL, other])).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    let body = answer.json();
    assert_eq!(body["expires_at"], NOW + 4 * 3600);
    for (at, plain) in [URL, other].into_iter().enumerate() {
        let signed = body["urls"][at]["url"].as_str().unwrap();
        assert!(signed.starts_with(plain));
        let edge = |url: &str| {
            let url = Url::parse(url).unwrap();
            verify(&EdgeRequest::get(url), &site.trust(), None, time(NOW)).result
        };
        let _ = edge(signed).unwrap();
        // Another token, or none, is another URL than the one signed.
        let token = signed.split(&format!("{CLAIMS_NAME}=")).nth(1).unwrap();
        let token = token.split('&').next().unwrap();
        edge(&signed.replace(token, "x.y.z")).unwrap_err();
        edge(&signed.replace(&format!("{CLAIMS_NAME}={token}&"), "")).unwrap_err();
        let claims = claims(token);
        assert_eq!(claims["mth"], json!(["GET", "HEAD"]));
        assert!(claims.get("pol").is_none());
        assert_eq!(claims["res"], json!([plain]));
    }
}

#[tokio::test]
async fn one_bad_url_and_nothing_is_signed() {
    let site = Site::new();
    for (bad, status, cause) in [
        ("https://media.example.com/staff/a", 403, "url-not-granted"),
        ("https://media.example.com/u/bob/1.ts", 403, "url-not-granted"),
        ("https://media.example.com/u/alice/../bob/1.ts", 422, "url-refused"),
        ("https://media.example.com/u/alice/%2e%2e/bob/1.ts", 422, "url-refused"),
        ("https://media.example.com/u/alice%2f1.ts", 422, "url-refused"),
        ("https://media.example.com.evil.org/standard/a", 403, "url-not-granted"),
        ("https://media.example.com@evil.org/standard/a", 422, "url-refused"),
        ("https://media.example.com:8443/standard/a", 403, "url-not-granted"),
        ("http://media.example.com/standard/a", 403, "url-not-granted"),
        ("https://MEDIA.example.com/standard/a", 422, "url-refused"),
        ("https://media.example.com/standard/*", 422, "url-refused"),
        ("https://media.example.com/standard/a?file=*", 422, "url-refused"),
        ("https://media.example.com/standard/a?file=?", 422, "url-refused"),
        ("https://media.example.com/standard/a b", 422, "url-refused"),
        ("https://media.example.com/standard/\"", 422, "url-refused"),
        ("https://media.example.com/standard/a\r\nSet-Cookie: x", 422, "url-refused"),
        ("https://media.example.com/standard/a#f", 422, "url-refused"),
        ("https://media.example.com/standard/a?Expires=1", 422, "url-refused"),
        ("https://media.example.com/standard/a?Edgepass-Claims=x", 422, "url-refused"),
        ("https://media.example.com/standard/a?%45dgepass-Claims=x", 422, "url-refused"),
        ("/standard/a", 422, "url-refused"),
        ("", 422, "url-refused"),
    ] {
        let answer = site.ask(&post_urls(alice(), &[URL, bad])).await;
        answer.assert_refused(status, cause);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("`urls[1]`: "), "{bad}: {detail}");
    }
    let long = format!("https://media.example.com/standard/{}", "a".repeat(8000));
    site.ask(&post_urls(alice(), &[&long])).await.assert_refused(422, "url-refused");
    // The one that only its parameters make too long was signed before that is known.
    assert!(site.key.asked.load(Ordering::SeqCst) <= 1);
}

#[tokio::test]
async fn counts() {
    let site = Site::new();
    site.ask(&post_urls(alice(), &[URL; 101])).await.assert_refused(422, "too-many-urls");
    site.ask(&post_urls(alice(), &[])).await.assert_refused(400, "body-malformed");
    assert_eq!(site.key.asked.load(Ordering::SeqCst), 0);
    let answer = site.ask(&post_urls(alice(), &[URL; 100])).await;
    assert_eq!(answer.json()["urls"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn bodies() {
    let site = Site::new();
    for body in ["", "{", "[]", "{\"urls\":\"a\"}", "{\"urls\":[1]}", "{\"urls\":[],\"ttl\":9}"] {
        let asked = request(Method::POST, "/edgepass/urls", alice(), body);
        site.ask(&asked).await.assert_refused(400, "body-malformed");
    }
}

#[tokio::test]
async fn a_throttled_key_asks_to_come_back() {
    let site = Site::new();
    site.key.throttles.store(true, Ordering::SeqCst);
    let answer = site.ask(&post_urls(alice(), &[URL; 9])).await;
    answer.assert_refused(503, "signing-throttled");
    assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    // The first batch was under way; no other was begun.
    assert_eq!(site.key.asked.load(Ordering::SeqCst), 4);
}
