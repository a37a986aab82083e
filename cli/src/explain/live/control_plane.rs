//! What CloudFront's control plane knows.

use ::explain::{Distribution, KeyGroup, KnownKey, Need, alias_covers};
use aws_config::SdkConfig;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{DistributionSummary, PublicKeySummary};

use super::withheld::{Unanswered, Withheld};
use super::{printed, read};
use crate::explain::public_key::known_key;

const LIST_DISTRIBUTIONS: &str = "aws cloudfront list-distributions --query 'DistributionList.Items[].[Id, DomainName, Aliases.Items]'";

/// The control plane of the account whose credentials there are.
pub(super) struct ControlPlane {
    client: Client,
}

impl ControlPlane {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// The distribution that answers to this host.
    pub(super) async fn distribution(&self, host: &str) -> Result<Distribution, Unanswered> {
        let id = self.distribution_id(host).await?;
        let answer = self.client.get_distribution().id(&id).send().await.map_err(|error| {
            let command = Need::Distribution.command().replace("{distribution_id}", &id);
            Unanswered::new(command, "cloudfront:GetDistribution", &error)
        })?;
        read(&printed::distribution(answer.distribution()), Distribution::read)
    }

    async fn distribution_id(&self, host: &str) -> Result<String, Unanswered> {
        let command = LIST_DISTRIBUTIONS.to_owned();
        let mut best: Option<(usize, String)> = None;
        let mut pages = self.client.list_distributions().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                Unanswered::new(command.clone(), "cloudfront:ListDistributions", &error)
            })?;
            let summaries = page.distribution_list().map(|list| list.items()).unwrap_or_default();
            let named = summaries
                .iter()
                .filter_map(|summary| Some((closeness(summary, host)?, summary.id().to_owned())));
            best = best.into_iter().chain(named).max();
        }
        best.map(|(_, id)| id).ok_or_else(|| {
            let why = format!("none of this account answers to {}, ask another", plain(host));
            Unanswered::Withheld(Withheld { command, why })
        })
    }

    /// The account's public keys. Those that are no keys to us are left out: CloudFront takes
    /// none that we cannot read.
    pub(super) async fn public_keys(
        &self,
        named: Option<&str>,
    ) -> Result<Vec<KnownKey>, Unanswered> {
        let mut keys = Vec::new();
        let mut pages = self.client.list_public_keys().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                let command =
                    Need::PublicKey.command().replace("{key_id}", named.unwrap_or("KEY_ID"));
                Unanswered::new(command, "cloudfront:ListPublicKeys", &error)
            })?;
            let summaries = page.public_key_list().map(|list| list.items()).unwrap_or_default();
            let known = |key: &PublicKeySummary| known_key(Some(key.id()), key.encoded_key()).ok();
            keys.extend(summaries.iter().filter_map(known));
        }
        Ok(keys)
    }

    pub(super) async fn key_group(&self, id: &str) -> Result<KeyGroup, Unanswered> {
        let answer = self.client.get_key_group().id(id).send().await.map_err(|error| {
            let command = Need::KeyGroup.command().replace("{key_group_id}", id);
            Unanswered::new(command, "cloudfront:GetKeyGroup", &error)
        })?;
        read(&printed::key_group(answer.key_group()), KeyGroup::read)
    }
}

/// How exactly a distribution is named by a host, which goes to the one that is named most exactly
/// (AWS: "Using alternate domain names"); None if not at all.
fn closeness(summary: &DistributionSummary, host: &str) -> Option<usize> {
    let aliases = summary.aliases().map(|aliases| aliases.items()).unwrap_or_default();
    let names = aliases.iter().map(String::as_str).chain([summary.domain_name()]);
    names.filter(|name| alias_covers(name, host)).map(str::len).max()
}

/// A stranger's host in a line that will be pasted into a shell.
fn plain(host: &str) -> String {
    host.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect()
}
