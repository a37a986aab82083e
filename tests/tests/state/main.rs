//! The state that edges share, with real signatures: what is taken, what is refused, and what it
//! says of a pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod body;
mod delegation;
mod head;
mod holder;
mod rollback;
mod site;
mod standing;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

/// The same cases on every run, so that a red run stays red until it is mended. A failing case is
/// written to `tests/regressions/state.txt` and tried first from then on.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/regressions/state.txt");
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}
