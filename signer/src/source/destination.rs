//! Where the state is published.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

#[cfg(feature = "aws")]
use aws_config::BehaviorVersion;

#[cfg(feature = "aws")]
use crate::revocation::publish::S3Destination;
use crate::revocation::publish::{Destination, FolderDestination};

/// The name of a destination, as command lines and the environment of the publisher give it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DestinationSource {
    /// `file:DIR`
    Folder(PathBuf),
    /// `s3:BUCKET/PREFIX`. The prefix is empty or ends with a slash.
    #[cfg(feature = "aws")]
    S3 {
        /// The bucket.
        bucket: String,
        /// What all names of objects begin with.
        prefix: String,
    },
}

impl DestinationSource {
    /// The destination. It is asked nothing yet. Caches may keep a head for `head_seconds`: at most
    /// half of the edges' `refresh_seconds`.
    #[cfg_attr(not(feature = "aws"), expect(unused_variables, reason = "files are not cached"))]
    pub async fn open(&self, head_seconds: u32) -> Box<dyn Destination> {
        match self {
            Self::Folder(folder) => Box::new(FolderDestination::new(folder)),
            #[cfg(feature = "aws")]
            Self::S3 { bucket, prefix } => {
                let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
                let config = aws_sdk_s3::config::Builder::from(&config);
                Box::new(S3Destination::new(config, bucket, prefix, head_seconds))
            }
        }
    }
}

impl FromStr for DestinationSource {
    type Err = DestinationSourceRefused;

    fn from_str(text: &str) -> Result<Self, DestinationSourceRefused> {
        match text.split_once(':') {
            Some(("file" | "s3", "")) => Err(DestinationSourceRefused::Empty),
            Some(("file", folder)) => Ok(Self::Folder(folder.into())),
            #[cfg(feature = "aws")]
            Some(("s3", place)) => {
                let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
                if bucket.is_empty() || prefix.starts_with('/') {
                    return Err(DestinationSourceRefused::Scheme);
                }
                let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
                Ok(Self::S3 { bucket: bucket.to_owned(), prefix: format!("{prefix}{slash}") })
            }
            #[cfg(not(feature = "aws"))]
            Some(("s3", _)) => Err(DestinationSourceRefused::WithoutAws),
            _ => Err(DestinationSourceRefused::Scheme),
        }
    }
}

impl fmt::Display for DestinationSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "file:{}", folder.display()),
            #[cfg(feature = "aws")]
            Self::S3 { bucket, prefix } => write!(f, "s3:{bucket}/{prefix}"),
        }
    }
}

/// Why a text names no destination.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DestinationSourceRefused {
    /// Nothing after the colon.
    Empty,
    /// No scheme, or another one.
    Scheme,
    /// S3, in a program that was built without it.
    WithoutAws,
}

impl fmt::Display for DestinationSourceRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the place is missing after the colon",
            Self::Scheme => "it names a place as `s3:BUCKET/PREFIX` or `file:DIR`",
            Self::WithoutAws => {
                "this program was built without S3; build it with `--features aws`, or name a `file:DIR`"
            }
        })
    }
}

impl core::error::Error for DestinationSourceRefused {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        use DestinationSourceRefused::{Empty, Scheme};
        let folder = DestinationSource::Folder("/srv/state".into());
        assert_eq!("file:/srv/state".parse(), Ok(folder));
        for (text, refused) in
            [("file:", Empty), ("s3:", Empty), ("/srv/state", Scheme), ("", Scheme)]
        {
            assert_eq!(text.parse::<DestinationSource>(), Err(refused), "{text}");
        }
        #[cfg(not(feature = "aws"))]
        assert_eq!(
            "s3:bucket/edgepass/state".parse::<DestinationSource>(),
            Err(DestinationSourceRefused::WithoutAws)
        );
    }

    #[cfg(feature = "aws")]
    #[test]
    fn a_prefix_is_a_folder() {
        for (text, prefix) in [
            ("s3:state-bucket", ""),
            ("s3:state-bucket/", ""),
            ("s3:state-bucket/edgepass/state", "edgepass/state/"),
            ("s3:state-bucket/edgepass/state/", "edgepass/state/"),
        ] {
            let s3 = DestinationSource::S3 {
                bucket: "state-bucket".to_owned(),
                prefix: prefix.to_owned(),
            };
            assert_eq!(text.parse(), Ok(s3), "{text}");
        }
        for text in ["s3:/edgepass", "s3:bucket//edgepass"] {
            assert_eq!(
                text.parse::<DestinationSource>(),
                Err(DestinationSourceRefused::Scheme),
                "{text}"
            );
        }
    }
}
