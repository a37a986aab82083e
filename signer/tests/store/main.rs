//! One conformance suite for every store, and what is particular to each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod conformance;
#[cfg(feature = "aws")]
mod dynamodb;
mod file;
mod memory;
#[cfg(feature = "aws")]
mod servers;
