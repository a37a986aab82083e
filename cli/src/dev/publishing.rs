//! From the store to the state that edges fetch: on every change, and as a heartbeat. In AWS this
//! is the function `publisher`, set off by the table's stream and by a schedule.

use core::time::Duration;
use std::sync::Arc;

use signer::{Clock, FolderDestination, Lifetime, PrivateKey, PublishFailed, Publisher, Store};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::outcome::Failure;
use crate::output::tell;

use super::state::SiteMandate;

/// How often the state is published where nothing is known to change. `edgepass revoke` may have
/// changed the store meanwhile.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How long bodies stay after they were published last, in seconds: heads are cached for one.
const GRACE_SECONDS: u32 = 60;

/// Publishes the state of a local edge.
pub(super) struct Publishing {
    publisher: Publisher,
    store: Arc<dyn Store>,
    destination: FolderDestination,
    changes: Arc<Notify>,
    clock: Clock,
}

impl Publishing {
    pub(super) fn new(
        SiteMandate { mandate, site }: SiteMandate,
        state_key: PrivateKey,
        max_lifetime: Lifetime,
        store: Arc<dyn Store>,
        destination: FolderDestination,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let lifetime = max_lifetime.as_seconds();
        let (roots, delegation) = ([mandate.root], mandate.delegation);
        let publisher =
            Publisher::new(site, &roots, delegation, state_key, lifetime, GRACE_SECONDS)
                .map_err(|failed| Failure::Usage(failed.to_string()))?;
        Ok(Self { publisher, store, destination, changes: Arc::default(), clock })
    }

    /// Whoever changes the store says so here.
    pub(super) fn changes(&self) -> Arc<Notify> {
        Arc::clone(&self.changes)
    }

    /// Publishes what the store holds now.
    pub(super) async fn publish(&self) -> Result<(), PublishFailed> {
        let now = u64::try_from((self.clock)().as_seconds()).unwrap_or_default();
        let milliseconds = now.saturating_mul(1000);
        let store = self.store.as_ref();
        self.publisher.publish(store, &self.destination, milliseconds).await.map(|_| ())
    }

    /// Publishes on every change and as a heartbeat, without end.
    pub(super) async fn run(&self) {
        loop {
            let _ = timeout(HEARTBEAT, self.changes.notified()).await;
            if let Err(failed) = self.publish().await {
                tell(&format!("what is revoked was not published: {failed}"));
            }
        }
    }
}
