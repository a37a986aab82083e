//! The HTTP interface, asked as its platforms ask it, with real keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failing test should stop here"
)]

mod administration;
mod authorizer;
mod doubles;
mod edge;
mod events;
mod grants;
mod hostile;
mod idempotency;
mod revocation;
mod session;
mod site;
mod urls;
