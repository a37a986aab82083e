//! Nothing is issued to the revoked, nor when nobody can say who they are.

use core::sync::atomic::Ordering;

use http::Method;
use serde_json::json;

use crate::site::{
    NOW, Site, alice, claims, post_session, post_urls, request, site_secret, time, token, viewer,
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
        let claims = claims(token(&answer.jar("/")));
        assert_eq!(claims["iat"], cut_off + 1);
        assert_eq!(claims["exp"], cut_off + 1 + 4 * 3600);
    }
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
