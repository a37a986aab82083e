//! The publisher as a Lambda function.

use core::error::Error;
use core::fmt;
use core::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;
use std::time::Instant;

use policy::{ShortRsa, SiteId, UnixTime};
use serde_json::Value;

use crate::clock::system_milliseconds;
use crate::key::PrivateKey;
use crate::log::{self, PruningLine, PublicationLine, Trigger};
use crate::revocation::publish::{Destination, GRACE_SECONDS, Mandate, Publication, Publisher};
use crate::revocation::store::{Store, StoreUnavailable, prune};
use crate::source::environment::{
    Environment, SITE, STATE_DELEGATION, STATE_KEY, STORE, VariableRefused,
};
use crate::source::{SecretSource, Services, StoreSource};

/// How long after pruning a heartbeat prunes again, in seconds: to go through the whole table
/// costs as much as publishing.
const PRUNING_PAUSE: u32 = 3600;

/// Entries pruned by one heartbeat, which may not take longer than its function; the next ones go on.
const PRUNED_AT_ONCE: usize = 2000;

/// The function `publisher`: runs on every change of the store and as a heartbeat, set up by
/// environment variables.
pub struct PublisherFunction {
    site: SiteId,
    store: Arc<dyn Store>,
    destination: Box<dyn Destination>,
    state_key: SecretSource,
    delegation: SecretSource,
    services: Services,
    /// [`crate::Retention::longest_sign_in`]; without it nothing is pruned.
    longest_sign_in: Option<u32>,
    /// From when on a heartbeat prunes, in seconds since 1970.
    prunes_from: AtomicI64,
    /// The name that the metrics go by.
    name: String,
}

impl PublisherFunction {
    /// Reads the environment and the keys: whatever is wrong shows before the first event.
    pub async fn start(environment: &Environment<'_>) -> Result<Self, VariableRefused> {
        let store = environment.store()?;
        if store == StoreSource::Memory {
            let cause = "what is published from `memory` revokes nothing; name the signer's store";
            return Err(VariableRefused::new(STORE, &cause));
        }
        let (state, head_seconds) = (environment.state()?, environment.head_seconds()?);
        let function = Self {
            site: environment.site()?,
            store: store.open().await,
            destination: state.open(head_seconds).await,
            state_key: environment.secret(STATE_KEY)?,
            delegation: environment.secret(STATE_DELEGATION)?,
            services: Services::default(),
            longest_sign_in: environment.longest_sign_in()?,
            prunes_from: AtomicI64::new(0),
            name: environment.function_name(),
        };
        function.publisher().await?;
        Ok(function)
    }

    /// Publishes, whatever the event says: the store knows what changed. An error makes Lambda try
    /// again, and counts for its alarms. A heartbeat then prunes the store, which can wait if it
    /// fails.
    pub async fn publish(
        &self,
        request_id: &str,
        event: &Value,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let (start, now) = (Instant::now(), system_milliseconds());
        let trigger = Trigger::of(event);
        let published = self.publish_at(now).await;
        let failure = published.as_ref().err().map(ToString::to_string);
        PublicationLine::new(
            &self.name,
            request_id,
            trigger,
            now,
            published.as_ref().map_err(|_| failure.as_deref().unwrap_or_default()),
            start.elapsed(),
        )
        .write();
        let now = published?.head.generated_at;
        if trigger == Trigger::Heartbeat
            && let Err(failed) = self.prune(request_id, now).await
        {
            log::warning("prune-failed", &failed.to_string());
        }
        Ok(())
    }

    async fn publish_at(
        &self,
        now_milliseconds: u64,
    ) -> Result<Publication, Box<dyn Error + Send + Sync>> {
        let publisher = self.publisher().await?;
        let destination = self.destination.as_ref();
        Ok(publisher.publish(self.store.as_ref(), destination, now_milliseconds).await?)
    }

    async fn prune(&self, request_id: &str, now: UnixTime) -> Result<(), StoreUnavailable> {
        let Some(longest_sign_in) = self.longest_sign_in else { return Ok(()) };
        if now.as_seconds() < self.prunes_from.load(Ordering::Relaxed) {
            return Ok(());
        }
        let removed = prune(self.store.as_ref(), longest_sign_in, now, PRUNED_AT_ONCE).await?;
        if removed < PRUNED_AT_ONCE {
            let again = now.plus_seconds(PRUNING_PAUSE);
            self.prunes_from.store(again.as_seconds(), Ordering::Relaxed);
        }
        PruningLine::new(request_id, removed).write();
        Ok(())
    }

    /// Its keys are read every time: an instance lives for hours, and edges that have seen the
    /// next delegation refuse heads with the last.
    async fn publisher(&self) -> Result<Publisher, VariableRefused> {
        let text = self.state_key.fetch(&self.services).await;
        let text =
            text.map_err(|failed| VariableRefused::at(STATE_KEY, &self.state_key, &failed))?;
        let state_key = PrivateKey::from_pem(&text, None, ShortRsa::Refuse)
            .map_err(|refused| VariableRefused::at(STATE_KEY, &self.state_key, &refused))?;
        let at_delegation = |cause: &dyn fmt::Display| {
            VariableRefused::at(STATE_DELEGATION, &self.delegation, cause)
        };
        let text = self.delegation.fetch(&self.services).await;
        let text = text.map_err(|failed| at_delegation(&failed))?;
        let Mandate { delegation, root } =
            text.parse().map_err(|refused| at_delegation(&refused))?;
        let site = &self.site;
        let written = delegation.unproven().map_err(|refused| at_delegation(&refused))?.site;
        if written != *site {
            let cause = format!("`{site}`, and the delegation is that of `{written}`");
            return Err(VariableRefused::new(SITE, &cause));
        }
        // The signer notes in the store which lifetimes it grants, before it does.
        let lifetime = 0;
        Publisher::new(site.clone(), &[root], delegation, state_key, lifetime, GRACE_SECONDS)
            .map_err(|failed| at_delegation(&failed))
    }
}

impl fmt::Debug for PublisherFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublisherFunction").field("name", &self.name).finish_non_exhaustive()
    }
}
