//! Nothing is issued to the revoked, nor when nobody can say who they are.

use core::sync::atomic::Ordering;
use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use signer::{MemoryStore, Viewer};

use crate::site::{
    self, GRANTS, NOW, Site, alice, claims, post_session, post_urls, request, site_secret, time,
    viewer,
};

const URL: &str = "https://media.example.com/standard/a.mp4";

#[tokio::test]
async fn after_logging_out_only_a_new_sign_in_gets_a_pass() {
    let site = Site::new();
    assert_eq!(site.ask(&post_session(alice())).await.status(), 200);
    let gone = site.ask(&request(Method::DELETE, "/edgepass/session", alice(), "")).await;
    assert_eq!(gone.status(), 204);
    site.ask(&post_session(alice())).await.assert_refused(403, "revoked");
    site.ask(&post_urls(alice(), &[URL])).await.assert_refused(403, "revoked");
    // A renewed token of the same sign-in is the same session.
    let renewed = viewer(json!({
        "sub": "alice", "sid": "s-1", "groups": ["subscribers"], "iat": NOW, "exp": NOW + 7200,
        "auth_time": NOW - 3600,
    }));
    site.ask(&post_session(renewed.unwrap())).await.assert_refused(403, "revoked");
    let again = viewer(json!({
        "sub": "alice", "sid": "s-2", "groups": ["subscribers"], "auth_time": NOW,
    }));
    assert_eq!(site.ask(&post_session(again.unwrap())).await.status(), 200);
}

#[tokio::test]
async fn a_cut_off_needs_a_newer_sign_in_and_is_stamped_over() {
    for all in [false, true] {
        let site = Site::new();
        let cut_off = NOW + 30;
        if all {
            site.store.memory.revoke_all(time(cut_off));
        } else {
            site.store.memory.revoke_subject(&site_secret().viewer("alice"), time(cut_off));
        }
        let signed_in = |auth_time: i64| {
            viewer(json!({
                "sub": "alice", "sid": "s-9", "groups": ["subscribers"], "auth_time": auth_time,
                "iat": NOW + 59,
            }))
            .unwrap()
        };
        site.ask(&post_session(alice())).await.assert_refused(403, "revoked");
        site.ask(&post_session(signed_in(cut_off))).await.assert_refused(403, "revoked");
        // The identity provider's clock is ahead: the pass still is newer than the cut-off.
        let answer = site.ask(&post_session(signed_in(cut_off + 1))).await;
        assert_eq!(answer.status(), 200);
        let claims = claims(site::token(&answer.jar("/")));
        assert_eq!(claims["iat"], cut_off + 1);
        assert_eq!(claims["exp"], cut_off + 1 + 4 * 3600);
    }
}

/// What is known of a sign-in, at the first token and after its renewal.
fn token(claims: Value, renewed_after: i64) -> Viewer {
    let mut known = json!({
        "sub": "alice", "groups": ["subscribers", "admins"], "iat": NOW + renewed_after,
        "exp": NOW + renewed_after + 3600,
    });
    known.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    viewer(known).unwrap()
}

/// Every claim that could name the sign-in, without the time of it: a subject is revoked by a time.
#[tokio::test]
async fn the_time_of_a_token_is_not_that_of_the_sign_in() {
    let grants = GRANTS.replace("\n[cookies]", "admin = { groups = \"admins\" }\n\n[cookies]");
    for claims in [
        json!({}),
        json!({"sid": "s-1"}),
        json!({"origin_jti": "o-1"}),
        json!({"origin_jti": "o-1", "sid": "s-1"}),
        json!({"auth_time": null}),
    ] {
        let site = Site::granting(&grants);
        for (method, path, body) in [
            (Method::POST, "/edgepass/session", "{}"),
            (Method::GET, "/edgepass/session", ""),
            (Method::DELETE, "/edgepass/session", ""),
            (
                Method::POST,
                "/edgepass/urls",
                r#"{"urls":["https://media.example.com/standard/a"]}"#,
            ),
            (Method::GET, "/edgepass/revocations", ""),
        ] {
            let asked = request(method, path, token(claims.clone(), 0), body);
            let answer = site.ask(&asked).await;
            answer.assert_refused(401, "sign-in-unknown");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("`auth_time` is missing"), "{detail}");
        }
        // Nothing is remembered there that a renewed token could get around.
        let forgets = Site::over(&grants, Arc::new(MemoryStore::default()));
        assert_eq!(forgets.ask(&post_session(token(claims, 0))).await.status(), 200);
    }
    for missing in [json!({"iat": null}), json!({"iat": null, "sid": "s-1"})] {
        for site in [Site::new(), Site::over(GRANTS, Arc::new(MemoryStore::default()))] {
            let answer = site.ask(&post_session(token(missing.clone(), 0))).await;
            answer.assert_refused(401, "sign-in-unknown");
        }
    }
}

/// Whether a renewed token gets a pass after the viewer has logged out, and after all their passes
/// have been revoked.
async fn gets_around(grants: &str, claims: &Value) -> [bool; 2] {
    let renewed = || post_session(token(claims.clone(), 600));
    let site = Site::granting(grants);
    let first = site.ask(&post_session(token(claims.clone(), 0))).await;
    assert_eq!(first.status(), 200, "{}", first.response.body());
    let gone = request(Method::DELETE, "/edgepass/session", token(claims.clone(), 0), "");
    assert_eq!(site.ask(&gone).await.status(), 204);
    site.sleep(600);
    let after_logout = site.ask(&renewed()).await.status() == 200;

    let site = Site::granting(grants);
    site.store.memory.revoke_subject(&site_secret().viewer("alice"), time(NOW + 30));
    site.sleep(600);
    [after_logout, site.ask(&renewed()).await.status() == 200]
}

#[tokio::test]
async fn what_ends_a_sign_in_is_what_says_when_it_was() {
    let named = |claim: &str| {
        GRANTS.replace("\n[cookies]", &format!("sign_in_time = \"{claim}\"\n\n[cookies]"))
    };
    let since = "https://example.com/auth_time";
    for (grants, claims, gets_through) in [
        (GRANTS.to_owned(), json!({"auth_time": NOW - 60}), [false, false]),
        (GRANTS.to_owned(), json!({"auth_time": NOW - 60, "sid": "s-1"}), [false, false]),
        (named(since), json!({since: NOW - 60}), [false, false]),
        (named(since), json!({since: (NOW - 60).to_string(), "sid": "s-1"}), [false, false]),
        // The better claim counts, whatever else is named.
        (named("iat"), json!({"auth_time": NOW - 60}), [false, false]),
        // As the README says: nothing ends, or only the session that is named.
        (named("iat"), json!({}), [true, true]),
        (named("iat"), json!({"sid": "s-1"}), [false, true]),
    ] {
        assert_eq!(gets_around(&grants, &claims).await, gets_through, "{claims}");
    }
    let missing = Site::granting(&named(since)).ask(&post_session(token(json!({}), 0))).await;
    missing.assert_refused(401, "sign-in-unknown");
    let detail = missing.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("`auth_time` or `https://example.com/auth_time` is missing"),
        "{detail}"
    );
    let odd =
        Site::granting(&named(since)).ask(&post_session(token(json!({since: "soon"}), 0))).await;
    odd.assert_refused(401, "identity-malformed");
}

#[tokio::test]
async fn without_the_store_nothing_is_issued() {
    let site = Site::new();
    site.store.fails.store(true, Ordering::SeqCst);
    for asked in [
        post_session(alice()),
        post_urls(alice(), &[URL]),
        request(Method::GET, "/edgepass/session", alice(), ""),
    ] {
        let answer = site.ask(&asked).await;
        answer.assert_refused(503, "store-unavailable");
        assert!(answer.header("retry-after").is_some());
        assert!(!answer.response.body().contains("secret-name"));
    }
    assert_eq!(site.key.asked.load(Ordering::SeqCst), 0);
    // The browser loses its pass all the same.
    let gone = site.ask(&request(Method::DELETE, "/edgepass/session", alice(), "")).await;
    gone.assert_refused(503, "store-unavailable");
    assert!(gone.set_cookies().iter().any(|line| line.starts_with("CloudFront-Policy=; ")));
}
