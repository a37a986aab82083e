//! What every store must do, whatever it is made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use policy::{Thumbprint, UnixTime};
use signer::{CUT_OFF_MARGIN, Entry, LONGEST_LIFETIME, Scope, Standing, Store, prune};

pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_767_290_400).unwrap();

/// Runs every case on an empty store of its own.
pub(crate) async fn run<S: Store + 'static, F: Future<Output = Arc<S>>>(empty: impl Fn() -> F) {
    what_is_revoked_stands(&*empty().await).await;
    a_cut_off_never_moves_back(&*empty().await).await;
    a_revocation_can_be_taken_back(&*empty().await).await;
    everything_is_listed_once(&*empty().await).await;
    only_what_stands_as_listed_is_removed(&*empty().await).await;
    lifetimes_only_grow(&*empty().await).await;
    what_nobody_needs_is_pruned(&*empty().await).await;
    strange_ids_are_kept_apart(&*empty().await).await;
    a_hundred_at_once_are_all_kept(empty().await).await;
}

pub(crate) fn subject(id: &str) -> Scope {
    Scope::Subject(id.to_owned())
}

pub(crate) fn session(id: &str) -> Scope {
    Scope::Session(id.to_owned())
}

pub(crate) async fn all(store: &dyn Store, page: u32) -> Vec<Entry> {
    let (mut entries, mut after) = (Vec::new(), None);
    loop {
        let page = store.list(after.as_ref(), page).await.unwrap();
        entries.extend(page.entries);
        after = page.next;
        if after.is_none() {
            return entries;
        }
    }
}

async fn what_is_revoked_stands(store: &dyn Store) {
    assert_eq!(store.standing("ada", "s1").await.unwrap(), Standing::default());
    for scope in [subject("ada"), session("s1"), Scope::All, Scope::Key(Thumbprint([7; 32]))] {
        let entry = Entry {
            actor: Some("admin".to_owned()),
            note: Some("a \"note\"\nof two lines, ä".to_owned()),
            ..Entry::new(scope, NOW)
        };
        assert_eq!(store.revoke(&entry).await.unwrap(), entry);
        assert!(all(store, 10).await.contains(&entry));
    }
    let up_to = Some(NOW.plus_seconds(CUT_OFF_MARGIN));
    let stands = store.standing("ada", "s1").await.unwrap();
    let expected = Standing { subject_cut_off: up_to, all_cut_off: up_to, session_revoked: true };
    assert_eq!(stands, expected);
    let other = store.standing("s1", "ada").await.unwrap();
    assert_eq!(other, Standing { all_cut_off: up_to, ..Standing::default() });

    store.revoke_session("s2", NOW).await.unwrap();
    assert!(store.standing("bob", "s2").await.unwrap().session_revoked);
}

async fn a_cut_off_never_moves_back(store: &dyn Store) {
    let at = |seconds| Entry::new(subject("ada"), NOW.plus_seconds(seconds));
    store.revoke(&at(100)).await.unwrap();
    for earlier in [0, 99, 100] {
        assert_eq!(store.revoke(&at(earlier)).await.unwrap(), at(100));
    }
    assert_eq!(store.revoke(&at(101)).await.unwrap(), at(101));
    assert_eq!(all(store, 10).await, [at(101)]);
}

async fn a_revocation_can_be_taken_back(store: &dyn Store) {
    let entry = Entry::new(session("s1"), NOW);
    store.revoke(&entry).await.unwrap();
    assert_eq!(store.unrevoke(&subject("s1")).await.unwrap(), None);
    assert_eq!(store.unrevoke(&session("s1")).await.unwrap(), Some(entry.clone()));
    assert_eq!(store.unrevoke(&session("s1")).await.unwrap(), None);
    assert_eq!(store.standing("ada", "s1").await.unwrap(), Standing::default());
    // An earlier cut-off counts again.
    let earlier = Entry { up_to: NOW, ..entry };
    assert_eq!(store.revoke(&earlier).await.unwrap(), earlier);
}

async fn everything_is_listed_once(store: &dyn Store) {
    let ids = (0..23).map(|number| format!("subject {number}"));
    let entries: Vec<Entry> = ids.map(|id| Entry::new(subject(&id), NOW)).collect();
    store.note_lifetime(60).await.unwrap();
    for entry in &entries {
        store.revoke(entry).await.unwrap();
    }
    let texts = |entries: &[Entry]| -> BTreeSet<String> {
        entries.iter().map(|entry| entry.scope.to_string()).collect()
    };
    for page in [1, 5, 23, 1000] {
        let listed = all(store, page).await;
        assert_eq!(listed.len(), entries.len(), "in pages of {page}");
        assert_eq!(texts(&listed), texts(&entries), "in pages of {page}");
    }
    let first = store.list(None, 5).await.unwrap();
    assert!(first.entries.len() <= 5 && first.next.is_some());
    // What is removed while the list is read does not confuse it.
    let second = store.list(first.next.as_ref(), 5).await.unwrap();
    for entry in &first.entries {
        store.unrevoke(&entry.scope).await.unwrap();
    }
    let again = store.list(first.next.as_ref(), 5).await.unwrap();
    assert_eq!(texts(&again.entries), texts(&second.entries));
}

async fn only_what_stands_as_listed_is_removed(store: &dyn Store) {
    let listed = Entry::new(subject("ada"), NOW);
    store.revoke(&listed).await.unwrap();
    let renewed = Entry::new(subject("ada"), NOW.plus_seconds(1));
    store.revoke(&renewed).await.unwrap();
    assert!(!store.remove(&listed).await.unwrap());
    assert_eq!(all(store, 10).await.as_slice(), core::slice::from_ref(&renewed));
    assert!(store.remove(&renewed).await.unwrap());
    assert!(!store.remove(&renewed).await.unwrap());
    assert!(all(store, 10).await.is_empty());
}

async fn lifetimes_only_grow(store: &dyn Store) {
    assert_eq!(store.largest_lifetime().await.unwrap(), 0);
    for (noted, largest) in [(60, 60), (30, 60), (61, 61), (61, 61), (0, 61)] {
        assert_eq!(store.note_lifetime(noted).await.unwrap(), largest);
        assert_eq!(store.largest_lifetime().await.unwrap(), largest);
    }
    assert!(store.note_lifetime(LONGEST_LIFETIME + 1).await.is_err());
    assert_eq!(store.note_lifetime(LONGEST_LIFETIME).await.unwrap(), LONGEST_LIFETIME);
    assert!(all(store, 10).await.is_empty());
}

async fn what_nobody_needs_is_pruned(store: &dyn Store) {
    const LIFETIME: u32 = 3600;
    const SIGN_IN: u32 = 7200;
    const CLOCKS: u32 = 300;
    const MOST: usize = 1;
    store.note_lifetime(LIFETIME).await.unwrap();
    for scope in [subject("ada"), session("s1"), Scope::All, Scope::Key(Thumbprint([7; 32]))] {
        store.revoke(&Entry { up_to: NOW, ..Entry::new(scope, NOW) }).await.unwrap();
    }
    let after = |seconds| NOW.plus_seconds(seconds + CLOCKS);
    assert_eq!(prune(store, 0, after(LIFETIME), MOST).await.unwrap(), 0);
    assert_eq!(prune(store, SIGN_IN, after(LIFETIME + 1), MOST).await.unwrap(), 0);
    assert_eq!(prune(store, SIGN_IN, after(SIGN_IN), MOST).await.unwrap(), 0);
    for removed in [1, 1, 0] {
        assert_eq!(prune(store, SIGN_IN, after(SIGN_IN + 1), MOST).await.unwrap(), removed);
    }
    let scopes: Vec<_> = all(store, 10).await.into_iter().map(|entry| entry.scope).collect();
    assert_eq!(scopes.len(), 2);
    assert!(scopes.contains(&Scope::All) && scopes.contains(&Scope::Key(Thumbprint([7; 32]))));
}

async fn strange_ids_are_kept_apart(store: &dyn Store) {
    let ids = ["lifetime", "all", "a:b", "subject:a", " ", "ä", "'\"\\", "#", &"x".repeat(1000)];
    for id in ids {
        store.revoke(&Entry::new(subject(id), NOW)).await.unwrap();
    }
    assert_eq!(all(store, 3).await.len(), ids.len());
    for id in ids {
        let stands = store.standing(id, id).await.unwrap();
        assert!(stands.subject_cut_off.is_some() && !stands.session_revoked, "{id}");
        assert_eq!(stands.all_cut_off, None);
    }
    assert_eq!(store.largest_lifetime().await.unwrap(), 0);
}

async fn a_hundred_at_once_are_all_kept<S: Store + 'static>(store: Arc<S>) {
    let revoke = |number: u32| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let own = Entry::new(subject(&format!("subject {number}")), NOW);
            store.revoke(&own).await.unwrap();
            let shared = Entry::new(Scope::All, NOW.plus_seconds(number));
            store.revoke(&shared).await.unwrap();
        })
    };
    for revoked in (0..100).map(revoke).collect::<Vec<_>>() {
        revoked.await.unwrap();
    }
    assert_eq!(all(&*store, 7).await.len(), 101);
    let last = Some(NOW.plus_seconds(99 + CUT_OFF_MARGIN));
    assert_eq!(store.standing("a", "b").await.unwrap().all_cut_off, last);
}
