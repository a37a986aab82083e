//! A bucket's policy, as `aws s3api get-bucket-policy` prints it.

use std::collections::BTreeMap;

use policy::wildcards_match;
use serde::Deserialize;
use serde_json::Value;

use super::document::{Document, NotEvidence, cli_error};

/// Who may do what with a bucket.
#[derive(Clone, Debug)]
pub struct BucketPolicy {
    /// Empty where the bucket has no policy at all.
    pub(crate) statements: Vec<Statement>,
}

impl BucketPolicy {
    /// Reads the output of `get-bucket-policy` or the policy inside it; the error message that
    /// there is none counts as an empty one.
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        if cli_error(text) == Some("NoSuchBucketPolicy") {
            return Ok(Self { statements: Vec::new() });
        }
        let document = Document::BucketPolicy;
        let unreadable = |error| document.unreadable(&error);
        let value = document.read(text)?;
        let policy = match value.get("Policy").and_then(Value::as_str) {
            Some(text) => serde_json::from_str(text).map_err(unreadable)?,
            None => value,
        };
        let policy: PolicyDocument = serde_json::from_value(policy).map_err(unreadable)?;
        Ok(Self { statements: policy.statement.into_vec() })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDocument {
    statement: OneOrMany<Statement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Statement {
    effect: String,
    #[serde(default)]
    principal: Option<Principal>,
    #[serde(default)]
    action: OneOrMany<String>,
    #[serde(default)]
    resource: OneOrMany<String>,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, OneOrMany<String>>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Principal {
    Anyone(String),
    Some(BTreeMap<String, OneOrMany<String>>),
}

/// Who reads from the bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader<'r> {
    Anonymous,
    /// CloudFront with origin access control.
    CloudFront,
    /// CloudFront with the origin access identity of this id.
    Identity(&'r str),
}

impl Statement {
    /// Whether it allows this reader objects, conditions aside.
    pub(crate) fn allows(&self, reader: Reader<'_>) -> bool {
        self.effect == "Allow" && self.is_about_objects() && self.names(reader)
    }

    /// Whether it refuses this reader objects, conditions aside.
    pub(crate) fn denies(&self, reader: Reader<'_>) -> bool {
        self.effect == "Deny" && self.is_about_objects() && self.names(reader)
    }

    pub(crate) fn is_unconditional(&self) -> bool {
        self.condition.is_empty()
    }

    fn is_about_objects(&self) -> bool {
        let action =
            |action: &&String| wildcards_match(&action.to_ascii_lowercase(), "s3:getobject");
        let resource = |resource: &&String| resource.contains('/') || resource.ends_with('*');
        self.action.as_slice().iter().any(|it| action(&it))
            && self.resource.as_slice().iter().any(|it| resource(&it))
    }

    /// Whether it allows the reading of the bucket itself, and not of the objects in it.
    pub(crate) fn forgets_objects(&self) -> bool {
        let whole = |resource: &String| !resource.contains('/') && !resource.ends_with('*');
        let get = |action: &String| wildcards_match(&action.to_ascii_lowercase(), "s3:getobject");
        self.effect == "Allow"
            && self.action.as_slice().iter().any(get)
            && self.resource.as_slice().iter().all(whole)
    }

    fn names(&self, reader: Reader<'_>) -> bool {
        match &self.principal {
            Some(Principal::Anyone(anyone)) => anyone == "*",
            Some(Principal::Some(some)) => some.iter().any(|(kind, who)| {
                who.as_slice().iter().any(|who| match (kind.as_str(), reader) {
                    ("AWS", _) if who == "*" => true,
                    ("Service", Reader::CloudFront) => who == "cloudfront.amazonaws.com",
                    ("AWS", Reader::Identity(id)) => who.ends_with(&format!(" {id}")),
                    // The identity under its canonical user id, which nothing here tells.
                    ("CanonicalUser", Reader::Identity(_)) => true,
                    _ => false,
                })
            }),
            None => false,
        }
    }

    /// The distributions that its condition on `AWS:SourceArn` names.
    pub(crate) fn source_arns(&self) -> impl Iterator<Item = &str> {
        self.condition
            .iter()
            .filter(|(operator, _)| {
                let operator = operator.to_ascii_lowercase();
                operator.contains("equals") || operator.contains("like")
            })
            .flat_map(|(_, keys)| keys)
            .filter(|(key, _)| key.eq_ignore_ascii_case("AWS:SourceArn"))
            .flat_map(|(_, values)| values.as_slice())
            .map(String::as_str)
    }
}

/// JSON policies write one value as a string and several as a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => core::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}
