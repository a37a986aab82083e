//! The corpus: what it is made of, how it is made, and how a case is run.
//!
//! `tests/vectors` holds one file for one case. [`cases::all`] says what is in them; the program
//! `vectors` writes them, and a test demands that what is checked in is what it would write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "everything here is a test, and a failing test should stop where it fails"
)]

/// Its example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

pub mod cases;
pub mod keys;
pub mod outcome;
pub mod pass;
pub mod scenarios;
pub mod state;
pub mod token;
pub mod vector;
