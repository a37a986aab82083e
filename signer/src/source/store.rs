//! Where the store of revocations is.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "aws")]
use aws_config::BehaviorVersion;

#[cfg(feature = "aws")]
use crate::revocation::store::{DynamoDbStore, LONGEST_SIGN_IN};
use crate::revocation::store::{FileStore, MemoryStore, Store};

/// The name of a store, as command lines and the environment of the Lambda functions give it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreSource {
    /// `dynamodb:TABLE`
    #[cfg(feature = "aws")]
    DynamoDb(String),
    /// `file:PATH`
    File(PathBuf),
    /// `memory`: it forgets when the process ends.
    Memory,
}

impl StoreSource {
    /// The store. It is asked nothing yet.
    #[cfg_attr(
        not(feature = "aws"),
        expect(clippy::unused_async, reason = "files need no service")
    )]
    pub async fn open(&self) -> Arc<dyn Store> {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(table) => {
                let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
                let config = aws_sdk_dynamodb::config::Builder::from(&config);
                Arc::new(DynamoDbStore::new(config, table, LONGEST_SIGN_IN))
            }
            Self::File(path) => Arc::new(FileStore::new(path)),
            Self::Memory => Arc::new(MemoryStore::default()),
        }
    }
}

impl FromStr for StoreSource {
    type Err = StoreSourceRefused;

    fn from_str(text: &str) -> Result<Self, StoreSourceRefused> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            Some(("dynamodb" | "file", "")) => Err(StoreSourceRefused::Empty),
            #[cfg(feature = "aws")]
            Some(("dynamodb", table)) => Ok(Self::DynamoDb(table.to_owned())),
            #[cfg(not(feature = "aws"))]
            Some(("dynamodb", _)) => Err(StoreSourceRefused::WithoutAws),
            Some(("file", path)) => Ok(Self::File(path.into())),
            _ => Err(StoreSourceRefused::Scheme),
        }
    }
}

impl fmt::Display for StoreSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "aws")]
            Self::DynamoDb(table) => write!(f, "dynamodb:{table}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Memory => f.write_str("memory"),
        }
    }
}

/// Why a text names no store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoreSourceRefused {
    /// Nothing after the colon.
    Empty,
    /// No scheme, or another one.
    Scheme,
    /// DynamoDB, in a program that was built without it.
    WithoutAws,
}

impl fmt::Display for StoreSourceRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the name of the store is missing after the colon",
            Self::Scheme => {
                "it names a store as `dynamodb:TABLE` or `file:PATH`, or as `memory`, which forgets"
            }
            Self::WithoutAws => {
                "this program was built without DynamoDB; build it with `--features aws`, or name a `file:PATH`"
            }
        })
    }
}

impl core::error::Error for StoreSourceRefused {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        use StoreSourceRefused::{Empty, Scheme};
        let file = StoreSource::File("/var/lib/revocations.json".into());
        assert_eq!("file:/var/lib/revocations.json".parse(), Ok(file));
        assert_eq!("memory".parse(), Ok(StoreSource::Memory));
        for (text, refused) in [
            ("file:", Empty),
            ("dynamodb:", Empty),
            ("memory:", Scheme),
            ("Memory", Scheme),
            ("redis:somewhere", Scheme),
            ("revocations.json", Scheme),
            ("", Scheme),
        ] {
            assert_eq!(text.parse::<StoreSource>(), Err(refused), "{text}");
        }
        #[cfg(feature = "aws")]
        assert_eq!("dynamodb:t".parse(), Ok(StoreSource::DynamoDb("t".to_owned())));
        #[cfg(not(feature = "aws"))]
        assert_eq!("dynamodb:t".parse::<StoreSource>(), Err(StoreSourceRefused::WithoutAws));
    }
}
