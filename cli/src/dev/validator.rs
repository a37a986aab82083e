//! The check in front of protected behaviours.

use std::path::PathBuf;
use std::sync::Arc;

use aws_lc::AwsLc;
use edge_validator::{Settings, ViewerRequest};
use policy::{Denied, Request, UnixTime};
use signer::Clock;
use tokio::task::spawn_blocking;

use crate::outcome::Failure;
use crate::state_file;
use crate::when;

/// Decides as a deployed edge does, but that it reads the published state from its files.
pub(super) struct Validator {
    edge: Arc<edge_validator::Validator>,
    head: PathBuf,
    clock: Clock,
}

impl Validator {
    /// `head` is the file of the state's head.
    pub(super) fn new(settings: Settings, head: PathBuf, clock: Clock) -> Result<Self, Failure> {
        let edge = edge_validator::Validator::new(settings, AwsLc)
            .map_err(|refused| Failure::Usage(refused.to_string()))?;
        Ok(Self { edge: Arc::new(edge), head, clock })
    }

    pub(super) async fn verify(&self, request: &Request<'_>) -> Result<(), Denied> {
        self.refresh().await;
        let Request { url, cookies, address, method, origin, referer } = *request;
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        let viewer = ViewerRequest {
            method,
            path: url.path(),
            query: url.query().unwrap_or_default(),
            host: url.host(),
            address: &address,
            cookies,
            origin,
            referer,
            ..ViewerRequest::default()
        };
        // The proof has done its work once it exists.
        self.edge.check(&viewer, self.now()).result.map(|_passed| ())
    }

    /// Reads the state where that is due. Requests that come meanwhile go by the one before.
    pub(super) async fn refresh(&self) {
        let now = self.now();
        if self.edge.begin_look_up(now) {
            let (edge, head) = (Arc::clone(&self.edge), self.head.clone());
            // It says itself what it does not take.
            let _ = spawn_blocking(move || state_file::hand_in(&edge, &head, now)).await;
        }
    }

    pub(super) fn now(&self) -> UnixTime {
        (self.clock)()
    }
}

/// The clock of this machine.
pub(super) fn system_clock() -> Clock {
    // Where it cannot be told nobody is let in: by then every pass has expired.
    const END_OF_TIME: UnixTime = UnixTime::MILLISECONDS_SUSPECTED;
    Arc::new(|| when::system_clock().unwrap_or(END_OF_TIME))
}
