//! `edgepass revocations prune`.

use clap::Args;
use serde::Serialize;
use signer::prune;

use crate::outcome::{Ended, Outcome};
use crate::output::{print, print_json};
use crate::store::{StoreOption, wait};
use crate::when::{duration, system_clock};

/// Remove entries that no pass can match any more
#[derive(Args)]
#[command(after_help = "\
An entry goes when every pass from before its cut-off has expired, whatever lifetime was ever
granted, and when no sign-in from before it can get passes again. Revoked keys and `all` stay for
good.

Examples:
  edgepass revocations prune --store file:revocations.json
  edgepass revocations prune --store file:revocations.json --longest-sign-in 30d")]
pub(super) struct Prune {
    #[command(flatten)]
    store: StoreOption,
    /// How long the identity provider renews a sign-in: the lifetime of its refresh tokens
    #[arg(long, value_name = "DURATION", default_value = "400d", value_parser = duration)]
    longest_sign_in: u32,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Pruned {
    removed: usize,
}

impl Prune {
    pub(super) fn run(self) -> Outcome {
        let now = system_clock()?;
        let removed = wait(async {
            let store = self.store.open().await?;
            Ok(prune(store.as_ref(), self.longest_sign_in, now, usize::MAX).await?)
        })?;
        if self.json {
            print_json(&Pruned { removed })?
        } else {
            print(&format!("removed {removed}"))?
        }
        Ok(Ended::Done)
    }
}
