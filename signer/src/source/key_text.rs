//! A key as it is stored: alone, or together with its id.

use core::fmt;

use policy::Hash;
use policy::json::{self, Value};
use zeroize::Zeroizing;

/// The text of a key, and what is stored beside it.
///
/// Stored as `{"key_id":"…","private_key":"…","hash":"sha256"}`, the last of which may be missing,
/// all change at the same moment, so that a rotation needs no deployment. Everything else is the
/// key alone.
pub struct KeyText {
    /// The id that verifiers know it by.
    pub key_id: Option<String>,
    /// What the CloudFront key digests policies with.
    pub hash: Option<Hash>,
    /// A PEM, or a shared secret.
    pub key: Zeroizing<String>,
}

impl KeyText {
    /// Tells the two forms apart.
    pub fn parse(text: Zeroizing<String>) -> Result<Self, KeyTextRefused> {
        if !text.trim_start().starts_with('{') {
            return Ok(Self { key_id: None, hash: None, key: text });
        }
        let Ok(Value::Object(mut members)) = json::read(text.as_bytes()) else {
            return Err(KeyTextRefused::NotJson);
        };
        let key = match members.take("private_key") {
            Some(Value::String(key)) => Zeroizing::new(key.into_owned()),
            _ => return Err(KeyTextRefused::Member("private_key")),
        };
        let key_id = match members.take("key_id") {
            Some(Value::String(id)) => Some(id.into_owned()),
            _ => return Err(KeyTextRefused::Member("key_id")),
        };
        let hash = match members.take("hash") {
            None => None,
            Some(Value::String(name)) if name == "sha1" => Some(Hash::Sha1),
            Some(Value::String(name)) if name == "sha256" => Some(Hash::Sha256),
            Some(_) => return Err(KeyTextRefused::Hash),
        };
        match members.rest() {
            None => Ok(Self { key_id, hash, key }),
            Some(_) => Err(KeyTextRefused::UnknownMember),
        }
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyText").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Why a stored text is not a key with its id. No variant carries any part of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyTextRefused {
    /// A hash of another name, or of a key that signs no policies.
    Hash,
    /// A member that is missing or no text.
    Member(&'static str),
    /// It begins like JSON and is none.
    NotJson,
    /// A member that is not known.
    UnknownMember,
}

impl fmt::Display for KeyTextRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash => f.write_str(
                "the stored JSON has a `hash` that is neither `sha256` nor `sha1`, or is not that of a CloudFront key",
            ),
            Self::Member(name) => {
                write!(f, "the stored JSON has no text `{name}`; it is {FORM}")
            }
            Self::NotJson => {
                write!(f, "the stored text begins like JSON and is none; it is {FORM}")
            }
            Self::UnknownMember => {
                write!(f, "the stored JSON has a member that is not known; it is {FORM}")
            }
        }
    }
}

/// What is expected.
const FORM: &str = r#"a PEM alone or `{"key_id":"…","private_key":"…"}`"#;

impl core::error::Error for KeyTextRefused {}
