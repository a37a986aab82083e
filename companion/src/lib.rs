#![doc = include_str!("../README.md")]

mod function;
mod key_value_store;
mod limits;
mod refused;
mod verdict;

pub use function::{Function, is_meant};
pub use key_value_store::{
    KeyValueStore, MAX_META_BYTES, MAX_STORE_BYTES, Meta, StoreFault, session_key, subject_key,
};
pub use limits::{MAX_FUNCTION_BYTES, MIN_STALE_SECONDS};
pub use refused::FunctionRefused;
pub use verdict::decide;
