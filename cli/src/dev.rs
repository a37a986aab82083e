//! `edgepass dev`: a local edge.

use clap::Args;

use crate::outcome::{Ended, Outcome};

/// Run a local edge.
#[derive(Args)]
pub(crate) struct Dev {}

impl Dev {
    pub(crate) fn run(self) -> Outcome {
        Ok(Ended::Done)
    }
}
