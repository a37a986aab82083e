#![doc = include_str!("../README.md")]

mod backend;
mod key;
mod public_key;

pub use backend::{AwsLc, sha256, thumbprint};
pub use key::AwsLcKey;
pub use public_key::{PublicKeyRefused, public_key_from_text};
