//! What S3 knows of the bucket behind a distribution.

use core::future::Future;

use ::explain::{Bucket, BucketPolicy, Need, PublicAccessBlock};
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::withheld::Unanswered;
use super::{REGION, printed, read};

/// A bucket, wherever it is.
pub(super) struct Buckets<'b> {
    config: &'b SdkConfig,
    bucket: Bucket<'b>,
}

impl<'b> Buckets<'b> {
    pub(super) fn new(config: &'b SdkConfig, bucket: Bucket<'b>) -> Self {
        Self { config, bucket }
    }

    /// Its policy. That it has none is an answer.
    pub(super) async fn policy(&self) -> Result<BucketPolicy, Unanswered> {
        let name = self.bucket.name;
        let answer = self.ask(|client| client.get_bucket_policy().bucket(name).send()).await;
        let printed = match answer {
            Ok(answer) => printed::bucket_policy(answer.policy()),
            Err(error) if error.code() == Some("NoSuchBucketPolicy") => {
                printed::error("NoSuchBucketPolicy")
            }
            Err(error) => {
                let command = Need::BucketPolicy.command().replace("{bucket}", name);
                return Err(Unanswered::new(command, "s3:GetBucketPolicy", &error));
            }
        };
        read(&printed, BucketPolicy::read)
    }

    /// Its public access block. That it has none is an answer.
    pub(super) async fn access_block(&self) -> Result<PublicAccessBlock, Unanswered> {
        const NONE: &str = "NoSuchPublicAccessBlockConfiguration";
        let name = self.bucket.name;
        let answer = self.ask(|client| client.get_public_access_block().bucket(name).send()).await;
        let printed = match answer {
            Ok(answer) => printed::public_access_block(answer.public_access_block_configuration()),
            Err(error) if error.code() == Some(NONE) => printed::error(NONE),
            Err(error) => {
                let command = Need::PublicAccessBlock.command().replace("{bucket}", name);
                return Err(Unanswered::new(command, "s3:GetBucketPublicAccessBlock", &error));
            }
        };
        read(&printed, PublicAccessBlock::read)
    }

    /// Asks where the bucket should be and, told that it is elsewhere, there.
    async fn ask<T, E, F>(&self, call: impl Fn(Client) -> F) -> Result<T, SdkError<E>>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let expected = self.bucket.region.unwrap_or(REGION);
        match call(self.client(expected)).await {
            Err(error) => match region(&error).filter(|region| region != expected) {
                Some(region) => call(self.client(&region)).await,
                None => Err(error),
            },
            answer => answer,
        }
    }

    fn client(&self, region: &str) -> Client {
        let config = Builder::from(self.config).region(Region::new(region.to_owned()));
        Client::from_conf(config.build())
    }
}

/// Where the bucket is, which S3 adds to its refusals.
fn region<E>(error: &SdkError<E>) -> Option<String> {
    error.raw_response()?.headers().get("x-amz-bucket-region").map(str::to_owned)
}
