//! What must hold for all passes, on random ones.
//!
//! A failing case is written to `tests/regressions/properties.txt` and tried first from then on.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failing test should stop here"
)]

mod claims;
mod parts;
mod passes;
mod scenario;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

/// The same cases on every run, so that a red run stays red until it is mended.
pub(crate) fn hold<S: Strategy>(cases: u32, strategy: S, property: impl Fn(S::Value)) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/regressions/properties.txt");
    let config = ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&strategy, |value| {
        property(value);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
