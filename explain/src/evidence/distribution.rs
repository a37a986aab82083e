//! A distribution, as `aws cloudfront get-distribution` and `get-distribution-config` print it.

use serde::Deserialize;
use serde_json::Value;

use super::document::{Document, NotEvidence};
use super::managed_policy::ManagedPolicy;
use super::origin::Origin;

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

    /// Its id, which only `get-distribution` prints.
    pub(crate) fn id(&self) -> Option<&str> {
        self.state.as_ref().map(|state| state.id.as_str())
    }

    pub(crate) fn arn(&self) -> Option<&str> {
        self.state.as_ref().map(|state| state.arn.as_str()).filter(|arn| !arn.is_empty())
    }

    /// Whether it answers to this host; None if not all of its names are known.
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

/// What only `get-distribution` prints.
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
    #[serde(default)]
    pub(crate) active_trusted_signers: ListOf<ActiveSigner>,
}

/// The key pairs of one trusted account.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ActiveSigner {
    #[serde(default)]
    pub(crate) key_pair_ids: ListOf<String>,
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
    #[serde(default)]
    pub(crate) custom_error_responses: ListOf<CustomErrorResponse>,
}

/// What CloudFront answers in place of an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CustomErrorResponse {
    pub(crate) error_code: u16,
    /// Empty where only the caching of the error is set.
    #[serde(default)]
    pub(crate) response_page_path: String,
    /// A number as text; empty with the path.
    #[serde(default)]
    response_code: String,
}

impl CustomErrorResponse {
    /// The status that viewers get, None if the error is passed on as it is.
    pub(crate) fn answers(&self) -> Option<u16> {
        let code = self.response_code.parse().unwrap_or(self.error_code);
        (!self.response_page_path.is_empty()).then_some(code)
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
    /// None where the document leaves them out.
    #[serde(default)]
    pub(crate) allowed_methods: Option<ListOf<String>>,
    #[serde(default)]
    pub(crate) cache_policy_id: String,
    #[serde(default)]
    pub(crate) origin_request_policy_id: String,
    /// In place of the two policies, in older distributions.
    #[serde(default)]
    pub(crate) forwarded_values: Option<ForwardedValues>,
    #[serde(default)]
    pub(crate) lambda_function_associations: ListOf<FunctionAssociation>,
    #[serde(default)]
    pub(crate) function_associations: ListOf<FunctionAssociation>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ForwardedValues {
    #[serde(default)]
    pub(crate) headers: ListOf<String>,
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

    /// Whether a function sees the request on its way to the origin: it may change the path.
    pub(crate) fn has_request_function(&self) -> bool {
        let functions = self.lambda_function_associations.items.iter();
        functions
            .chain(&self.function_associations.items)
            .any(|function| function.event_type.ends_with("-request"))
    }

    /// By what the viewer's `Host` is forwarded to the origin, for people. None if it is not, as far
    /// as the configuration tells: what a policy of one's own forwards is not in it.
    pub(crate) fn host_forwarding(&self) -> Option<String> {
        if let Some(values) = &self.forwarded_values {
            let named = |header: &&String| header.eq_ignore_ascii_case("host") || *header == "*";
            let header = values.headers.items.iter().find(named)?;
            return Some(format!("`{header}` in the headers of its `ForwardedValues`"));
        }
        [
            ("origin request policy", &self.origin_request_policy_id),
            ("cache policy", &self.cache_policy_id),
        ]
        .into_iter()
        .filter_map(|(what, id)| Some((what, ManagedPolicy::with_id(id)?)))
        .find(|(_, policy)| policy.forwards_host)
        .map(|(what, policy)| format!("the managed {what} `{}`", policy.name))
    }

    /// The policies of one's own, whose content is in no distribution.
    pub(crate) fn unknown_policies(&self) -> Vec<&str> {
        [&self.origin_request_policy_id, &self.cache_policy_id]
            .into_iter()
            .filter(|id| !id.is_empty() && ManagedPolicy::with_id(id).is_none())
            .map(String::as_str)
            .collect()
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
    #[serde(default, rename = "LambdaFunctionARN", alias = "FunctionARN")]
    pub(crate) arn: String,
}

impl FunctionAssociation {
    /// `check-auth` of `arn:aws:lambda:us-east-1:111122223333:function:check-auth:7` and of
    /// `arn:aws:cloudfront::111122223333:function/check-auth`.
    pub(crate) fn name(&self) -> &str {
        let rest = self.arn.split_once(":function").map_or("", |(_, rest)| rest);
        rest.trim_start_matches([':', '/']).split(':').next().unwrap_or_default()
    }
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
