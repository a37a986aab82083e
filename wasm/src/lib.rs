#![doc = include_str!("../README.md")]

extern crate alloc;

pub mod crypto;
mod edge;
mod host;

pub use edge::EdgeValidator;
