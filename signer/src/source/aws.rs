//! The services of AWS that keep secrets and keys.

use core::fmt;
use core::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::types::{ParameterHistory, ParameterType};
use zeroize::Zeroizing;

/// A viewer waits for the answer: the default of the SDK, twenty seconds between two attempts, is
/// made for batches.
const MAX_BACKOFF: Duration = Duration::from_millis(400);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);

/// What the services call it when they want fewer requests. The codes are those that AWS's SDKs
/// retry as throttling, as far as these services have them.
const THROTTLING: [&str; 4] =
    ["LimitExceededException", "RequestLimitExceeded", "Throttling", "ThrottlingException"];

/// Clients of the services, which share connections, credentials and limits.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(super) kms: aws_sdk_kms::Client,
    parameters: aws_sdk_ssm::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

impl Aws {
    /// As the SDKs' own environment variables say: region, credentials, endpoints.
    pub async fn from_environment() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_backoff(MAX_BACKOFF))
            .timeout_config(timeouts)
            .load()
            .await;
        Self {
            kms: aws_sdk_kms::Client::new(&config),
            parameters: aws_sdk_ssm::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
        }
    }

    /// The current version of a secret.
    pub(super) async fn secret(&self, id: &str) -> Result<Zeroizing<String>, ServiceFailed> {
        let answer = self
            .secrets
            .get_secret_value()
            .secret_id(id)
            // The default says the same, but not in every implementation.
            .version_stage("AWSCURRENT")
            .send()
            .await
            .map_err(|error| ServiceFailed::new(&error))?;
        answer.secret_string.map(Zeroizing::new).ok_or(ServiceFailed::NoText)
    }

    /// The value of a parameter, decrypted.
    pub(super) async fn parameter(&self, name: &str) -> Result<Zeroizing<String>, ServiceFailed> {
        let answer = self
            .parameters
            .get_parameter()
            .name(name)
            .with_decryption(true)
            .send()
            .await
            .map_err(|error| ServiceFailed::new(&error))?;
        let parameter = answer.parameter.ok_or(ServiceFailed::NoText)?;
        let value = parameter.value.map(Zeroizing::new);
        match parameter.r#type {
            Some(ParameterType::SecureString) => value.ok_or(ServiceFailed::NoText),
            _ => Err(ServiceFailed::Unencrypted),
        }
    }

    /// Makes a text the current version of a secret.
    pub(super) async fn put_secret(&self, id: &str, text: &str) -> Result<(), ServiceFailed> {
        let stored = self.secrets.put_secret_value().secret_id(id).secret_string(text);
        stored.send().await.map(|_| ()).map_err(|error| ServiceFailed::new(&error))
    }

    /// Gives a parameter another value, encrypted with the same key as before.
    ///
    /// `PutParameter` takes no ARN, and encrypts with the account's default key unless it is told
    /// of another: name, key and tier are those of the version before.
    pub(super) async fn put_parameter(&self, id: &str, text: &str) -> Result<(), ServiceFailed> {
        let before = self.parameter_version(id).await?;
        let stored = self
            .parameters
            .put_parameter()
            .set_name(before.name)
            .set_key_id(before.key_id)
            .set_tier(before.tier)
            .r#type(ParameterType::SecureString)
            .overwrite(true)
            .value(text);
        stored.send().await.map(|_| ()).map_err(|error| ServiceFailed::new(&error))
    }

    /// The latest version of a parameter, its value still encrypted.
    async fn parameter_version(&self, id: &str) -> Result<ParameterHistory, ServiceFailed> {
        let history = self.parameters.get_parameter_history().name(id);
        let mut pages = history.into_paginator().send();
        let mut latest = None;
        while let Some(page) = pages.next().await {
            let versions = page.map_err(|error| ServiceFailed::new(&error))?.parameters;
            let versions = latest.into_iter().chain(versions.unwrap_or_default());
            latest = versions.max_by_key(|version: &ParameterHistory| version.version);
        }
        match latest {
            Some(version) if version.r#type == Some(ParameterType::SecureString) => Ok(version),
            Some(_) => Err(ServiceFailed::Unencrypted),
            None => Err(ServiceFailed::NoText),
        }
    }
}

/// A service did not do what was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ServiceFailed {
    /// It answered without the text: the secret is binary.
    NoText,
    /// It refused.
    Refused {
        /// The service's own name for it, such as `AccessDeniedException`.
        code: String,
        /// The service's own words.
        message: String,
    },
    /// It wants fewer requests.
    Throttled,
    /// The parameter is stored in the clear.
    Unencrypted,
    /// It did not answer.
    Unreachable {
        /// What the SDK says.
        cause: String,
    },
}

impl ServiceFailed {
    pub(crate) fn new<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + core::error::Error + 'static,
        R: fmt::Debug,
    {
        match error.code() {
            Some(code) if THROTTLING.contains(&code) => Self::Throttled,
            Some(code) => Self::Refused {
                code: code.to_owned(),
                message: error.message().unwrap_or("it does not say why").to_owned(),
            },
            None => Self::Unreachable { cause: DisplayErrorContext(error).to_string() },
        }
    }
}

impl fmt::Display for ServiceFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoText => f.write_str("the secret is binary; store it as text"),
            Self::Refused { code, message } => write!(f, "AWS refused with `{code}`: {message}"),
            Self::Throttled => f.write_str("AWS is throttling; try again later"),
            Self::Unencrypted => {
                f.write_str("the parameter is not a `SecureString`; store it as one")
            }
            Self::Unreachable { cause } => write!(f, "AWS cannot be reached: {cause}"),
        }
    }
}

impl core::error::Error for ServiceFailed {}
