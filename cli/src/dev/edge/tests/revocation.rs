//! What the edge makes of the state, by a clock of ours.

use signer::{Entry, Scope};

use super::*;

#[tokio::test]
async fn what_is_revoked_is_refused_once_the_state_is_looked_up_again() {
    let fixture = Fixture::new().await;
    let cookies = fixture.cookies();
    let reason = async |now| {
        fixture.set_clock(now);
        fixture.answer("/private/x", &[("cookie", &cookies)]).await.1
    };
    assert_eq!(reason(START).await, "");
    let session = Scope::Session("j".to_owned());
    fixture.store.revoke(&Entry::new(session.clone(), fixture.time())).await.unwrap();
    assert_eq!(reason(START + 2).await, "", "it is in the store, and not yet published");
    fixture.publishing.publish().await.unwrap();
    assert_eq!(reason(START + 3).await, "", "within the refresh interval");
    assert_eq!(reason(START + 4).await, "revoked");
    fixture.store.unrevoke(&session).await.unwrap();
    fixture.publishing.publish().await.unwrap();
    assert_eq!(reason(START + 6).await, "");
}

#[tokio::test]
async fn a_publisher_that_is_away_is_noticed() {
    let fixture = Fixture::new().await;
    let cookies = fixture.cookies();
    for (now, reason) in [(START + 60, ""), (START + 61, "revocation-stale")] {
        fixture.set_clock(now);
        let (_, found, _) = fixture.answer("/private/x", &[("cookie", &cookies)]).await;
        assert_eq!(found, reason);
    }
    fixture.publishing.publish().await.unwrap();
    fixture.set_clock(START + 62);
    assert_eq!(fixture.answer("/private/x", &[("cookie", &cookies)]).await.0, 200);
}
