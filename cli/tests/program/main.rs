//! The built program: what it prints, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

mod claims;
mod edgepass;
mod explain;
mod explain_log;
mod init;
mod inspect;
mod keygen;
mod revocations;
mod revoke;
mod sign_cookies;
mod sign_url;
mod usage;
mod verify;
