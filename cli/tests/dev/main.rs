//! `edgepass dev`, run as a person runs it and spoken to over sockets.

// It is ended by signals, and tempted with symbolic links and pipes.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod content;
mod crowd;
mod demo;
mod hostile;
mod lambda;
mod lifetime;
mod local_edge;
mod published;
mod refusals;
mod revocation;
mod session;
mod viewer;
