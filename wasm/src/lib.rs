#![doc = include_str!("../README.md")]

extern crate alloc;

pub mod crypto;
mod edge;
mod host;

pub use edge::{Decision, EdgeValidator};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
