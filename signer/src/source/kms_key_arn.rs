//! The name of a key in KMS.

use core::fmt;
use core::str::FromStr;

use super::SourceRefused;

/// The ARN of one key in KMS.
///
/// An alias is no such name: it can be pointed at another key, whose Key-Pair-Id is another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KmsKeyArn(String);

impl KmsKeyArn {
    /// The ARN as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the key in its account and region.
    #[cfg(feature = "aws")]
    pub(crate) fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl FromStr for KmsKeyArn {
    type Err = SourceRefused;

    fn from_str(text: &str) -> Result<Self, SourceRefused> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _partition, "kms", _region, _account, resource]
                if resource.strip_prefix("key/").is_some_and(|id| !id.is_empty()) =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(SourceRefused::KmsKey),
        }
    }
}

impl fmt::Display for KmsKeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
