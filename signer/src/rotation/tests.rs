//! Rotations in a world of our own: every interruption, every interloper, and nobody refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod edges;
mod estate;
mod interrupted;
mod kms;
mod moved;
mod overdue;
mod refusals;
mod world;
