//! The CloudFront key in KMS: it signs there and never leaves.

use core::fmt;

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeyUsageType, MessageType, SigningAlgorithmSpec};
use policy::{Hash, KeyKind, KeyRefused, PublicKey, ShortRsa};
use tokio::sync::Semaphore;

use super::KmsKeyArn;
use super::aws::ServiceFailed;
use crate::key::policy_key::{Capacity, PolicySignature, SignPolicy, SignatureUnavailable};

/// The longest message that KMS takes as it is (AWS: `Sign`, `Message`), in bytes.
const MAX_MESSAGE_BYTES: usize = 4096;

/// Each signature is a call of some ten milliseconds, of which an account has 1,000 a second for
/// all RSA keys and as many for all ECDSA keys (AWS: "Request quotas"): a request may not take a
/// noticeable part of them.
const CAPACITY: Capacity = Capacity { per_request: 20, at_once: 8 };

/// A key in KMS, ready to sign.
#[derive(Debug)]
pub struct KmsKey {
    client: aws_sdk_kms::Client,
    arn: KmsKeyArn,
    public: PublicKey,
    algorithm: SigningAlgorithmSpec,
    calls: Semaphore,
}

impl KmsKey {
    /// Asks for the public half once: the kind of a KMS key never changes.
    pub async fn open(client: aws_sdk_kms::Client, arn: KmsKeyArn) -> Result<Self, KmsKeyRefused> {
        let answer = client
            .get_public_key()
            .key_id(arn.as_str())
            .send()
            .await
            .map_err(|error| KmsKeyRefused::Service(ServiceFailed::new(&error)))?;
        if answer.key_usage != Some(KeyUsageType::SignVerify) {
            return Err(KmsKeyRefused::Usage);
        }
        let spki = answer.public_key.unwrap_or_else(|| Blob::new([]));
        let public = PublicKey::from_spki_der(spki.as_ref(), ShortRsa::Refuse)
            .map_err(KmsKeyRefused::Unfit)?;
        let algorithm = match public.kind() {
            KeyKind::P256 => SigningAlgorithmSpec::EcdsaSha256,
            KeyKind::Rsa { .. } => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        };
        let calls = Semaphore::new(CAPACITY.at_once);
        Ok(Self { client, arn, public, algorithm, calls })
    }

    /// Which one it is.
    pub fn arn(&self) -> &KmsKeyArn {
        &self.arn
    }

    /// The public half, which verifiers trust.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    async fn signature(&self, hash: Hash, text: &str) -> Result<Vec<u8>, SignatureUnavailable> {
        if hash != Hash::Sha256 {
            return Err(failed("KMS makes no SHA-1 signatures"));
        }
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(failed("the policy is longer than KMS takes"));
        }
        let _call = self.calls.acquire().await.map_err(failed)?;
        let answer = self
            .client
            .sign()
            .key_id(self.arn.as_str())
            .message(Blob::new(text))
            // The digest is KMS's to make, so that nobody signs one whose text they do not know.
            .message_type(MessageType::Raw)
            .signing_algorithm(self.algorithm.clone())
            .send()
            .await
            .map_err(|error| match ServiceFailed::new(&error) {
                ServiceFailed::Throttled => SignatureUnavailable::Throttled,
                other => failed(other),
            })?;
        answer.signature.map(Blob::into_inner).ok_or_else(|| failed("KMS sent no signature"))
    }
}

impl SignPolicy for KmsKey {
    fn kind(&self) -> KeyKind {
        self.public.kind()
    }

    fn capacity(&self) -> Capacity {
        CAPACITY
    }

    fn sign<'k>(&'k self, hash: Hash, text: &'k str) -> PolicySignature<'k> {
        Box::pin(self.signature(hash, text))
    }
}

fn failed(detail: impl fmt::Display) -> SignatureUnavailable {
    SignatureUnavailable::Failed { detail: detail.to_string() }
}

/// Why a KMS key does not sign for CloudFront.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KmsKeyRefused {
    /// KMS did not hand out the public key.
    Service(ServiceFailed),
    /// No key that CloudFront takes.
    Unfit(KeyRefused),
    /// A key for something else than signing.
    Usage,
}

impl fmt::Display for KmsKeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(failed) => failed.fmt(f),
            Self::Unfit(refused) => refused.fmt(f),
            Self::Usage => f.write_str(
                "the KMS key is not for signing; make one with `--key-usage SIGN_VERIFY` and the key spec `ECC_NIST_P256` or `RSA_2048`",
            ),
        }
    }
}

impl core::error::Error for KmsKeyRefused {}
