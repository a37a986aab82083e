//! The store of revocations that a command works on.

use core::future::Future;
use std::env;
use std::sync::Arc;

use clap::Args;
use signer::source::StoreSource;
use signer::source::environment::STORE;
use signer::{Store, StoreUnavailable};

use crate::outcome::Failure;

/// Which store.
#[derive(Args)]
pub(crate) struct StoreOption {
    /// The store of revocations: file:PATH or dynamodb:TABLE
    /// [default: what the environment variable EDGEPASS_STORE says]
    #[arg(long, value_name = "URL")]
    store: Option<StoreSource>,
}

impl StoreOption {
    /// Opens the store. A file that is not there yet is an empty one.
    pub(crate) async fn open(&self) -> Result<Arc<dyn Store>, Failure> {
        match self.source()? {
            StoreSource::Memory => Err(Failure::Usage(
                "`memory` is forgotten when this command ends; name the signer's store as `file:PATH` or `dynamodb:TABLE`".to_owned(),
            )),
            source => Ok(source.open().await),
        }
    }

    fn source(&self) -> Result<StoreSource, Failure> {
        if let Some(source) = &self.store {
            return Ok(source.clone());
        }
        let text = env::var(STORE).ok().filter(|text| !text.is_empty()).ok_or_else(|| {
            Failure::Usage(format!(
                "which store? name it with `--store file:PATH`, or in the environment variable `{STORE}`"
            ))
        })?;
        text.parse().map_err(|refused| Failure::Usage(format!("`{STORE}`: {refused}")))
    }
}

/// Runs what waits for files and services.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Service(format!("cannot start threads: {error}")))?;
    runtime.block_on(work)
}

impl From<StoreUnavailable> for Failure {
    fn from(unavailable: StoreUnavailable) -> Self {
        Self::Service(unavailable.to_string())
    }
}
