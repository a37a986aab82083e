#![doc = include_str!("../README.md")]

#[cfg(not(target_arch = "wasm32"))]
mod config;
mod lambda_edge;
mod memory;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
mod pem;
mod response;
mod settings;
mod validator;
mod viewer;

#[cfg(not(target_arch = "wasm32"))]
pub use config::{ConfigRefused, settings_from_toml};
pub use lambda_edge::answer_json;
pub use memory::{MAX_REMEMBERED_BYTES, MEMORY_SLOTS, SignatureMemory};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{NativeKey, native_key, thumbprint};
#[cfg(not(target_arch = "wasm32"))]
pub use pem::{PemRefused, public_key_from_pem};
pub use response::Response;
pub use settings::{Enforcement, KeySettings, Settings, SettingsRefused};
pub use validator::{Answer, Forwarded, Passed, ReadyKey, Refusal, Validator, Verdict};
pub use viewer::ViewerRequest;
