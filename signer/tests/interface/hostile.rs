//! Requests of those who should get nothing.

use std::sync::Arc;

use http::{HeaderValue, Method};
use serde_json::{Value, json};
use signer::{Identity, IdentityRefused, MAX_BODY_BYTES, MemoryStore};

use crate::site::{GRANTS, NOW, PAGE, Site, alice, post_session, post_urls, request, viewer, with};

const URL: &str = "https://media.example.com/standard/a.mp4";

#[tokio::test]
async fn headers_cookies_and_bodies_are_no_identity() {
    let site = Site::new();
    for (name, value) in [
        ("authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."),
        ("x-edgepass-user", "alice"),
        ("x-amzn-oidc-identity", "alice"),
        ("cookie", "Edgepass-Session=v1.s.1.9999999999; Edgepass-Claims=x.y.z"),
    ] {
        for mut asked in [
            with(post_session(alice()), name, value),
            with(post_urls(alice(), &[URL]), name, value),
            with(request(Method::GET, "/edgepass/session", alice(), ""), name, value),
            with(request(Method::DELETE, "/edgepass/session", alice(), ""), name, value),
        ] {
            asked.identity = Err(IdentityRefused::Absent);
            let answer = site.ask(&asked).await;
            answer.assert_refused(401, "identity-missing");
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    // Who is signed in gets their own session, whatever the cookie says.
    let plain = site.ask(&post_session(alice())).await.json();
    let forged = with(post_session(alice()), "cookie", "Edgepass-Session=v1.other.1.9999999999");
    assert_eq!(site.ask(&forged).await.json(), plain);
    let body = r#"{"session":"other"}"#;
    let asked = request(Method::POST, "/edgepass/session", alice(), body);
    site.ask(&asked).await.assert_refused(400, "body-malformed");
}

/// By then its revocation may be forgotten: nothing is answered but that, to administrators neither.
#[tokio::test]
async fn a_sign_in_is_good_for_as_long_as_revocations_are_remembered() {
    const DAY: i64 = 24 * 3600;
    let signed_in = |age: i64| {
        let context = json!({
            "sub": "alice", "sid": "s-1", "groups": ["subscribers"], "role": "operator",
            "auth_time": NOW - age, "iat": NOW - 60, "exp": NOW + 60,
        });
        viewer(context).unwrap()
    };
    let admin = format!("admin = {{ \"role\" = \"operator\" }}\n{GRANTS}");
    for (site, days) in
        [(Site::granting(&admin), 400), (Site::granting(&admin).with_longest_sign_in(3), 3)]
    {
        let oldest = signed_in(days * DAY);
        assert_eq!(site.ask(&post_session(oldest)).await.status(), 200);
        let too_old = || signed_in(days * DAY + 1);
        for (method, path, body) in [
            (Method::POST, "/edgepass/session", "{}"),
            (Method::GET, "/edgepass/session", ""),
            (
                Method::POST,
                "/edgepass/urls",
                r#"{"urls":["https://media.example.com/standard/a"]}"#,
            ),
            (Method::GET, "/edgepass/revocations", ""),
            (Method::DELETE, "/edgepass/revocations", r#"{"scope":"all"}"#),
        ] {
            let answer = site.ask(&request(method, path, too_old(), body)).await;
            answer.assert_refused(401, "sign-in-too-old");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(&format!("more than {days} days ago")), "{detail}");
        }
    }
}

#[tokio::test]
async fn old_identities_and_strange_ones() {
    // Without revocations the time of the token is enough.
    let site = Site::over(GRANTS, Arc::new(MemoryStore::default()));
    let ask = |claim: &str, value: Value| {
        let mut context = json!({"sub": "alice", "groups": ["subscribers"], "iat": NOW - 60});
        context[claim] = value;
        viewer(context)
    };
    let expired = ask("exp", json!(NOW)).unwrap();
    site.ask(&post_session(expired)).await.assert_refused(401, "identity-expired");
    let ahead = ask("auth_time", json!(NOW + 61)).unwrap();
    site.ask(&post_session(ahead)).await.assert_refused(401, "identity-malformed");
    let still_good = ask("exp", json!(NOW + 1)).unwrap();
    assert_eq!(site.ask(&post_session(still_good)).await.status(), 200);
    for (claim, value) in [
        ("exp", json!("Tue Apr 04 18:39:39 UTC 2023")),
        ("exp", json!(1_767_225_600_000_i64)),
        ("exp", json!("")),
        ("auth_time", json!(1_767_225_600_000_i64)),
        ("iat", json!("-5")),
        ("iat", json!("NaN")),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("sub", json!(["alice"])),
    ] {
        let mut asked = post_session(alice());
        asked.identity = ask(claim, value).map(Identity::Viewer);
        site.ask(&asked).await.assert_refused(401, "identity-malformed");
    }
    for time in [json!("1.7672256e+09"), json!(1_767_225_600.5)] {
        let odd = ask("iat", time).unwrap();
        assert_eq!(site.ask(&post_session(odd)).await.status(), 200);
    }
}

#[tokio::test]
async fn names_that_mean_something_in_a_path() {
    let site = Site::new();
    for name in ["*", "a*", "../bob", "a/b", "a%2fb", "a?b", "a b", "é", "{sub}", "[a b]", "a.b"] {
        let odd = json!({"sub": name, "groups": ["subscribers"], "auth_time": NOW});
        let odd = viewer(odd).unwrap();
        let answer = site.ask(&post_session(odd.clone())).await;
        answer.assert_refused(403, "identity-unfit");
        assert!(!answer.response.body().contains(name), "{name}");
        site.ask(&post_urls(odd, &[URL])).await.assert_refused(403, "identity-unfit");
    }
}

#[tokio::test]
async fn principals_are_no_viewers() {
    let site = Site::new();
    let arn = "arn:aws:sts::111122223333:assumed-role/backend/session-1";
    let exports = "https://media.example.com/exports/a.csv";
    let ask = |mut asked: signer::Request, arn: &str| {
        asked.identity = Ok(Identity::Principal(arn.to_owned()));
        asked
    };
    let answer = site.ask(&ask(post_urls(alice(), &[exports]), arn)).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    let answer = site.ask(&ask(post_urls(alice(), &[URL]), arn)).await;
    answer.assert_refused(403, "url-not-granted");
    site.ask(&ask(post_session(alice()), arn)).await.assert_refused(403, "viewer-required");
    for stranger in [
        "arn:aws:sts::111122223333:assumed-role/backend-2/session-1",
        "arn:aws:sts::999999999999:assumed-role/backend/session-1",
        "arn:aws:iam::111122223333:role/backend",
        "arn:aws:sts::111122223333:assumed-role/backend/a/b",
        "alice",
    ] {
        for asked in [post_urls(alice(), &[exports]), post_session(alice())] {
            site.ask(&ask(asked, stranger)).await.assert_refused(401, "identity-missing");
        }
    }
    site.ask(&post_urls(alice(), &[exports])).await.assert_refused(403, "url-not-granted");
}

#[tokio::test]
async fn pages_of_others() {
    let site = Site::new();
    for origin in [
        "https://evil.org",
        "null",
        "https://www.example.com.evil.org",
        "http://www.example.com",
        "https://www.example.com, https://evil.org",
        "",
    ] {
        let other = HeaderValue::from_str(origin).unwrap();
        for mut asked in [
            post_session(alice()),
            post_urls(alice(), &[URL]),
            request(Method::DELETE, "/edgepass/session", alice(), ""),
        ] {
            asked.headers.insert("origin", other.clone());
            let answer = site.ask(&asked).await;
            answer.assert_refused(403, "origin-not-allowed");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
        let mut asked = request(Method::GET, "/edgepass/session", alice(), "");
        asked.headers.insert("origin", other);
        let answer = site.ask(&asked).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "unreadable for that page");
    }
    let mut twice = post_session(alice());
    twice.headers.append("origin", HeaderValue::from_static("https://evil.org"));
    site.ask(&twice).await.assert_refused(403, "origin-not-allowed");

    let ours = site.ask(&post_session(alice())).await;
    assert_eq!(ours.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(ours.header("access-control-allow-credentials"), Some("true"));
    let mut program = post_session(alice());
    program.headers.remove("origin");
    assert_eq!(site.ask(&program).await.status(), 200);
}

#[tokio::test]
async fn preflights() {
    let site = Site::new();
    let ask = |origin: &'static str, path: &str| {
        let mut asked = request(Method::OPTIONS, path, alice(), "");
        asked.identity = Err(IdentityRefused::Absent);
        with(with(asked, "origin", origin), "access-control-request-method", "DELETE")
    };
    let answer = site.ask(&ask(PAGE, "/edgepass/session")).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert!(answer.header("access-control-allow-methods").unwrap().contains("DELETE"));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("idempotency-key"));
    site.ask(&ask("https://evil.org", "/edgepass/urls"))
        .await
        .assert_refused(403, "origin-not-allowed");
    site.ask(&ask(PAGE, "/elsewhere")).await.assert_refused(404, "not-found");
}

#[tokio::test]
async fn forms_and_floods() {
    let site = Site::new();
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/jsonp",
    ] {
        let asked = with(post_session(alice()), "content-type", media_type);
        site.ask(&asked).await.assert_refused(415, "media-type");
    }
    let mut none = post_session(alice());
    none.headers.remove("content-type");
    site.ask(&none).await.assert_refused(415, "media-type");
    let charset = with(post_session(alice()), "content-type", "Application/JSON; charset=utf-8");
    assert_eq!(site.ask(&charset).await.status(), 200);

    for path in ["/edgepass/session", "/edgepass/urls"] {
        let body = format!("{{\"urls\":[\"{}\"]}}", "a".repeat(1024 * 1024));
        let mut asked = request(Method::POST, path, alice(), &body);
        site.ask(&asked).await.assert_refused(413, "body-too-large");
        asked.body.truncate(MAX_BODY_BYTES + 1);
        site.ask(&asked).await.assert_refused(413, "body-too-large");
    }
    let nested = "[".repeat(60_000);
    site.ask(&request(Method::POST, "/edgepass/urls", alice(), &nested))
        .await
        .assert_refused(400, "body-malformed");
}

#[tokio::test]
async fn elsewhere() {
    let site = Site::new();
    for path in [
        "/",
        "",
        "/edgepass",
        "/edgepass/session/",
        "//edgepass/session",
        "/edgepass/../edgepass/session",
        "/Edgepass/session",
    ] {
        let asked = request(Method::POST, path, alice(), "{}");
        site.ask(&asked).await.assert_refused(404, "not-found");
    }
    for (path, method, allow) in [
        ("/edgepass/session", Method::PUT, "GET, POST, DELETE"),
        ("/edgepass/urls", Method::GET, "POST"),
    ] {
        let answer = site.ask(&request(method, path, alice(), "{}")).await;
        answer.assert_refused(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), Some(allow));
    }
}
