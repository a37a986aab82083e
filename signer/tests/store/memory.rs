use std::sync::Arc;

use signer::MemoryStore;

use crate::conformance;

#[tokio::test(flavor = "multi_thread")]
async fn it_conforms() {
    conformance::run(|| async { Arc::new(MemoryStore::default()) }).await;
}
