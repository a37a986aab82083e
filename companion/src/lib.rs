#![doc = include_str!("../README.md")]

mod function;
mod key_value_store;
mod refused;
mod verdict;

pub use function::{Function, MAX_FUNCTION_BYTES, MIN_STALE_SECONDS, is_meant};
pub use key_value_store::{
    KeyValueStore, MAX_META_BYTES, MAX_STORE_BYTES, Meta, StoreFault, session_key, subject_key,
};
pub use refused::FunctionRefused;
pub use verdict::decide;
