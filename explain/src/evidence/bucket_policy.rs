//! A bucket's policy, as `aws s3api get-bucket-policy` prints it.

use std::collections::BTreeMap;

use policy::wildcards_match;
use serde::Deserialize;
use serde_json::Value;

use super::bucket_condition::Condition;
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
    not_principal: Option<Principal>,
    #[serde(default)]
    action: OneOrMany<String>,
    #[serde(default)]
    not_action: OneOrMany<String>,
    #[serde(default)]
    resource: OneOrMany<String>,
    #[serde(default)]
    not_resource: OneOrMany<String>,
    #[serde(default)]
    condition: Condition,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Principal {
    Anyone(String),
    Some(BTreeMap<String, OneOrMany<String>>),
}

/// Who reads from the bucket.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reader<'r> {
    Anonymous,
    /// CloudFront with origin access control.
    CloudFront,
    /// CloudFront with the origin access identity of this id.
    Identity(&'r str),
}

/// CloudFront's request to the bucket, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BucketRequest<'r> {
    pub(crate) reader: Reader<'r>,
    pub(crate) bucket: &'r str,
    pub(crate) key: Option<&'r str>,
    /// The ARN of the distribution.
    pub(crate) distribution: Option<&'r str>,
    /// Whether CloudFront asks over TLS.
    pub(crate) secure: Option<bool>,
}

impl BucketRequest<'_> {
    /// The resource, without the ARN's partition: `BUCKET/KEY`.
    fn resource(&self) -> Option<String> {
        self.key.map(|key| format!("{}/{key}", self.bucket))
    }
}

/// How far a statement is about a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Coverage {
    /// In every respect.
    Whole,
    /// But for the object: it names others, or another bucket.
    OtherResource,
    /// But for the distribution that `AWS:SourceArn` or `AWS:SourceAccount` names.
    OtherDistribution,
    /// But for the condition on this key.
    Unmet(String),
    /// If the condition on this key holds, which is not known.
    Depends(String),
    /// In no respect that matters: another effect, action or principal.
    Foreign,
}

impl Statement {
    /// How far it allows the request.
    pub(crate) fn allows(&self, request: &BucketRequest<'_>) -> Coverage {
        self.covers("Allow", request)
    }

    /// How far it denies the request.
    pub(crate) fn denies(&self, request: &BucketRequest<'_>) -> Coverage {
        self.covers("Deny", request)
    }

    fn covers(&self, effect: &str, request: &BucketRequest<'_>) -> Coverage {
        if self.effect != effect || !self.is_about("s3:getobject") || !self.names(request.reader) {
            return Coverage::Foreign;
        }
        if !self.is_about_the_object(request) {
            return Coverage::OtherResource;
        }
        self.condition.coverage(request)
    }

    fn is_about(&self, action: &str) -> bool {
        let matches = |pattern: &String| wildcards_match(&pattern.to_ascii_lowercase(), action);
        match self.not_action.as_slice() {
            [] => self.action.as_slice().iter().any(matches),
            others => !others.iter().any(matches),
        }
    }

    fn is_about_the_object(&self, request: &BucketRequest<'_>) -> bool {
        let matches = |pattern: &String| {
            let pattern = resource_name(pattern);
            match request.resource() {
                Some(resource) => wildcards_match(pattern, &resource),
                // No key is known: a pattern for objects of this bucket will do.
                None => {
                    let bucket = pattern.split('/').next().unwrap_or_default();
                    let objects = pattern.contains('/') || pattern.ends_with('*');
                    objects && wildcards_match(bucket, request.bucket)
                }
            }
        };
        match self.not_resource.as_slice() {
            [] => self.resource.as_slice().iter().any(matches),
            others => !others.iter().any(matches),
        }
    }

    /// The objects that it names, without the ARN's beginning.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &str> {
        self.resource.as_slice().iter().map(|pattern| resource_name(pattern))
    }

    /// Whether it allows the reading of the bucket itself, and not of the objects in it.
    pub(crate) fn forgets_objects(&self) -> bool {
        let whole = |resource: &String| !resource.contains('/') && !resource.ends_with('*');
        self.effect == "Allow"
            && self.is_about("s3:getobject")
            && !self.resource.as_slice().is_empty()
            && self.resource.as_slice().iter().all(whole)
    }

    /// Whether it lets this reader list the bucket: then S3 answers 404 for missing objects.
    pub(crate) fn allows_listing(&self, reader: Reader<'_>) -> bool {
        self.effect == "Allow" && self.is_about("s3:listbucket") && self.names(reader)
    }

    /// The keys of its conditions.
    pub(crate) fn condition_keys(&self) -> Vec<&str> {
        self.condition.keys()
    }

    /// The distributions that its condition names.
    pub(crate) fn source_arns(&self) -> Vec<&str> {
        self.condition.source_arns()
    }

    fn names(&self, reader: Reader<'_>) -> bool {
        match (&self.principal, &self.not_principal) {
            (Some(principal), _) => principal.includes(reader),
            (None, Some(others)) => !others.includes(reader),
            (None, None) => false,
        }
    }
}

impl Principal {
    fn includes(&self, reader: Reader<'_>) -> bool {
        match self {
            Self::Anyone(anyone) => anyone == "*",
            Self::Some(some) => some.iter().any(|(kind, who)| {
                who.as_slice().iter().any(|who| match (kind.as_str(), reader) {
                    ("AWS", _) if who == "*" => true,
                    ("Service", Reader::CloudFront) => who == "cloudfront.amazonaws.com",
                    ("AWS", Reader::Identity(id)) => who.ends_with(&format!(" {id}")),
                    // The identity under its canonical user id, which is in no evidence.
                    ("CanonicalUser", Reader::Identity(_)) => true,
                    _ => false,
                })
            }),
        }
    }
}

/// `BUCKET/KEY` of `arn:aws:s3:::BUCKET/KEY`, of any partition.
fn resource_name(pattern: &str) -> &str {
    pattern.split_once(":s3:::").map_or(pattern, |(_, name)| name)
}

/// JSON policies write one value as a string and several as a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    const ARN: &str = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE";

    fn statement(members: &str) -> Statement {
        let text = format!(r#"{{"Statement": [{{ {members} }}]}}"#);
        BucketPolicy::read(&text).unwrap().statements.remove(0)
    }

    fn request(key: Option<&'static str>) -> BucketRequest<'static> {
        BucketRequest {
            reader: Reader::CloudFront,
            bucket: "media",
            key,
            distribution: Some(ARN),
            secure: Some(true),
        }
    }

    const SERVICE: &str = r#""Principal": {"Service": "cloudfront.amazonaws.com"}"#;

    #[test]
    fn an_allow_covers_its_objects() {
        for (resource, key, coverage) in [
            (r#""arn:aws:s3:::media/*""#, Some("film.mp4"), Coverage::Whole),
            (r#"["arn:aws:s3:::other/*", "arn:aws:s3:::media/*"]"#, Some("a/b"), Coverage::Whole),
            (r#""arn:aws-cn:s3:::media/*""#, Some("film.mp4"), Coverage::Whole),
            (r#""arn:aws:s3:::media/public/*""#, Some("film.mp4"), Coverage::OtherResource),
            (r#""arn:aws:s3:::media/public/*""#, Some("public/a"), Coverage::Whole),
            (r#""arn:aws:s3:::media/public/*""#, None, Coverage::Whole),
            (r#""arn:aws:s3:::media""#, Some("film.mp4"), Coverage::OtherResource),
            (r#""arn:aws:s3:::media""#, None, Coverage::OtherResource),
            (r#""arn:aws:s3:::media-old/*""#, Some("film.mp4"), Coverage::OtherResource),
            (r#""*""#, Some("film.mp4"), Coverage::Whole),
            (r#""arn:aws:s3:::media/film.mp?""#, Some("film.mp4"), Coverage::Whole),
        ] {
            let statement = statement(&format!(
                r#""Effect": "Allow", {SERVICE}, "Action": "s3:GetObject", "Resource": {resource}"#
            ));
            assert_eq!(statement.allows(&request(key)), coverage, "{resource} {key:?}");
            assert_eq!(statement.denies(&request(key)), Coverage::Foreign);
        }
    }

    #[test]
    fn actions_and_principals() {
        for (members, coverage) in [
            (r#""Principal": "*", "Action": "s3:*""#, Coverage::Whole),
            (r#""Principal": {"AWS": "*"}, "Action": ["s3:Get*"]"#, Coverage::Whole),
            (r#""Principal": "*", "Action": "s3:PutObject""#, Coverage::Foreign),
            (r#""Principal": "*", "NotAction": "s3:PutObject""#, Coverage::Whole),
            (r#""Principal": "*", "NotAction": "s3:Get*""#, Coverage::Foreign),
            (
                r#""Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:*""#,
                Coverage::Foreign,
            ),
            (r#""Principal": {"AWS": "111122223333"}, "Action": "s3:*""#, Coverage::Foreign),
            (r#""NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*""#, Coverage::Whole),
        ] {
            let statement = statement(&format!(
                r#""Effect": "Allow", {members}, "Resource": "arn:aws:s3:::media/*""#
            ));
            assert_eq!(statement.allows(&request(Some("a"))), coverage, "{members}");
        }
    }

    #[test]
    fn conditions_of_an_allow() {
        let other = "arn:aws:cloudfront::111122223333:distribution/EOTHER";
        for (condition, coverage) in [
            (format!(r#"{{"StringEquals": {{"AWS:SourceArn": "{ARN}"}}}}"#), Coverage::Whole),
            (
                format!(r#"{{"StringEquals": {{"aws:sourcearn": ["{other}", "{ARN}"]}}}}"#),
                Coverage::Whole,
            ),
            (
                r#"{"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:*"}}"#
                    .to_owned(),
                Coverage::Whole,
            ),
            (format!(r#"{{"ArnLike": {{"AWS:SourceArn": "{ARN}"}}}}"#), Coverage::Whole),
            (
                format!(r#"{{"ForAnyValue:StringEquals": {{"AWS:SourceArn": "{ARN}"}}}}"#),
                Coverage::Whole,
            ),
            (
                format!(r#"{{"StringEquals": {{"AWS:SourceArn": "{other}"}}}}"#),
                Coverage::OtherDistribution,
            ),
            (
                r#"{"StringEquals": {"AWS:SourceAccount": "111122223333"}}"#.to_owned(),
                Coverage::Whole,
            ),
            (
                r#"{"StringEquals": {"AWS:SourceAccount": 444455556666}}"#.to_owned(),
                Coverage::OtherDistribution,
            ),
            (r#"{"Bool": {"aws:SecureTransport": true}}"#.to_owned(), Coverage::Whole),
            (
                r#"{"Bool": {"aws:SecureTransport": "false"}}"#.to_owned(),
                Coverage::Unmet("aws:SecureTransport".to_owned()),
            ),
            (
                r#"{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#.to_owned(),
                Coverage::Unmet("aws:SourceIp".to_owned()),
            ),
            (
                r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#.to_owned(),
                Coverage::Unmet("aws:PrincipalOrgID".to_owned()),
            ),
            (
                r#"{"StringEquals": {"s3:ExistingObjectTag/public": "yes"}}"#.to_owned(),
                Coverage::Depends("s3:ExistingObjectTag/public".to_owned()),
            ),
        ] {
            let statement = statement(&format!(
                r#""Effect": "Allow", {SERVICE}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::media/*", "Condition": {condition}"#
            ));
            assert_eq!(statement.allows(&request(Some("a"))), coverage, "{condition}");
        }
    }

    #[test]
    fn conditions_of_a_deny() {
        for (condition, coverage) in [
            ("{}", Coverage::Whole),
            (
                r#"{"Bool": {"aws:SecureTransport": "false"}}"#,
                Coverage::Unmet("aws:SecureTransport".to_owned()),
            ),
            (r#"{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}"#, Coverage::Whole),
            (r#"{"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}"#, Coverage::Whole),
            (r#"{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#, Coverage::Whole),
            (r#"{"Null": {"aws:SourceVpce": "true"}}"#, Coverage::Whole),
            (
                r#"{"Null": {"aws:SourceVpce": "false"}}"#,
                Coverage::Unmet("aws:SourceVpce".to_owned()),
            ),
            (
                r#"{"StringNotLike": {"aws:Referer": "https://www.example.com/*"}}"#,
                Coverage::Depends("aws:Referer".to_owned()),
            ),
            (
                r#"{"NumericLessThan": {"s3:TlsVersion": 1.2}}"#,
                Coverage::Depends("s3:TlsVersion".to_owned()),
            ),
            (
                r#"{"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}"#,
                Coverage::Unmet("aws:PrincipalIsAWSService".to_owned()),
            ),
        ] {
            let statement = statement(&format!(
                r#""Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::media/*", "Condition": {condition}"#
            ));
            assert_eq!(statement.denies(&request(Some("a"))), coverage, "{condition}");
        }
    }
}
