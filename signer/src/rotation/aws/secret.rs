//! The secret: versions, the stages that tell them apart, and the tags that hold marks.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::types::Tag;
use policy::UnixTime;
use zeroize::Zeroizing;

use super::{failed, time};
use crate::rotation::{EstateFailed, Mark, Marks, Milestone};
use crate::source::ServiceFailed;

/// A secret of Secrets Manager.
#[derive(Debug)]
pub(super) struct Secret {
    client: Client,
    id: String,
}

/// What a secret says of itself.
pub(super) struct Described {
    stages: HashMap<String, Vec<String>>,
    pub(super) marks: Marks,
}

impl Described {
    /// The version of a stage.
    pub(super) fn version_at(&self, stage: &str) -> Option<&str> {
        let staged = |stages: &[String]| stages.iter().any(|one| one == stage);
        self.stages.iter().find(|(_, stages)| staged(stages)).map(|(id, _)| id.as_str())
    }
}

/// A version with its text.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) created: UnixTime,
    pub(super) text: Zeroizing<String>,
}

impl Secret {
    pub(super) fn new(config: &SdkConfig, id: &str) -> Self {
        Self { client: Client::new(config), id: id.to_owned() }
    }

    pub(super) async fn describe(&self) -> Result<Described, EstateFailed> {
        let answer = self.client.describe_secret().secret_id(&self.id).send().await;
        let answer = answer.map_err(|error| ServiceFailed::new(&error));
        let answer = answer.map_err(failed("DescribeSecret"))?;
        let mut marks = Marks::default();
        for tag in answer.tags() {
            let milestone = Milestone::ALL.into_iter().find(|one| tag.key() == Some(one.tag()));
            if let Some(milestone) = milestone {
                marks.set(milestone, tag.value().and_then(Mark::parse));
            }
        }
        Ok(Described { stages: answer.version_ids_to_stages.unwrap_or_default(), marks })
    }

    /// None of a version that Secrets Manager has made for a rotation, and nobody has filled.
    pub(super) async fn version(&self, id: &str) -> Result<Option<Version>, EstateFailed> {
        let asked = self.client.get_secret_value().secret_id(&self.id).version_id(id);
        let answer = match asked.send().await {
            Ok(answer) => answer,
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), GetSecretValueError::ResourceNotFoundException(_)) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(failed("GetSecretValue")(ServiceFailed::new(&error))),
        };
        let created = time(answer.created_date.map_or(0, |date| date.secs()));
        let text = answer.secret_string.filter(|text| !text.is_empty());
        Ok(text.map(|text| Version { id: id.to_owned(), created, text: Zeroizing::new(text) }))
    }

    pub(super) async fn store_pending(
        &self,
        version: Option<&str>,
        text: &str,
    ) -> Result<(), EstateFailed> {
        let stored = self.client.put_secret_value().secret_id(&self.id).secret_string(text);
        let stored = stored.set_client_request_token(version.map(str::to_owned));
        let stored = stored.version_stages("AWSPENDING").send().await;
        let stored = stored.map_err(|error| ServiceFailed::new(&error));
        stored.map(|_| ()).map_err(failed("PutSecretValue"))
    }

    /// AWS gives the version before the stage `AWSPREVIOUS`. That the new one is `AWSPENDING` no
    /// longer is for those who look: a rotation has ended either way.
    pub(super) async fn switch(&self, from: &str, to: &str) -> Result<(), EstateFailed> {
        let moved = self.client.update_secret_version_stage().secret_id(&self.id);
        let moved = moved.version_stage("AWSCURRENT").remove_from_version_id(from);
        let moved = moved.move_to_version_id(to).send().await;
        let moved = moved.map_err(|error| ServiceFailed::new(&error));
        moved.map_err(failed("UpdateSecretVersionStage"))?;
        self.unstage(to).await
    }

    pub(super) async fn unstage(&self, version: &str) -> Result<(), EstateFailed> {
        let removed = self.client.update_secret_version_stage().secret_id(&self.id);
        let removed = removed.version_stage("AWSPENDING").remove_from_version_id(version);
        let removed = removed.send().await.map_err(|error| ServiceFailed::new(&error));
        removed.map(|_| ()).map_err(failed("UpdateSecretVersionStage"))
    }

    /// A mark that is taken back stays as a tag without a value: that needs no further permission.
    pub(super) async fn mark(
        &self,
        milestone: Milestone,
        mark: Option<&Mark>,
    ) -> Result<(), EstateFailed> {
        let value = mark.map(Mark::to_string).unwrap_or_default();
        let tag = Tag::builder().key(milestone.tag()).value(value).build();
        let tagged = self.client.tag_resource().secret_id(&self.id).tags(tag).send().await;
        let tagged = tagged.map_err(|error| ServiceFailed::new(&error));
        tagged.map(|_| ()).map_err(failed("TagResource"))
    }
}
