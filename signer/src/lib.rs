#![doc = include_str!("../README.md")]

mod key;

pub use key::{
    GenerationFailed, KeySpec, MIN_SECRET_BYTES, NamedTokenKey, PrivateKey, PrivateKeyRefused,
    SigningFailed, TokenKey, TokenKeyRefused, public_key_pem,
};
