#![doc = include_str!("../README.md")]

extern crate alloc;

#[cfg(any(feature = "edge", feature = "explainer", feature = "verifier"))]
mod clock;
#[cfg(any(feature = "explainer", feature = "verifier"))]
pub mod crypto;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "explainer")]
mod explainer;
#[cfg(any(feature = "edge", feature = "verifier"))]
mod host;
#[cfg(feature = "inspector")]
mod inspection;
#[cfg(any(feature = "inspector", feature = "verifier"))]
mod outline;
#[cfg(feature = "verifier")]
mod verifier;

#[cfg(feature = "edge")]
pub use edge::{Decision, EdgeValidator};
#[cfg(feature = "explainer")]
pub use explainer::explain;
#[cfg(feature = "inspector")]
pub use inspection::inspect;
#[cfg(feature = "verifier")]
pub use verifier::PassVerifier;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
