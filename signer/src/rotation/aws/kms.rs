//! Keys in KMS: made, asked, and discarded.

use core::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::operation::create_key::builders::CreateKeyFluentBuilder;
use aws_sdk_kms::types::{self, KeyState, KeyUsageType};
use aws_sdk_resourcegroupstagging as tagging;
use policy::{Hash, PublicKey};
use tokio::time::sleep;

use super::key_policy::key_policy;
use super::{failed, time};
use crate::key::KeySpec;
use crate::key::policy_key::SignPolicy;
use crate::rotation::{EstateFailed, TaggedKey};
use crate::source::{KmsKey, KmsKeyArn, KmsKeyRefused, RoleArn, ServiceFailed};

/// The key of the tag that holds the id of the key group. Permissions go by it too.
pub(super) const TAG: &str = "edgepass:key-group";

/// For how long a deletion can be taken back, in days: the most that KMS allows.
const DELETION_DAYS: i32 = 30;

/// The description of a key that has its tag.
const FINISHED: &str = "made by a rotation of edgepass";

/// What KMS says of a key whose own policy lets nobody know of it.
const DENIED: &str = "AccessDeniedException";

/// What KMS says of a key that it does not know, yet or any more.
const NOT_FOUND: &str = "NotFoundException";

/// What KMS says of a key that is disabled, about to be deleted, or deleted.
const GONE: [&str; 3] = ["DisabledException", "KMSInvalidStateException", NOT_FOUND];

/// How often a new key is looked for, and how long between: a key may not be known everywhere in
/// KMS for some seconds (AWS: "AWS KMS eventual consistency").
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// An account's keys in KMS, of which those count that have the tag of a key group.
#[derive(Debug)]
pub(super) struct Kms {
    client: Client,
    tagging: tagging::Client,
    group: String,
    role: Option<RoleArn>,
}

impl Kms {
    pub(super) fn new(config: &SdkConfig, group: &str, role: Option<RoleArn>) -> Self {
        let (client, tagging) = (Client::new(config), tagging::Client::new(config));
        Self { client, tagging, group: group.to_owned(), role }
    }

    /// The keys that have the tag and can sign. A key that somebody has disabled is left to them.
    pub(super) async fn tagged(&self) -> Result<Vec<TaggedKey>, EstateFailed> {
        let tag = tagging::types::TagFilter::builder().key(TAG).values(&self.group).build();
        let (mut keys, mut token) = (Vec::new(), None);
        loop {
            let page = self.tagging.get_resources().resource_type_filters("kms:key");
            let page = page.tag_filters(tag.clone()).set_pagination_token(token).send().await;
            let page = page.map_err(|error| ServiceFailed::new(&error));
            let page = page.map_err(failed("GetResources"))?;
            let arns = page.resource_tag_mapping_list().iter().filter_map(|one| one.resource_arn());
            for arn in arns.filter_map(|arn| arn.parse().ok()) {
                keys.extend(self.enabled(arn).await?);
            }
            token = page.pagination_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(keys);
            }
        }
    }

    /// None of a key that signs nothing, whatever its tag says.
    async fn enabled(&self, arn: KmsKeyArn) -> Result<Option<TaggedKey>, EstateFailed> {
        let described = match self.client.describe_key().key_id(arn.as_str()).send().await {
            Ok(answer) => answer.key_metadata,
            // The list of tags is not always of this moment.
            Err(error) if is_gone(error.code()) => None,
            Err(error) => return Err(failed("DescribeKey")(ServiceFailed::new(&error))),
        };
        let enabled = described.filter(|key| key.key_state == Some(KeyState::Enabled));
        let signs = enabled.filter(|key| key.key_usage == Some(KeyUsageType::SignVerify));
        let Some(key) = signs else { return Ok(None) };
        let created = time(key.creation_date.map_or(0, |date| date.secs()));
        let public = self.public_key_if_any(&arn).await?;
        Ok(public.map(|public| TaggedKey { arn, created, public }))
    }

    pub(super) async fn create(&self, spec: KeySpec) -> Result<KmsKeyArn, EstateFailed> {
        let tag = types::Tag::builder().tag_key(TAG).tag_value(&self.group).build();
        let tag = tag.map_err(|error| EstateFailed::new("CreateKey", &error))?;
        match &self.role {
            None => self.made(spec, |key| key.description(FINISHED).tags(tag)).await,
            Some(role) => self.create_as(role, spec, tag).await,
        }
    }

    /// Without the permission to tag other keys. What a process leaves unfinished that ends on the
    /// way, the next one discards.
    async fn create_as(
        &self,
        role: &RoleArn,
        spec: KeySpec,
        tag: types::Tag,
    ) -> Result<KmsKeyArn, EstateFailed> {
        self.discard_unfinished().await?;
        let policy = key_policy(role, &self.group);
        let key = self
            .made(spec, |key| {
                // KMS would insist that the role may change the policy afterwards.
                key.description(self.unfinished())
                    .policy(policy)
                    .bypass_policy_lockout_safety_check(true)
            })
            .await?;
        let tagged = self.client.tag_resource().key_id(key.as_str()).tags(tag).send().await;
        tagged.map_err(|error| failed("TagResource")(ServiceFailed::new(&error)))?;
        let finished =
            self.client.update_key_description().key_id(key.as_str()).description(FINISHED);
        let finished = finished.send().await;
        finished.map_err(|error| failed("UpdateKeyDescription")(ServiceFailed::new(&error)))?;
        Ok(key)
    }

    async fn made(
        &self,
        spec: KeySpec,
        with: impl FnOnce(CreateKeyFluentBuilder) -> CreateKeyFluentBuilder,
    ) -> Result<KmsKeyArn, EstateFailed> {
        let spec = match spec {
            KeySpec::EcdsaP256 => types::KeySpec::EccNistP256,
            KeySpec::Rsa2048 => types::KeySpec::Rsa2048,
        };
        let key = self.client.create_key().key_spec(spec).key_usage(KeyUsageType::SignVerify);
        let made = with(key).send().await;
        let made = made.map_err(|error| ServiceFailed::new(&error)).map_err(failed("CreateKey"))?;
        let arn = made.key_metadata.and_then(|key| key.arn).and_then(|arn| arn.parse().ok());
        arn.ok_or_else(|| EstateFailed::new("CreateKey", &"KMS sent no ARN"))
    }

    /// The description of a key until it has its tag.
    fn unfinished(&self) -> String {
        format!("unfinished key of a rotation of edgepass, for the key group {}", self.group)
    }

    /// Only the policies of keys that this role made let it discard them without their tag.
    async fn discard_unfinished(&self) -> Result<(), EstateFailed> {
        let mut pages = self.client.list_keys().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("ListKeys")(ServiceFailed::new(&error)))?;
            let arns = page.keys.unwrap_or_default().into_iter().filter_map(|key| key.key_arn);
            for arn in arns.filter_map(|arn| arn.parse::<KmsKeyArn>().ok()) {
                if self.is_unfinished(&arn).await? {
                    self.discard(&arn).await?;
                }
            }
        }
        Ok(())
    }

    /// Not a key of which this role may know nothing.
    async fn is_unfinished(&self, arn: &KmsKeyArn) -> Result<bool, EstateFailed> {
        let described = match self.client.describe_key().key_id(arn.as_str()).send().await {
            Ok(answer) => answer.key_metadata,
            Err(error) if is_gone(error.code()) || error.code() == Some(DENIED) => None,
            Err(error) => return Err(failed("DescribeKey")(ServiceFailed::new(&error))),
        };
        let enabled = described.filter(|key| key.key_state == Some(KeyState::Enabled));
        Ok(enabled.and_then(|key| key.description) == Some(self.unfinished()))
    }

    /// The public half of a key that was just made.
    pub(super) async fn public_key(&self, key: &KmsKeyArn) -> Result<PublicKey, EstateFailed> {
        let mut opened = self.open(key).await;
        for _ in 1..LOOKS {
            match &opened {
                Err(KmsKeyRefused::Service(ServiceFailed::Refused { code, .. }))
                    if code == NOT_FOUND =>
                {
                    sleep(BETWEEN_LOOKS).await;
                    opened = self.open(key).await;
                }
                _ => break,
            }
        }
        Ok(opened.map_err(refused)?.public_key().clone())
    }

    /// None of a key that signs no more.
    pub(super) async fn public_key_if_any(
        &self,
        key: &KmsKeyArn,
    ) -> Result<Option<PublicKey>, EstateFailed> {
        match self.open(key).await {
            Ok(key) => Ok(Some(key.public_key().clone())),
            Err(KmsKeyRefused::Service(ServiceFailed::Refused { code, .. }))
                if is_gone(Some(&code)) =>
            {
                Ok(None)
            }
            Err(other) => Err(refused(other)),
        }
    }

    pub(super) async fn sign(&self, key: &KmsKeyArn, text: &str) -> Result<Vec<u8>, EstateFailed> {
        let key = self.open(key).await.map_err(refused)?;
        let signature = key.sign(Hash::Sha256, text).await;
        signature.map_err(|unavailable| EstateFailed::new("Sign", &unavailable))
    }

    pub(super) async fn discard(&self, key: &KmsKeyArn) -> Result<(), EstateFailed> {
        let discarded = self.client.schedule_key_deletion().key_id(key.id());
        match discarded.pending_window_in_days(DELETION_DAYS).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(error.code()) => Ok(()),
            Err(error) => Err(failed("ScheduleKeyDeletion")(ServiceFailed::new(&error))),
        }
    }

    async fn open(&self, key: &KmsKeyArn) -> Result<KmsKey, KmsKeyRefused> {
        KmsKey::open(self.client.clone(), key.clone()).await
    }
}

fn is_gone(code: Option<&str>) -> bool {
    code.is_some_and(|code| GONE.contains(&code))
}

fn refused(why: KmsKeyRefused) -> EstateFailed {
    EstateFailed::new("the key in KMS", &why)
}
