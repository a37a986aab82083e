//! Where the signer's secrets come from: files, or the services of AWS.

#[cfg(feature = "aws")]
mod aws;
mod destination;
pub mod environment;
mod file;
mod fresh;
mod key_source;
mod key_text;
#[cfg(feature = "aws")]
mod kms;
mod kms_key_arn;
#[cfg(feature = "aws")]
mod role_arn;
mod rotating_keys;
#[cfg(feature = "aws")]
mod rotation_sources;
mod store;

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

use zeroize::Zeroizing;

#[cfg(feature = "aws")]
pub use self::aws::{Aws, ServiceFailed};
pub use self::destination::{DestinationSource, DestinationSourceRefused};
pub use self::file::FileUnreadable;
pub use self::fresh::{Fetch, Fresh, Freshness};
pub use self::key_source::KeySource;
pub use self::key_text::{KeptKey, KeyText, KeyTextRefused};
#[cfg(feature = "aws")]
pub use self::kms::{KmsKey, KmsKeyRefused};
pub use self::kms_key_arn::KmsKeyArn;
#[cfg(feature = "aws")]
pub use self::role_arn::{RoleArn, RoleArnRefused};
pub use self::rotating_keys::{KeySources, RotatingKeys};
#[cfg(feature = "aws")]
pub use self::rotation_sources::{RotationSources, StateSources};
pub use self::store::{StoreSource, StoreSourceRefused};

/// The name of a secret that is fetched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SecretSource {
    /// `file:PATH`
    File(PathBuf),
    /// `ssm:NAME`: a SecureString of Systems Manager's Parameter Store, by name or ARN.
    #[cfg(feature = "aws")]
    Parameter(String),
    /// `secretsmanager:ARN`: by ARN or name.
    #[cfg(feature = "aws")]
    SecretsManager(String),
}

impl SecretSource {
    /// The secret, which is wiped from memory when it is dropped.
    #[cfg_attr(
        not(feature = "aws"),
        expect(clippy::unused_async, unused_variables, reason = "files need no service")
    )]
    pub async fn fetch(&self, services: &Services) -> Result<Zeroizing<String>, FetchFailed> {
        match self {
            Self::File(path) => file::read(path).map_err(FetchFailed::File),
            #[cfg(feature = "aws")]
            Self::Parameter(name) => Ok(services.aws().await.parameter(name).await?),
            #[cfg(feature = "aws")]
            Self::SecretsManager(id) => Ok(services.aws().await.secret(id).await?),
        }
    }

    /// Puts another text in its place, which everybody reads from then on.
    #[cfg(feature = "aws")]
    pub(crate) async fn replace(
        &self,
        text: &str,
        services: &Services,
    ) -> Result<(), ReplaceFailed> {
        match self {
            Self::File(path) => file::replace(path, text).await.map_err(ReplaceFailed::File),
            Self::Parameter(name) => Ok(services.aws().await.put_parameter(name, text).await?),
            Self::SecretsManager(id) => Ok(services.aws().await.put_secret(id, text).await?),
        }
    }
}

impl FromStr for SecretSource {
    type Err = SourceRefused;

    fn from_str(text: &str) -> Result<Self, SourceRefused> {
        if text.contains("-----BEGIN") {
            return Err(SourceRefused::Inline);
        }
        match text.split_once(':').ok_or(SourceRefused::Scheme)? {
            ("file" | "secretsmanager" | "ssm", "") => Err(SourceRefused::Empty),
            ("file", path) => Ok(Self::File(path.into())),
            #[cfg(feature = "aws")]
            ("secretsmanager", id) => Ok(Self::SecretsManager(id.to_owned())),
            #[cfg(feature = "aws")]
            ("ssm", name) => Ok(Self::Parameter(name.to_owned())),
            #[cfg(not(feature = "aws"))]
            ("secretsmanager" | "ssm", _) => Err(SourceRefused::WithoutAws),
            ("kms", _) => Err(SourceRefused::KmsForAnother),
            _ => Err(SourceRefused::Scheme),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`file:{}`", path.display()),
            #[cfg(feature = "aws")]
            Self::Parameter(name) => write!(f, "`ssm:{name}`"),
            #[cfg(feature = "aws")]
            Self::SecretsManager(id) => write!(f, "`secretsmanager:{id}`"),
        }
    }
}

/// The services that sources name, opened when the first of them is asked.
#[derive(Debug, Default)]
pub struct Services {
    #[cfg(feature = "aws")]
    aws: tokio::sync::OnceCell<Aws>,
}

#[cfg(feature = "aws")]
impl Services {
    /// AWS, as its SDKs' own environment variables say: region, credentials, endpoints.
    pub async fn aws(&self) -> &Aws {
        self.aws.get_or_init(Aws::from_environment).await
    }
}

/// Why a text names no secret. No variant carries the text: it may be the secret itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SourceRefused {
    /// Nothing after the colon.
    Empty,
    /// The text of a PEM.
    Inline,
    /// `kms:` for something else than the CloudFront key.
    KmsForAnother,
    /// `kms:` without the ARN of a key.
    KmsKey,
    /// No scheme, or another one.
    Scheme,
    /// A service of AWS, in a program that was built without them.
    WithoutAws,
}

impl fmt::Display for SourceRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the name of the secret is missing after the colon",
            Self::Inline => {
                "the variable contains the key itself; set it to where the key is: a function's environment is no place for a secret"
            }
            Self::KmsForAnother => {
                "only the CloudFront key can stay in KMS; name this one as `file:PATH`, `secretsmanager:ARN` or `ssm:NAME`"
            }
            Self::KmsKey => {
                "`kms:` takes the ARN of a key, `arn:aws:kms:REGION:ACCOUNT:key/ID`; an alias could be pointed at another key"
            }
            Self::Scheme => {
                "it names a secret as `file:PATH`, `secretsmanager:ARN`, `ssm:NAME` or, only for the CloudFront key, `kms:ARN`"
            }
            Self::WithoutAws => {
                "this program was built without the services of AWS; build it with `--features aws`, or name a `file:PATH`"
            }
        })
    }
}

impl core::error::Error for SourceRefused {}

/// Why a secret could not be fetched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchFailed {
    /// The file.
    File(FileUnreadable),
    /// The service of AWS.
    #[cfg(feature = "aws")]
    Service(ServiceFailed),
}

impl fmt::Display for FetchFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(unreadable) => unreadable.fmt(f),
            #[cfg(feature = "aws")]
            Self::Service(failed) => failed.fmt(f),
        }
    }
}

impl core::error::Error for FetchFailed {}

#[cfg(feature = "aws")]
impl From<ServiceFailed> for FetchFailed {
    fn from(failed: ServiceFailed) -> Self {
        Self::Service(failed)
    }
}

/// Why a text was not stored.
#[cfg(feature = "aws")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ReplaceFailed {
    /// The file, and the operating system's reason.
    File(std::io::ErrorKind),
    /// The service of AWS.
    Service(ServiceFailed),
}

#[cfg(feature = "aws")]
impl fmt::Display for ReplaceFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(kind) => write!(f, "the file cannot be written: {kind}"),
            Self::Service(failed) => failed.fmt(f),
        }
    }
}

#[cfg(feature = "aws")]
impl From<ServiceFailed> for ReplaceFailed {
    fn from(failed: ServiceFailed) -> Self {
        Self::Service(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<SourceRefused> {
        text.parse::<KeySource>().err()
    }

    #[test]
    fn files_need_no_service() {
        let file = SecretSource::File("/run/key.pem".into());
        assert_eq!("file:/run/key.pem".parse(), Ok(file.clone()));
        assert_eq!("file:/run/key.pem".parse(), Ok(KeySource::Text(file)));
    }

    #[test]
    fn what_names_no_secret_is_refused_without_being_repeated() {
        for (text, fault) in [
            ("/run/key.pem", SourceRefused::Scheme),
            ("vault:key", SourceRefused::Scheme),
            ("FILE:key", SourceRefused::Scheme),
            ("file:", SourceRefused::Empty),
            ("file:-----BEGIN PRIVATE KEY-----", SourceRefused::Inline),
        ] {
            assert_eq!(refused(text), Some(fault), "{text}");
            assert!(!fault.to_string().contains(text));
        }
        assert_eq!("kms:key".parse::<SecretSource>(), Err(SourceRefused::KmsForAnother));
    }

    #[cfg(feature = "aws")]
    #[test]
    fn kms_takes_the_arn_of_a_key_only() {
        let arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        assert!(
            matches!(format!("kms:{arn}").parse(), Ok(KeySource::Kms(named)) if named.as_str() == arn)
        );
        for wrong in
            ["", "alias/site", "arn:aws:kms:r:a:alias/site", "arn:aws:kms:r:a:key/", "1234abcd"]
        {
            assert_eq!(refused(&format!("kms:{wrong}")), Some(SourceRefused::KmsKey), "{wrong}");
        }
    }

    #[cfg(not(feature = "aws"))]
    #[test]
    fn services_of_aws_need_the_feature() {
        for text in ["kms:arn", "secretsmanager:arn", "ssm:/key"] {
            assert_eq!(refused(text), Some(SourceRefused::WithoutAws), "{text}");
        }
    }
}
