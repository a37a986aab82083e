//! From the store to what an edge reads, with every step failing in turn.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod altered;
mod edge;
mod faulty;
mod folder;
mod function;
mod publisher;
#[cfg(feature = "aws")]
mod s3;
#[cfg(feature = "aws")]
#[path = "../store/servers.rs"]
mod servers;
