//! CloudFront's side: public keys, the key group, and the distributions that use it.

use aws_config::SdkConfig;
use aws_lc::public_key_from_text;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudfront::types::{KeyGroupConfig, PublicKeyConfig, PublicKeySummary};
use policy::{PublicKey, ShortRsa};

use super::{failed, time};
use crate::rotation::{AccountKey, EstateFailed, KeyGroup};
use crate::source::ServiceFailed;

/// The status of a distribution that all edges have.
const DEPLOYED: &str = "Deployed";

/// An account's CloudFront, and a key group in it.
#[derive(Debug)]
pub(super) struct CloudFront {
    client: Client,
    group: String,
}

impl CloudFront {
    pub(super) fn new(config: &SdkConfig, group: &str) -> Self {
        Self { client: Client::new(config), group: group.to_owned() }
    }

    /// All public keys.
    pub(super) async fn account(&self) -> Result<Vec<AccountKey>, EstateFailed> {
        let (mut keys, mut marker) = (Vec::new(), None);
        loop {
            let page = self.client.list_public_keys().set_marker(marker).send().await;
            let page = page.map_err(|error| ServiceFailed::new(&error));
            let page = page.map_err(failed("ListPublicKeys"))?;
            let Some(list) = page.public_key_list else { return Ok(keys) };
            keys.extend(list.items().iter().map(account_key));
            marker = list.next_marker;
            if marker.is_none() {
                return Ok(keys);
            }
        }
    }

    pub(super) async fn group(&self) -> Result<KeyGroup, EstateFailed> {
        let answer = self.client.get_key_group().id(&self.group).send().await;
        let answer = answer.map_err(|error| ServiceFailed::new(&error));
        let answer = answer.map_err(failed("GetKeyGroup"))?;
        let config = answer.key_group.and_then(|group| group.key_group_config);
        let (Some(config), Some(etag)) = (config, answer.e_tag) else {
            return Err(EstateFailed::new("GetKeyGroup", &"CloudFront sent no configuration"));
        };
        let KeyGroupConfig { name, items, comment, .. } = config;
        Ok(KeyGroup { id: self.group.clone(), etag, name, comment, members: items })
    }

    pub(super) async fn regroup(&self, group: &KeyGroup) -> Result<(), EstateFailed> {
        let config = KeyGroupConfig::builder()
            .name(&group.name)
            .set_items(Some(group.members.clone()))
            .set_comment(group.comment.clone())
            .build()
            .map_err(|error| EstateFailed::new("UpdateKeyGroup", &error))?;
        let updated = self.client.update_key_group().id(&group.id).if_match(&group.etag);
        let updated = updated.key_group_config(config).send().await;
        let updated = updated.map_err(|error| ServiceFailed::new(&error));
        updated.map(|_| ()).map_err(failed("UpdateKeyGroup"))
    }

    /// The distributions that use the group and have not reached all edges.
    pub(super) async fn deploying(&self) -> Result<Vec<String>, EstateFailed> {
        let (mut deploying, mut marker) = (Vec::new(), None);
        loop {
            let page = self.client.list_distributions_by_key_group().key_group_id(&self.group);
            let page = page.set_marker(marker).send().await;
            let page = page.map_err(|error| ServiceFailed::new(&error));
            let page = page.map_err(failed("ListDistributionsByKeyGroup"))?;
            let Some(list) = page.distribution_id_list else { return Ok(deploying) };
            for id in list.items() {
                if self.status(id).await? != DEPLOYED {
                    deploying.push(id.clone());
                }
            }
            marker = list.next_marker;
            if marker.is_none() {
                return Ok(deploying);
            }
        }
    }

    async fn status(&self, distribution: &str) -> Result<String, EstateFailed> {
        let answer = self.client.get_distribution().id(distribution).send().await;
        let answer = answer.map_err(|error| ServiceFailed::new(&error));
        let answer = answer.map_err(failed("GetDistribution"))?;
        Ok(answer.distribution.map(|distribution| distribution.status).unwrap_or_default())
    }

    /// The same name and key again are answered with the same id.
    pub(super) async fn create(&self, name: &str, pem: &str) -> Result<String, EstateFailed> {
        let config = PublicKeyConfig::builder()
            .caller_reference(name)
            .name(name)
            .encoded_key(pem)
            .comment("made by a rotation of edgepass")
            .build()
            .map_err(|error| EstateFailed::new("CreatePublicKey", &error))?;
        let created = self.client.create_public_key().public_key_config(config).send().await;
        let created = created.map_err(|error| ServiceFailed::new(&error));
        let created = created.map_err(failed("CreatePublicKey"))?;
        let id = created.public_key.map(|key| key.id);
        id.ok_or_else(|| EstateFailed::new("CreatePublicKey", &"CloudFront sent no id"))
    }

    pub(super) async fn delete(&self, key_id: &str) -> Result<(), EstateFailed> {
        let found = self.client.get_public_key_config().id(key_id).send().await;
        let etag = match found {
            Ok(found) => found.e_tag,
            Err(error) if is_gone(&error) => return Ok(()),
            Err(error) => return Err(failed("GetPublicKeyConfig")(ServiceFailed::new(&error))),
        };
        let deleted = self.client.delete_public_key().id(key_id).set_if_match(etag).send().await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(failed("DeletePublicKey")(ServiceFailed::new(&error))),
        }
    }
}

fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("NoSuchPublicKey")
}

fn account_key(summary: &PublicKeySummary) -> AccountKey {
    AccountKey {
        id: summary.id.clone(),
        name: summary.name.clone(),
        created: time(summary.created_time.secs()),
        key: public_key(summary.encoded_key()),
    }
}

/// None of a key that no pass is signed with.
fn public_key(pem: &str) -> Option<PublicKey> {
    public_key_from_text(pem, ShortRsa::Refuse).ok()
}
