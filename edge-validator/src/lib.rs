//! stub

mod native;
mod pem;

pub use native::{NativeKey, NumbersRefused, thumbprint};
pub use pem::{PemRefused, public_key_from_pem};
