#![doc = include_str!("../README.md")]

mod key;

pub use key::{
    GenerationFailed, KeySpec, PrivateKey, PrivateKeyRefused, SigningFailed, public_key_pem,
};
