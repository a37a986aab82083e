//! The name of the CloudFront key.

use core::str::FromStr;

#[cfg(feature = "aws")]
use super::KmsKeyArn;
use super::{SecretSource, SourceRefused};

/// The name of the CloudFront key, as the environment of the Lambda functions gives it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeySource {
    /// `kms:ARN`: it signs where it is and never leaves.
    #[cfg(feature = "aws")]
    Kms(KmsKeyArn),
    /// It is fetched.
    Text(SecretSource),
}

impl FromStr for KeySource {
    type Err = SourceRefused;

    fn from_str(text: &str) -> Result<Self, SourceRefused> {
        match text.split_once(':') {
            #[cfg(feature = "aws")]
            Some(("kms", arn)) => arn.parse().map(Self::Kms),
            #[cfg(not(feature = "aws"))]
            Some(("kms", _)) => Err(SourceRefused::WithoutAws),
            _ => text.parse().map(Self::Text),
        }
    }
}
