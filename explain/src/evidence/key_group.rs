//! A key group, as `aws cloudfront get-key-group` prints it.

use policy::UnixTime;
use serde::Deserialize;
use serde_json::Value;

use super::document::{Document, NotEvidence};
use crate::moment::from_rfc3339;

/// A key group: the public keys that a behaviour may trust.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyGroup {
    pub(crate) id: String,
    #[serde(default)]
    last_modified_time: String,
    #[serde(rename = "KeyGroupConfig")]
    pub(crate) config: KeyGroupConfig,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyGroupConfig {
    #[serde(default)]
    pub(crate) name: String,
    /// Ids of public keys.
    #[serde(default)]
    pub(crate) items: Vec<String>,
}

impl KeyGroup {
    /// Reads the output of `get-key-group`.
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        let document = Document::KeyGroup;
        let mut value = document.read(text)?;
        let inner = value.get_mut("KeyGroup").map(Value::take).unwrap_or(value);
        serde_json::from_value(inner).map_err(|error| document.unreadable(&error))
    }

    pub(crate) fn last_modified(&self) -> Option<UnixTime> {
        from_rfc3339(&self.last_modified_time)
    }
}
