//! The state in AWS: an S3 bucket behind the distribution.

use core::error::Error;
use core::fmt;
use core::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Object;
use policy::UnixTime;

use super::{
    Destination, DestinationAnswer, DestinationUnavailable, Published, PublishedBody, Replaced,
    Version,
};

const TYPE: &str = "application/octet-stream";

/// A body never changes.
const BODY_CACHING: &str = "public, max-age=31536000, immutable";

/// Attempts for one answer, the first included. Between them the SDK waits for a random part of a
/// time that doubles.
const ATTEMPTS: u32 = 5;

/// For one attempt: a body may have megabytes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Objects in a bucket: `PREFIXhead`, and bodies as `PREFIXbody/DIGEST`. The head is replaced by a
/// conditional write, so that of two publishers one starts over. Checksums are always written and
/// compared: a head that was garbled on its way must not pass for a stranger's, which is replaced.
#[derive(Clone, Debug)]
pub struct S3Destination {
    client: Client,
    bucket: String,
    prefix: String,
    head_caching: String,
}

impl S3Destination {
    /// The state in this bucket, under names that begin with `prefix`, such as `edgepass/state/`.
    /// Retries, time-outs and checksums of `config` are replaced. Edges may be handed a head that is
    /// `head_seconds` old: at most half of their `refresh_seconds`.
    pub fn new(config: Builder, bucket: &str, prefix: &str, head_seconds: u32) -> Self {
        let config = config
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build())
            .request_checksum_calculation(RequestChecksumCalculation::WhenSupported)
            .response_checksum_validation(ResponseChecksumValidation::WhenSupported);
        Self {
            client: Client::from_conf(config.build()),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            head_caching: format!("public, max-age={head_seconds}"),
        }
    }

    fn head_key(&self) -> String {
        format!("{}head", self.prefix)
    }

    fn body_key(&self, name: &str) -> String {
        format!("{}body/{name}", self.prefix)
    }

    async fn read(&self, key: String) -> Result<Option<Published>, DestinationUnavailable> {
        let get = self.client.get_object().bucket(&self.bucket).key(key);
        let got = match get.send().await {
            Ok(got) => got,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => return Err(unavailable(error)),
        };
        let version = got.e_tag.ok_or_else(|| DestinationUnavailable::new("no ETag"))?;
        let bytes = got.body.collect().await.map_err(DestinationUnavailable::new)?;
        Ok(Some(Published { bytes: bytes.to_vec(), version: Version(version) }))
    }

    async fn write_head(
        &self,
        head: &[u8],
        before: Option<&Version>,
    ) -> Result<Replaced, DestinationUnavailable> {
        let put = self.client.put_object().bucket(&self.bucket).key(self.head_key());
        let put = put.content_type(TYPE).cache_control(&self.head_caching);
        let put = match before {
            Some(version) => put.if_match(&version.0),
            None => put.if_none_match("*"),
        };
        match put.body(ByteStream::from(head.to_vec())).send().await {
            Ok(_) => Ok(Replaced::Yes),
            // Another version; another write at the same moment; no head any more.
            Err(error) if matches!(status(&error), Some(412 | 409)) || is_missing(&error) => {
                Ok(Replaced::No)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn list(&self) -> Result<Vec<PublishedBody>, DestinationUnavailable> {
        let prefix = self.body_key("");
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(&prefix);
        let mut pages = list.into_paginator().send();
        let mut bodies = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(unavailable)?;
            bodies.extend(page.contents().iter().filter_map(|object| body(object, &prefix)));
        }
        Ok(bodies)
    }
}

fn body(object: &Object, prefix: &str) -> Option<PublishedBody> {
    let name = object.key()?.strip_prefix(prefix)?.to_owned();
    let written_at = UnixTime::from_seconds(object.last_modified()?.secs())?;
    Some(PublishedBody { name, written_at })
}

impl Destination for S3Destination {
    fn head(&self) -> DestinationAnswer<'_, Option<Published>> {
        Box::pin(self.read(self.head_key()))
    }

    fn body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, Option<Vec<u8>>> {
        Box::pin(async {
            let body = self.read(self.body_key(name)).await?;
            Ok(body.map(|body| body.bytes))
        })
    }

    fn put_body<'d>(&'d self, name: &'d str, body: &'d [u8]) -> DestinationAnswer<'d, ()> {
        let put = self.client.put_object().bucket(&self.bucket).key(self.body_key(name));
        let put = put.content_type(TYPE).cache_control(BODY_CACHING);
        let put = put.body(ByteStream::from(body.to_vec()));
        Box::pin(async { put.send().await.map(|_| ()).map_err(unavailable) })
    }

    fn replace_head<'d>(
        &'d self,
        head: &'d [u8],
        before: Option<&'d Version>,
    ) -> DestinationAnswer<'d, Replaced> {
        Box::pin(self.write_head(head, before))
    }

    fn bodies(&self) -> DestinationAnswer<'_, Vec<PublishedBody>> {
        Box::pin(self.list())
    }

    fn remove_body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, ()> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(self.body_key(name));
        Box::pin(async { delete.send().await.map(|_| ()).map_err(unavailable) })
    }
}

/// By its code: a bucket that is missing answers 404 too.
fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("NoSuchKey")
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn unavailable<E: Error + 'static, R: fmt::Debug + 'static>(
    error: SdkError<E, R>,
) -> DestinationUnavailable {
    DestinationUnavailable::new(DisplayErrorContext(error))
}
