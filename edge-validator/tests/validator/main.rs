//! The validator with native crypto: what an operator configures, and what viewers then get.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod claims;
mod decisions;
mod edge_toml;
mod lambda_answer;
mod pass;
mod remembered;
mod revocation;
