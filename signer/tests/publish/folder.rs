use core::sync::atomic::{AtomicU32, Ordering};
use std::path::PathBuf;

use signer::{Destination, FolderDestination};

use crate::publisher;

fn folder() -> FolderDestination {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    FolderDestination::new(folder.join(format!("state-{}-{number}", std::process::id())))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms() {
    publisher::what_is_revoked_reaches_edges(&folder()).await;
    publisher::it_may_die_at_any_step(&folder()).await;
    publisher::publishers_do_not_undo_each_other(&folder()).await;
    publisher::bodies_are_removed_after_the_grace_period(&folder()).await;
    publisher::entries_leave_when_no_pass_can_match(&folder()).await;
    publisher::clocks_may_differ(&folder()).await;
    publisher::garbage_is_replaced(&folder()).await;
    publisher::what_is_read_once_is_not_replaced(&folder()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_may_come_and_go_while_they_are_listed() {
    let folder = folder();
    for number in 0..100 {
        folder.put_body(&format!("body {number}"), b"").await.unwrap();
    }
    let another = folder.clone();
    let another = tokio::spawn(async move {
        loop {
            another.put_body("coming", b"").await.unwrap();
            another.remove_body("coming").await.unwrap();
        }
    });
    for _ in 0..1000 {
        assert!(folder.bodies().await.unwrap().len() >= 100);
    }
    assert!(!another.is_finished());
    another.abort();
}
