//! The KeyValueStore that the function reads: its layout, and AWS's format for a first fill. Nothing in
//! it is signed.

use core::fmt;
use std::collections::BTreeMap;

use aws_lc::sha256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_validator::ClaimsKeySettings;
use policy::UnixTime;
use serde::{Deserialize, Serialize};

use crate::function::secret;
use crate::refused::FunctionRefused;

/// The longest value of `m`, in bytes (AWS: "Quotas on key value stores", 1 KB a value).
pub const MAX_META_BYTES: usize = 1000;

/// The most that a store holds, keys and values together, in bytes (AWS: likewise).
pub const MAX_STORE_BYTES: usize = 5 * 1024 * 1024;

/// The key of [`Meta`].
const META: &str = "m";

/// How many characters of a digest name an identifier: 132 bits.
const NAME_CHARACTERS: usize = 22;

/// How many characters of a thumbprint, in hexadecimal, name a revoked key.
const THUMBPRINT_CHARACTERS: usize = 16;

/// What holds for all passes: the value of `m`, as JSON.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Meta {
    /// The version of the layout: 1.
    pub v: u8,
    /// Rises with every publication.
    pub seq: u64,
    /// When it was made, in seconds since 1970.
    pub at: u64,
    /// All passes issued up to this second are revoked; 0 if none are.
    pub all: u64,
    /// The longest lifetime of a pass, in seconds.
    pub life: u32,
    /// The secrets of claims tokens, base64url by their `kid`.
    pub keys: BTreeMap<String, String>,
    /// The beginnings of the thumbprints of revoked claims keys: SHA-256 of the secret, in hexadecimal.
    pub gone: Vec<String>,
}

impl Meta {
    /// What holds where nothing is revoked yet.
    pub fn new(
        made_at: UnixTime,
        longest_lifetime: u32,
        keys: &[ClaimsKeySettings],
    ) -> Result<Self, FunctionRefused> {
        let mut secrets = BTreeMap::new();
        for key in keys {
            secrets.insert(key.id().to_owned(), URL_SAFE_NO_PAD.encode(secret(key)?));
        }
        Ok(Self {
            v: 1,
            seq: 1,
            at: seconds(made_at),
            all: 0,
            life: longest_lifetime,
            keys: secrets,
            gone: Vec::new(),
        })
    }

    /// Revokes all passes issued up to a second.
    pub fn revoke_all(&mut self, up_to: UnixTime) {
        self.all = self.all.max(seconds(up_to));
    }

    /// Revokes a claims key by its thumbprint in hexadecimal.
    pub fn revoke_key(&mut self, thumbprint: &str) {
        self.gone.push(thumbprint.chars().take(THUMBPRINT_CHARACTERS).collect());
    }

    /// Whether a claims key with this secret is revoked.
    pub(crate) fn is_gone(&self, secret: &[u8]) -> bool {
        let thumbprint = policy::Thumbprint(sha256(secret)).to_string();
        self.gone.iter().any(|gone| thumbprint.get(..THUMBPRINT_CHARACTERS) == Some(gone))
    }
}

fn seconds(time: UnixTime) -> u64 {
    u64::try_from(time.as_seconds()).unwrap_or(0)
}

/// The key that a revoked session (`jti`) has. Its value is the second until which it stays.
pub fn session_key(session: &str) -> String {
    named("s", session)
}

/// The key that the cut-off of a subject (`sub`) has. Its value is the cut-off, in seconds.
pub fn subject_key(subject: &str) -> String {
    named("u", subject)
}

fn named(kind: &str, identifier: &str) -> String {
    let digest = URL_SAFE_NO_PAD.encode(sha256(identifier.as_bytes()));
    format!("{kind}.{}", digest.get(..NAME_CHARACTERS).unwrap_or(&digest))
}

/// What a store holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyValueStore {
    pairs: BTreeMap<String, String>,
}

/// AWS's format for the first fill of a store (AWS: "Create a key value store", "File format").
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Import {
    data: Vec<Pair>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    key: String,
    value: String,
}

impl KeyValueStore {
    /// A store with nothing but its `m`.
    pub fn new(meta: &Meta) -> Result<Self, StoreFault> {
        let mut store = Self::default();
        let text = serde_json::to_string(meta).map_err(|_| StoreFault::NotJson)?;
        if text.len() > MAX_META_BYTES {
            return Err(StoreFault::MetaTooLong { bytes: text.len() });
        }
        store.pairs.insert(META.to_owned(), text);
        Ok(store)
    }

    /// Revokes a session. The entry stays until `until`, when no pass of it can be valid any more.
    pub fn revoke_session(&mut self, session: &str, until: UnixTime) {
        self.pairs.insert(session_key(session), seconds(until).to_string());
    }

    /// Revokes the passes that were issued to a subject up to a second.
    pub fn revoke_subject(&mut self, subject: &str, up_to: UnixTime) {
        self.pairs.insert(subject_key(subject), seconds(up_to).to_string());
    }

    /// The text of a file that AWS imports. The same store gives the same bytes.
    pub fn to_import(&self) -> Result<String, StoreFault> {
        let bytes = self.pairs.iter().map(|(key, value)| key.len() + value.len()).sum();
        if bytes > MAX_STORE_BYTES {
            return Err(StoreFault::TooLarge { bytes });
        }
        let pair =
            |(key, value): (&String, &String)| Pair { key: key.clone(), value: value.clone() };
        let import = Import { data: self.pairs.iter().map(pair).collect() };
        serde_json::to_string(&import).map_err(|_| StoreFault::NotJson)
    }

    /// Reads the text of a file that AWS would import.
    pub fn from_import(text: &str) -> Result<Self, StoreFault> {
        let import: Import = serde_json::from_str(text).map_err(|_| StoreFault::NotJson)?;
        let mut store = Self::default();
        for Pair { key, value } in import.data {
            if store.pairs.insert(key.clone(), value).is_some() {
                return Err(StoreFault::Repeated { key });
            }
        }
        Ok(store)
    }

    /// What holds for all passes; None if there is nothing that the function would understand.
    pub(crate) fn meta(&self) -> Option<Meta> {
        let meta: Meta = serde_json::from_str(self.pairs.get(META)?).ok()?;
        (meta.v == 1).then_some(meta)
    }

    pub(crate) fn has_session(&self, session: &str) -> bool {
        self.pairs.contains_key(&session_key(session))
    }

    /// The cut-off of a subject. What is no number cuts all passes off.
    pub(crate) fn cut_off(&self, subject: &str) -> Option<UnixTime> {
        let value = self.pairs.get(&subject_key(subject))?;
        let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = value.parse().ok().filter(|_| plain);
        Some(seconds.and_then(UnixTime::from_seconds).unwrap_or(UnixTime::MAX))
    }
}

/// Why a text is no store, or a store has no text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreFault {
    /// `m` is longer than [`MAX_META_BYTES`].
    MetaTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not `{"data":[{"key":"…","value":"…"},…]}`.
    NotJson,
    /// A key that is there twice.
    Repeated {
        /// The key.
        key: String,
    },
    /// More than [`MAX_STORE_BYTES`].
    TooLarge {
        /// The length of all keys and values.
        bytes: usize,
    },
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MetaTooLong { bytes } => write!(
                f,
                "`m` has {bytes} bytes, and a value has at most {MAX_META_BYTES}; trust fewer claims keys, or take revoked ones out of the store of revocations"
            ),
            Self::NotJson => f.write_str(
                "it is not `{\"data\":[{\"key\":\"…\",\"value\":\"…\"}]}`, which is what CloudFront imports",
            ),
            Self::Repeated { key } => write!(f, "the key `{key}` is there twice"),
            Self::TooLarge { bytes } => write!(
                f,
                "it has {bytes} bytes, and a store holds {MAX_STORE_BYTES}; revoke all passes up to a time instead, or deploy to Lambda@Edge"
            ),
        }
    }
}

impl core::error::Error for StoreFault {}
