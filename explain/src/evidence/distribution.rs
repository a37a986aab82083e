//! A distribution, as `aws cloudfront get-distribution` and `get-distribution-config` print it.

use serde::Deserialize;
use serde_json::Value;

use super::document::{Document, NotEvidence};

/// A distribution: its configuration and, from `get-distribution`, its state.
#[derive(Clone, Debug)]
pub struct Distribution {
    pub(crate) state: Option<State>,
    pub(crate) config: Config,
}

impl Distribution {
    /// Reads the output of `get-distribution` or `get-distribution-config`, or the distribution or
    /// configuration inside it.
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        let document = Document::Distribution;
        let mut value = document.read(text)?;
        let inner = value.get_mut("Distribution").map(Value::take).unwrap_or(value);
        let config = inner.get("DistributionConfig").unwrap_or(&inner).clone();
        let unreadable = |error| document.unreadable(&error);
        let state = match inner.get("Id") {
            Some(_) => Some(serde_json::from_value(inner).map_err(unreadable)?),
            None => None,
        };
        Ok(Self { state, config: serde_json::from_value(config).map_err(unreadable)? })
    }

    /// Its id, which only `get-distribution` tells.
    pub(crate) fn id(&self) -> Option<&str> {
        self.state.as_ref().map(|state| state.id.as_str())
    }

    /// The names that it answers to, if they are all known.
    pub(crate) fn answers_to(&self, host: &str) -> Option<bool> {
        if self.config.aliases.items.iter().any(|alias| alias_covers(alias, host)) {
            return Some(true);
        }
        self.state.as_ref().map(|state| state.domain_name.eq_ignore_ascii_case(host))
    }

    pub(crate) fn origin(&self, id: &str) -> Option<&Origin> {
        self.config.origins.items.iter().find(|origin| origin.id == id)
    }
}

/// Whether an alternate domain name of a distribution, which may begin with a wildcard, is one for
/// this host (AWS: "Using the * wildcard in alternate domain names").
pub fn alias_covers(alias: &str, host: &str) -> bool {
    let (alias, host) = (alias.to_ascii_lowercase(), host.to_ascii_lowercase());
    alias == host || alias.strip_prefix('*').is_some_and(|rest| host.ends_with(rest))
}

/// What only `get-distribution` tells.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct State {
    pub(crate) id: String,
    #[serde(default, rename = "ARN")]
    pub(crate) arn: String,
    #[serde(default)]
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) last_modified_time: String,
    #[serde(default)]
    pub(crate) domain_name: String,
    #[serde(default)]
    pub(crate) active_trusted_key_groups: ListOf<ActiveKeyGroup>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ActiveKeyGroup {
    #[serde(default)]
    pub(crate) key_group_id: String,
    #[serde(default)]
    pub(crate) key_pair_ids: ListOf<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Config {
    #[serde(default)]
    pub(crate) aliases: ListOf<String>,
    #[serde(default)]
    pub(crate) default_root_object: String,
    pub(crate) origins: ListOf<Origin>,
    pub(crate) default_cache_behavior: Behavior,
    #[serde(default)]
    pub(crate) cache_behaviors: ListOf<Behavior>,
    #[serde(default)]
    pub(crate) enabled: bool,
    #[serde(default)]
    pub(crate) restrictions: Restrictions,
    #[serde(default, rename = "WebACLId")]
    pub(crate) web_acl_id: String,
    #[serde(default, rename = "IsIPV6Enabled")]
    pub(crate) is_ipv6_enabled: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Origin {
    pub(crate) id: String,
    pub(crate) domain_name: String,
    #[serde(default)]
    pub(crate) s3_origin_config: Option<S3OriginConfig>,
    #[serde(default)]
    pub(crate) origin_access_control_id: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct S3OriginConfig {
    #[serde(default)]
    pub(crate) origin_access_identity: String,
}

impl Origin {
    /// The bucket's website endpoint (AWS: "Website endpoints"), which CloudFront cannot sign for.
    pub(crate) fn is_website(&self) -> bool {
        let name = self.domain_name.to_ascii_lowercase();
        name.contains(".s3-website-") || name.contains(".s3-website.")
    }

    pub(crate) fn bucket(&self) -> Option<&str> {
        let name = &self.domain_name;
        if !(name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn")) {
            return None;
        }
        [".s3.", ".s3-"].into_iter().find_map(|mark| name.split_once(mark)).map(|(name, _)| name)
    }

    /// The bucket's region, which the older, global names do not tell.
    pub(crate) fn region(&self) -> Option<&str> {
        let service = self.domain_name.strip_prefix(self.bucket()?)?;
        let is_region = |label: &&str| {
            label.matches('-').count() >= 2 && label.ends_with(|last: char| last.is_ascii_digit())
        };
        let region =
            |label| ["s3-website-", "s3-"].iter().find_map(|mark| str::strip_prefix(label, mark));
        service.split('.').map(|label| region(label).unwrap_or(label)).find(is_region)
    }

    /// The identity that bucket policies named before origin access control.
    pub(crate) fn access_identity(&self) -> Option<&str> {
        let config = self.s3_origin_config.as_ref()?;
        let identity = config.origin_access_identity.rsplit('/').next().unwrap_or_default();
        (!identity.is_empty()).then_some(identity)
    }

    pub(crate) fn has_access_control(&self) -> bool {
        !self.origin_access_control_id.is_empty()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Behavior {
    /// Empty in the default behaviour.
    #[serde(default)]
    pub(crate) path_pattern: String,
    pub(crate) target_origin_id: String,
    #[serde(default)]
    pub(crate) trusted_signers: Trusted,
    #[serde(default)]
    pub(crate) trusted_key_groups: Trusted,
    #[serde(default)]
    pub(crate) viewer_protocol_policy: String,
    #[serde(default)]
    pub(crate) lambda_function_associations: ListOf<FunctionAssociation>,
    #[serde(default)]
    pub(crate) function_associations: ListOf<FunctionAssociation>,
}

impl Behavior {
    /// Whether CloudFront checks signatures here.
    pub(crate) fn is_signed(&self) -> bool {
        self.trusted_key_groups.enabled || self.trusted_signers.enabled
    }

    /// Whether a function sees the request first: it may be the one that checks passes.
    pub(crate) fn has_viewer_function(&self) -> bool {
        let viewer = |list: &ListOf<FunctionAssociation>| {
            list.items.iter().any(|function| function.event_type == "viewer-request")
        };
        viewer(&self.lambda_function_associations) || viewer(&self.function_associations)
    }

    /// `the behaviour /images/*`, `the default behaviour`
    pub(crate) fn name(&self) -> String {
        if self.path_pattern.is_empty() {
            "the default behaviour".to_owned()
        } else {
            format!("the behaviour `{}`", self.path_pattern)
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FunctionAssociation {
    #[serde(default)]
    pub(crate) event_type: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Trusted {
    #[serde(default)]
    pub(crate) enabled: bool,
    #[serde(default)]
    pub(crate) items: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Restrictions {
    #[serde(default)]
    pub(crate) geo_restriction: GeoRestriction,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GeoRestriction {
    /// `none`, `blacklist` or `whitelist`.
    #[serde(default)]
    pub(crate) restriction_type: String,
    #[serde(default)]
    pub(crate) items: Vec<String>,
}

/// CloudFront's lists: `{"Quantity": 1, "Items": […]}`, without `Items` when empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListOf<T> {
    #[serde(default = "Vec::new")]
    pub(crate) items: Vec<T>,
}

impl<T> Default for ListOf<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}
