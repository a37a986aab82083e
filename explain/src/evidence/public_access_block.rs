//! A bucket's public access block, as `aws s3api get-public-access-block` prints it.

use serde::Deserialize;
use serde_json::Value;

use super::document::{Document, NotEvidence, cli_error};

/// Which public access to a bucket S3 refuses, whatever its policy says.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublicAccessBlock {
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Reads the output of `get-public-access-block`; the error message that there is none counts
    /// as one that blocks nothing.
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        if cli_error(text) == Some("NoSuchPublicAccessBlockConfiguration") {
            return Ok(Self::default());
        }
        let document = Document::PublicAccessBlock;
        let mut value = document.read(text)?;
        let inner = value.get_mut("PublicAccessBlockConfiguration").map(Value::take);
        serde_json::from_value(inner.unwrap_or(value)).map_err(|error| document.unreadable(&error))
    }

    /// The settings that keep anonymous readers out.
    pub(crate) fn blocking(self) -> Vec<&'static str> {
        [
            (self.restrict_public_buckets, "RestrictPublicBuckets"),
            (self.block_public_policy, "BlockPublicPolicy"),
            (self.ignore_public_acls, "IgnorePublicAcls"),
        ]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .collect()
    }
}
