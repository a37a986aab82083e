//! A key as it is stored: alone, or together with its id.

use core::fmt;

use policy::Hash;
use policy::json::{self, Value};
use zeroize::Zeroizing;

use super::KmsKeyArn;

/// The text of a key, and what is stored beside it.
///
/// Stored as `{"key_id":"…","private_key":"…","hash":"sha256"}`, the last of which may be missing,
/// all change at the same moment, so that a rotation needs no deployment. With `kms_key` in the
/// place of `private_key` the key itself is in KMS. Everything else is the key alone.
pub struct KeyText {
    /// The id that verifiers know it by.
    pub key_id: Option<String>,
    /// What the CloudFront key digests policies with.
    pub hash: Option<Hash>,
    /// The key itself.
    pub key: KeptKey,
}

/// A key, or where it is.
pub enum KeptKey {
    /// It signs in KMS and never leaves.
    Kms(KmsKeyArn),
    /// A PEM, or a shared secret.
    Text(Zeroizing<String>),
}

impl KeyText {
    /// Tells the forms apart.
    pub fn parse(text: Zeroizing<String>) -> Result<Self, KeyTextRefused> {
        if !text.trim_start().starts_with('{') {
            return Ok(Self { key_id: None, hash: None, key: KeptKey::Text(text) });
        }
        let Ok(Value::Object(mut members)) = json::read(text.as_bytes()) else {
            return Err(KeyTextRefused::NotJson);
        };
        let key = match (members.take("private_key"), members.take("kms_key")) {
            (Some(Value::String(key)), None) => KeptKey::Text(Zeroizing::new(key.into_owned())),
            (None, Some(Value::String(arn))) => {
                KeptKey::Kms(arn.parse().map_err(|_| KeyTextRefused::KmsKey)?)
            }
            (Some(_), Some(_)) => return Err(KeyTextRefused::TwoKeys),
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
        if matches!((&key, hash), (KeptKey::Kms(_), Some(Hash::Sha1))) {
            return Err(KeyTextRefused::KmsSha1);
        }
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
    /// A key in KMS that is not the CloudFront key.
    KmsForAnother,
    /// A `kms_key` that is not the ARN of a key.
    KmsKey,
    /// A key in KMS that is to sign with SHA-1.
    KmsSha1,
    /// A member that is missing or no text.
    Member(&'static str),
    /// It begins like JSON, but is not JSON.
    NotJson,
    /// A key, and one in KMS.
    TwoKeys,
    /// A member that is not known.
    UnknownMember,
}

impl fmt::Display for KeyTextRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hash => f.write_str(
                "the stored JSON has a `hash` that is neither `sha256` nor `sha1`, or is not that of a CloudFront key",
            ),
            Self::KmsForAnother => f.write_str(
                "the stored JSON has a `kms_key`; only the CloudFront key can stay in KMS, store this one as `private_key`",
            ),
            Self::KmsKey => f.write_str(
                "the stored JSON has a `kms_key` that is not the ARN of a key, `arn:aws:kms:REGION:ACCOUNT:key/ID`",
            ),
            Self::KmsSha1 => f.write_str(
                "the stored JSON has a `kms_key` and the `hash` `sha1`, with which KMS makes no signatures; say `sha256`",
            ),
            Self::Member(name) => {
                write!(f, "the stored JSON has no text `{name}`; it is {FORM}")
            }
            Self::NotJson => {
                write!(f, "the stored text begins like JSON and is none; it is {FORM}")
            }
            Self::TwoKeys => f.write_str(
                "the stored JSON has both a `private_key` and a `kms_key`; keep the one that signs",
            ),
            Self::UnknownMember => {
                write!(f, "the stored JSON has a member that is not known; it is {FORM}")
            }
        }
    }
}

/// What is expected.
const FORM: &str =
    r#"a PEM alone, `{"key_id":"…","private_key":"…"}` or `{"key_id":"…","kms_key":"…"}`"#;

impl core::error::Error for KeyTextRefused {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    const ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";

    fn parse(text: String) -> Result<KeyText, KeyTextRefused> {
        KeyText::parse(Zeroizing::new(text))
    }

    #[test]
    fn a_key_in_kms_has_its_id_beside_it() {
        let stored = parse(format!(r#"{{"key_id":"K1","kms_key":"{ARN}"}}"#)).unwrap();
        assert_eq!((stored.key_id.as_deref(), stored.hash), (Some("K1"), None));
        assert!(matches!(stored.key, KeptKey::Kms(arn) if arn.as_str() == ARN));
    }

    #[test]
    fn what_says_two_things_or_none_is_refused() {
        let alias = "arn:aws:kms:eu-central-1:111122223333:alias/site";
        for (members, refused) in [
            (format!(r#""kms_key":"{ARN}","private_key":"PEM""#), KeyTextRefused::TwoKeys),
            (format!(r#""kms_key":"{ARN}","hash":"sha1""#), KeyTextRefused::KmsSha1),
            (format!(r#""kms_key":"{alias}""#), KeyTextRefused::KmsKey),
            (r#""kms_key":1"#.to_owned(), KeyTextRefused::Member("private_key")),
            (r#""hash":"sha256""#.to_owned(), KeyTextRefused::Member("private_key")),
        ] {
            let text = format!(r#"{{"key_id":"K1",{members}}}"#);
            assert_eq!(parse(text).err(), Some(refused), "{members}");
        }
    }
}
