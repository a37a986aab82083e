//! The same key, the same answer.

use http::Method;
use serde_json::json;
use signer::Outcome;

use crate::site::{
    NOW, Site, alice, post_session, post_urls, request, site_secret, time, viewer, with,
};

const URL: &str = "https://media.example.com/standard/a.mp4";
const KEY: &str = "idempotency-key";

#[tokio::test]
async fn a_repeated_request_gets_the_answer_of_the_first() {
    let site = Site::new();
    let asked = || with(post_session(alice()), KEY, "k-1");
    let first = site.ask(&asked()).await;
    site.sleep(10);
    let second = site.ask(&asked()).await;
    assert_eq!(second.outcome, Outcome::Repeated);
    assert_eq!(second.set_cookies(), first.set_cookies());
    assert_eq!(second.response.body(), first.response.body());
    let without = site.ask(&post_session(alice())).await;
    assert_ne!(without.set_cookies(), first.set_cookies());
    let other_key = site.ask(&with(post_session(alice()), KEY, "k-2")).await;
    assert_eq!(other_key.json()["issued_at"], NOW + 10);
    site.sleep(300);
    assert_eq!(site.ask(&asked()).await.json()["issued_at"], NOW + 310);
}

#[tokio::test]
async fn it_is_the_caller_s_alone_and_never_outlives_a_revocation() {
    let site = Site::new();
    let first = site.ask(&with(post_session(alice()), KEY, "k-1")).await;
    let bob =
        viewer(json!({"sub": "bob", "sid": "s-1", "groups": ["subscribers"], "auth_time": NOW}));
    let bobs = site.ask(&with(post_session(bob.unwrap()), KEY, "k-1")).await;
    assert_ne!(bobs.set_cookies(), first.set_cookies());
    let demoted =
        viewer(json!({"sub": "alice", "sid": "s-1", "groups": [], "auth_time": NOW - 3600}));
    let demoted = site.ask(&with(post_session(demoted.unwrap()), KEY, "k-1")).await;
    demoted.assert_refused(403, "no-grant");
    let mut moved = with(post_session(alice()), KEY, "k-1");
    moved.address = Some("198.51.100.1".parse().unwrap());
    assert!(matches!(site.ask(&moved).await.outcome, Outcome::Issued(_)));
    site.ask(&request(Method::DELETE, "/edgepass/session", alice(), "")).await;
    site.ask(&with(post_session(alice()), KEY, "k-1")).await.assert_refused(403, "revoked");
}

/// One session of the identity provider, in which the viewer has signed in anew since.
#[tokio::test]
async fn it_does_not_repeat_a_pass_from_before_a_cut_off() {
    let site = Site::new();
    let signed_in = |auth_time: i64| {
        let known = json!({
            "sub": "alice", "sid": "s-1", "groups": ["subscribers"], "auth_time": auth_time,
        });
        with(post_session(viewer(known).unwrap()), KEY, "k-1")
    };
    site.ask(&signed_in(NOW)).await;
    site.store.memory.revoke_subject(&site_secret().viewer("alice"), time(NOW));
    site.sleep(10);
    let again = site.ask(&signed_in(NOW + 5)).await;
    assert!(matches!(again.outcome, Outcome::Issued(_)));
    assert_eq!(again.json()["issued_at"], NOW + 10);
    assert_eq!(site.ask(&signed_in(NOW + 5)).await.outcome, Outcome::Repeated);
}

#[tokio::test]
async fn another_body_under_the_same_key_is_a_mistake() {
    let site = Site::new();
    let asked = |url| with(post_urls(alice(), &[url]), KEY, "k-1");
    assert_eq!(site.ask(&asked(URL)).await.status(), 200);
    let other = "https://media.example.com/standard/b.mp4";
    site.ask(&asked(other)).await.assert_refused(422, "idempotency-key-reused");
    for key in ["", "a b", "éé"] {
        let mut asked = post_session(alice());
        asked.headers.insert(KEY, http::HeaderValue::from_bytes(key.as_bytes()).unwrap());
        site.ask(&asked).await.assert_refused(400, "idempotency-key-malformed");
    }
}
