//! Many viewers at once.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::demo::parts_of;
use crate::local_edge::LocalEdge;
use crate::viewer::Viewer;

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_viewers_play_at_once_and_each_gets_everything() {
    // A socket here and one there for each.
    rlimit::increase_nofile_limit(4096).unwrap();
    play_at_once(500, LocalEdge::start()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_viewers_play_at_once_through_the_bundle() {
    play_at_once(100, LocalEdge::start_lambda()).await;
}

async fn play_at_once(count: usize, edge: LocalEdge) {
    let edge = Arc::new(edge);
    let everyone_is_connected = Arc::new(Barrier::new(count));
    let mut viewers = JoinSet::new();
    for number in 0..count {
        let edge = Arc::clone(&edge);
        let barrier = Arc::clone(&everyone_is_connected);
        viewers.spawn(async move {
            let (own, other) = if number % 2 == 0 { ("alice", "bob") } else { ("bob", "alice") };
            let mut viewer = Viewer::signed_in(&edge, own).await;
            barrier.wait().await;
            let playlist = viewer.get(&format!("/media/{own}/index.m3u8")).await;
            assert_eq!(playlist.status, 200);
            let mut bytes = 0;
            for name in parts_of(playlist.text()) {
                let part = viewer.get(&format!("/media/{own}/{name}")).await;
                assert_eq!(part.status, 200, "viewer {number}, {name}");
                bytes += part.body.len();
                let refused = viewer.get(&format!("/media/{other}/{name}")).await;
                // The policy of an editor covers more than the claims do.
                let reason = if own == "bob" { "claims-mismatch" } else { "resource-mismatch" };
                assert_eq!(refused.header("x-edgepass-reason"), reason);
            }
            bytes
        });
    }
    let mut received = Vec::new();
    while let Some(viewer) = viewers.join_next().await {
        received.push(viewer.unwrap());
    }
    assert_eq!(received.len(), count);
    assert!(received.iter().all(|&bytes| bytes == received[0] && bytes > 100_000));
}
