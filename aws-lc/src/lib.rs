#![doc = include_str!("../README.md")]

mod backend;
mod key;
mod pem;

pub use backend::{AwsLc, sha256, thumbprint};
pub use key::AwsLcKey;
pub use pem::{PemRefused, public_key_from_pem};
