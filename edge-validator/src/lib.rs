#![doc = include_str!("../README.md")]

mod baked;
mod claims_key;
#[cfg(not(target_arch = "wasm32"))]
mod config;
mod lambda_edge;
mod memory;
#[cfg(not(target_arch = "wasm32"))]
mod openness;
mod response;
mod revocation;
mod settings;
mod settings_refused;
mod state_holder;
mod trusted;
mod validator;
mod viewer;

pub use claims_key::ClaimsKeySettings;
#[cfg(not(target_arch = "wasm32"))]
pub use config::{ConfigRefused, settings_from_toml};
pub use lambda_edge::answer_json;
pub use memory::{MAX_REMEMBERED_BYTES, MEMORY_PROOFS, SignatureMemory};
#[cfg(not(target_arch = "wasm32"))]
pub use openness::Openness;
pub use response::Response;
pub use revocation::{RevocationSettings, StateSource};
pub use settings::{ClaimsSetting, Enforcement, KeySettings, KeyValueStoreSettings, Settings};
pub use settings_refused::SettingsRefused;
pub use state_holder::WantedBody;
pub use validator::{
    Answer, CONTEXT_HEADER, Checked, Forwarded, Passed, Refusal, Validator, Verdict,
};
pub use viewer::ViewerRequest;
