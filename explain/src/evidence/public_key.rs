//! A public key, as `aws cloudfront get-public-key` prints it.

use serde::Deserialize;
use serde_json::Value;

use super::document::{Document, NotEvidence};

/// A public key of CloudFront's: its id and PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicKeyFile {
    id: Option<String>,
    #[serde(rename = "PublicKeyConfig")]
    config: PublicKeyConfig,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PublicKeyConfig {
    encoded_key: String,
}

impl PublicKeyFile {
    /// Reads the output of `get-public-key` or `get-public-key-config`.
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        let document = Document::PublicKey;
        let mut value = document.read(text)?;
        let inner = value.get_mut("PublicKey").map(Value::take).unwrap_or(value);
        serde_json::from_value(inner).map_err(|error| document.unreadable(&error))
    }

    /// The id that CloudFront gave it, which `get-public-key-config` does not tell.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The key itself.
    pub fn pem(&self) -> &str {
        &self.config.encoded_key
    }
}
