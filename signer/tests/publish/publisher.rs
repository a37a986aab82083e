//! What must hold of publishing, at whatever destination.

use policy::{Revocable, Standing, State, StateRefused, UnixTime};
use signer::{Destination, Entry, KeySpec, MemoryStore, PrivateKey, PublishFailed, Scope, Store};

use crate::altered::Altered;
use crate::edge::{GRACE, LIFETIME, NOW, Site, at};
use crate::faulty::{Fails, Faulty};

pub(crate) fn revoked(state: &State, subject: &str, issued_at: UnixTime) -> bool {
    let pass = Revocable { subject, session: "s", keys: &[], issued_at };
    state.standing(&pass) != Standing::Good
}

pub(crate) fn subject(id: &str, up_to: UnixTime) -> Entry {
    Entry { up_to, ..Entry::new(Scope::Subject(id.to_owned()), up_to) }
}

pub(crate) async fn what_is_revoked_reaches_edges(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let publisher = site.publisher();
    assert!(site.read(destination, NOW).await.is_none());
    publisher.publish(&store, destination, NOW).await.unwrap();
    let state = site.read(destination, NOW).await.unwrap();
    assert!(!revoked(&state, "ada", at(NOW)));
    assert_eq!(state.head().sequence(), NOW);
    assert_eq!(state.head().maximum_lifetime(), LIFETIME);

    store.revoke(&subject("ada", at(NOW))).await.unwrap();
    store.revoke(&Entry { up_to: at(1000), ..Entry::new(Scope::All, at(NOW)) }).await.unwrap();
    // The clock was set back: the number grows all the same.
    publisher.publish(&store, destination, NOW - 5000).await.unwrap();
    let state = site.read(destination, NOW).await.unwrap();
    assert!(revoked(&state, "ada", at(NOW)) && !revoked(&state, "bob", at(NOW)));
    assert_eq!(state.head().revoked_up_to(), at(1000));
    assert_eq!(state.head().sequence(), NOW + 1);

    store.unrevoke(&Scope::Subject("ada".to_owned())).await.unwrap();
    publisher.publish(&store, destination, NOW + 60_000).await.unwrap();
    let state = site.read(destination, NOW + 60_000).await.unwrap();
    assert!(!revoked(&state, "ada", at(NOW)));
    assert_eq!(state.head().sequence(), NOW + 60_000);
}

/// So that the clock of the destination goes like ours.
fn real() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() * 1000
}

/// At every step, whether its effect takes place or not, an edge that starts afresh reads the state
/// before or the one after, and the next publication mends everything.
pub(crate) async fn it_may_die_at_any_step(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let publisher = site.publisher();
    let now = real();
    publisher.publish(&store, destination, now).await.unwrap();
    for fails in [Fails::Before, Fails::After] {
        for step in 0.. {
            // Every publication finds a body to clean away.
            let later = Altered::later(destination, GRACE + 1);
            destination.put_body("abandoned", b"").await.unwrap();
            let before = site.read(destination, now).await.unwrap();
            let id = format!("subject {step} {fails:?}");
            store.revoke(&subject(&id, at(now))).await.unwrap();
            let faulty = Faulty::new(&later, step, fails);
            let result = publisher.publish(&store, &faulty, now).await;
            assert_eq!(result.is_err(), faulty.failed(), "step {step}");

            let state = site.read(destination, now).await.unwrap();
            let same = state.head().sequence() == before.head().sequence();
            assert_eq!(revoked(&state, &id, at(now)), !same, "step {step}");
            publisher.publish(&store, &later, now).await.unwrap();
            let state = site.read(destination, now).await.unwrap();
            assert!(revoked(&state, &id, at(now)), "step {step}");
            if !faulty.failed() {
                assert_eq!(step, 6, "head, body, head, bodies, removed, head");
                break;
            }
        }
    }
}

/// Each revokes somebody and publishes; nobody's revocation may be lost, whoever is last.
pub(crate) async fn publishers_do_not_undo_each_other(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let publishers = [(); 4].map(|()| site.publisher());
    let work = publishers.iter().enumerate().map(|(number, publisher)| {
        let store = &store;
        async move {
            for turn in 0..3 {
                let id = format!("{number} {turn}");
                store.revoke(&subject(&id, at(NOW))).await.unwrap();
                publisher.publish(store, destination, NOW).await.unwrap();
            }
        }
    });
    let mut work = work.map(Box::pin);
    let mut next = || work.next().unwrap();
    tokio::join!(next(), next(), next(), next());
    let state = site.read(destination, NOW).await.unwrap();
    assert_eq!(state.body().counts(), [0, 0, 12]);
}

pub(crate) async fn bodies_are_removed_after_the_grace_period(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let publisher = site.publisher();
    let now = real();
    let mut bodies = Vec::new();
    for (id, later, removed) in
        [("ada", 0, 0), ("bob", 0, 0), ("carol", GRACE - 30, 0), ("dave", GRACE + 30, 2)]
    {
        store.revoke(&subject(id, at(now))).await.unwrap();
        let later = Altered::later(destination, later);
        let published = publisher.publish(&store, &later, now).await.unwrap();
        assert_eq!(published.removed, removed, "{id}");
        bodies.push(published.head.body_digest.to_string());
    }
    // The last, and the one of the head before.
    for (body, there) in bodies.iter().zip([false, false, true, true]) {
        assert_eq!(destination.body(body).await.unwrap().is_some(), there);
    }
    assert!(site.read(destination, now).await.is_some());
}

/// One that is ahead is not believed, and spoils nothing for edges and for the next.
pub(crate) async fn clocks_may_differ(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let publisher = site.publisher();
    let now = real();
    let mut bodies = Vec::new();
    let mut seen = None;
    for (number, ahead) in [0, 0, 120, 0, 24 * 3600, 0].into_iter().enumerate() {
        let id = number.to_string();
        store.revoke(&subject(&id, at(now))).await.unwrap();
        let published = publisher.publish(&store, destination, now + ahead * 1000).await.unwrap();
        bodies.push(published.head.body_digest.to_string());

        let taken = site.taken(destination, seen.as_ref(), now).await;
        if ahead == 0 {
            let state = taken.unwrap();
            assert!(revoked(&state, &id, at(now)), "{number}");
            seen = Some(state.head().clone());
        } else {
            assert!(matches!(taken, Err(StateRefused::Ahead { .. })), "{number}");
        }
        // Whichever of the heads an edge was handed.
        for body in &bodies {
            assert!(destination.body(body).await.unwrap().is_some(), "{number}");
        }
    }
}

/// One garbled answer is no reason to begin anew.
pub(crate) async fn what_is_read_once_is_not_replaced(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let first = site.publisher().publish(&store, destination, NOW).await.unwrap();
    // The clock was set back: without the head before, the number would fall.
    let garbled = Altered::garbled(destination, 3);
    let second = site.publisher().publish(&store, &garbled, NOW - 5000).await.unwrap();
    assert_eq!(second.head.sequence, first.head.sequence + 1);
    assert!(!second.replaced_a_stranger);

    let garbled = Altered::garbled(destination, u32::MAX);
    let failed = site.publisher().publish(&store, &garbled, NOW).await.unwrap_err();
    assert_eq!(failed, PublishFailed::Contended);
    let state = site.read(destination, NOW).await.unwrap();
    assert_eq!(state.head().sequence(), second.head.sequence);
}

pub(crate) async fn entries_leave_when_no_pass_can_match(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let publisher = site.publisher();
    // Longer than what is granted today.
    let ever = LIFETIME * 2;
    store.note_lifetime(ever).await.unwrap();
    store.revoke(&subject("ada", at(NOW))).await.unwrap();
    let last = NOW + u64::from(ever + 300) * 1000;
    for (now, there) in [(NOW, true), (last, true), (last + 1000, false)] {
        publisher.publish(&store, destination, now).await.unwrap();
        let state = site.read(destination, now).await.unwrap();
        assert_eq!(revoked(&state, "ada", at(NOW)), there);
        assert_eq!(state.head().maximum_lifetime(), ever);
    }
}

/// Whatever lies where the head belongs, the site can be published again.
pub(crate) async fn garbage_is_replaced(destination: &dyn Destination) {
    let (site, store) = (Site::new(), MemoryStore::default());
    let _written = destination.replace_head(b"garbage", None).await.unwrap();
    let published = site.publisher().publish(&store, destination, NOW).await.unwrap();
    assert!(published.replaced_a_stranger);
    assert!(site.read(destination, NOW).await.is_some());
}

#[test]
fn a_key_that_was_not_delegated_does_not_publish() {
    let (other, _) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
    let refused = Site::new().publisher_by(other.public_key()).err();
    assert_eq!(refused, Some(PublishFailed::OtherStateKey));
}
