//! Answers of AWS in the JSON that the AWS CLI prints, as far as `explain` reads it.

use aws_sdk_cloudfront::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudfront::types::{
    AllowedMethods, CacheBehavior, CustomErrorResponse, DefaultCacheBehavior, Distribution,
    DistributionConfig, ForwardedValues, FunctionAssociations, KeyGroup, KeyPairIds,
    LambdaFunctionAssociations, Origin, TrustedKeyGroups, TrustedSigners,
};
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use serde_json::{Value, json};

/// As `aws cloudfront get-distribution`.
pub(super) fn distribution(distribution: Option<&Distribution>) -> String {
    let distribution = distribution.map(|it| {
        let groups = it.active_trusted_key_groups().map(|groups| groups.items());
        let groups = groups.unwrap_or_default().iter().map(|group| {
            json!({ "KeyGroupId": group.key_group_id(), "KeyPairIds": ids(group.key_pair_ids()) })
        });
        let signers = it.active_trusted_signers().map(|signers| signers.items());
        let signers = signers.unwrap_or_default().iter().map(|signer| {
            let account = signer.aws_account_number();
            json!({ "AwsAccountNumber": account, "KeyPairIds": ids(signer.key_pair_ids()) })
        });
        json!({
            "Id": it.id(),
            "ARN": it.arn(),
            "Status": it.status(),
            "LastModifiedTime": time(it.last_modified_time()),
            "DomainName": it.domain_name(),
            "ActiveTrustedKeyGroups": items(groups),
            "ActiveTrustedSigners": items(signers),
            "DistributionConfig": it.distribution_config().map(config),
        })
    });
    json!({ "Distribution": distribution }).to_string()
}

fn ids(ids: Option<&KeyPairIds>) -> Value {
    items(ids.map(|ids| ids.items()).unwrap_or_default().iter().cloned())
}

fn config(config: &DistributionConfig) -> Value {
    let aliases = config.aliases().map(|aliases| aliases.items()).unwrap_or_default();
    let origins = config.origins().map(|origins| origins.items()).unwrap_or_default();
    let behaviors = config.cache_behaviors().map(|it| it.items()).unwrap_or_default();
    let pages = config.custom_error_responses().map(|it| it.items()).unwrap_or_default();
    let geo = config.restrictions().and_then(|restrictions| restrictions.geo_restriction());
    json!({
        "Aliases": items(aliases.iter().cloned()),
        "DefaultRootObject": config.default_root_object().unwrap_or_default(),
        "Origins": items(origins.iter().map(origin)),
        "DefaultCacheBehavior": config.default_cache_behavior().map(default_behavior),
        "CacheBehaviors": items(behaviors.iter().map(behavior)),
        "Enabled": config.enabled(),
        "Restrictions": { "GeoRestriction": {
            "RestrictionType": geo.map_or("none", |geo| geo.restriction_type().as_str()),
            "Items": geo.map(|geo| geo.items()).unwrap_or_default(),
        } },
        "WebACLId": config.web_acl_id().unwrap_or_default(),
        "IsIPV6Enabled": config.is_ipv6_enabled().unwrap_or_default(),
        "CustomErrorResponses": items(pages.iter().map(error_page)),
    })
}

fn error_page(page: &CustomErrorResponse) -> Value {
    json!({
        "ErrorCode": page.error_code(),
        "ResponsePagePath": page.response_page_path().unwrap_or_default(),
        "ResponseCode": page.response_code().unwrap_or_default(),
    })
}

fn origin(origin: &Origin) -> Value {
    let s3 = origin
        .s3_origin_config()
        .map(|s3| json!({ "OriginAccessIdentity": s3.origin_access_identity() }));
    json!({
        "Id": origin.id(),
        "DomainName": origin.domain_name(),
        "OriginPath": origin.origin_path().unwrap_or_default(),
        "S3OriginConfig": s3,
        "OriginAccessControlId": origin.origin_access_control_id().unwrap_or_default(),
    })
}

#[allow(deprecated, reason = "older distributions have `ForwardedValues` in place of policies")]
fn default_behavior(behavior: &DefaultCacheBehavior) -> Value {
    json!({
        "TargetOriginId": behavior.target_origin_id(),
        "TrustedSigners": signers(behavior.trusted_signers()),
        "TrustedKeyGroups": key_groups(behavior.trusted_key_groups()),
        "ViewerProtocolPolicy": behavior.viewer_protocol_policy().as_str(),
        "AllowedMethods": behavior.allowed_methods().map(methods),
        "CachePolicyId": behavior.cache_policy_id().unwrap_or_default(),
        "OriginRequestPolicyId": behavior.origin_request_policy_id().unwrap_or_default(),
        "ForwardedValues": behavior.forwarded_values().map(forwarded),
        "LambdaFunctionAssociations": lambdas(behavior.lambda_function_associations()),
        "FunctionAssociations": functions(behavior.function_associations()),
    })
}

#[allow(deprecated, reason = "older distributions have `ForwardedValues` in place of policies")]
fn behavior(behavior: &CacheBehavior) -> Value {
    json!({
        "PathPattern": behavior.path_pattern(),
        "TargetOriginId": behavior.target_origin_id(),
        "TrustedSigners": signers(behavior.trusted_signers()),
        "TrustedKeyGroups": key_groups(behavior.trusted_key_groups()),
        "ViewerProtocolPolicy": behavior.viewer_protocol_policy().as_str(),
        "AllowedMethods": behavior.allowed_methods().map(methods),
        "CachePolicyId": behavior.cache_policy_id().unwrap_or_default(),
        "OriginRequestPolicyId": behavior.origin_request_policy_id().unwrap_or_default(),
        "ForwardedValues": behavior.forwarded_values().map(forwarded),
        "LambdaFunctionAssociations": lambdas(behavior.lambda_function_associations()),
        "FunctionAssociations": functions(behavior.function_associations()),
    })
}

fn methods(allowed: &AllowedMethods) -> Value {
    items(allowed.items().iter().map(|method| method.as_str()))
}

fn forwarded(values: &ForwardedValues) -> Value {
    let headers = values.headers().map(|headers| headers.items()).unwrap_or_default();
    json!({ "Headers": items(headers.iter().cloned()) })
}

fn signers(signers: Option<&TrustedSigners>) -> Value {
    json!({
        "Enabled": signers.is_some_and(|signers| signers.enabled()),
        "Items": signers.map(|signers| signers.items()).unwrap_or_default(),
    })
}

fn key_groups(groups: Option<&TrustedKeyGroups>) -> Value {
    json!({
        "Enabled": groups.is_some_and(|groups| groups.enabled()),
        "Items": groups.map(|groups| groups.items()).unwrap_or_default(),
    })
}

fn lambdas(functions: Option<&LambdaFunctionAssociations>) -> Value {
    let functions = functions.map(|functions| functions.items()).unwrap_or_default();
    items(functions.iter().map(|function| {
        let arn = function.lambda_function_arn();
        json!({ "EventType": function.event_type().as_str(), "LambdaFunctionARN": arn })
    }))
}

fn functions(functions: Option<&FunctionAssociations>) -> Value {
    let functions = functions.map(|functions| functions.items()).unwrap_or_default();
    items(functions.iter().map(|function| {
        json!({ "EventType": function.event_type().as_str(), "FunctionARN": function.function_arn() })
    }))
}

/// As `aws cloudfront get-key-group`.
pub(super) fn key_group(group: Option<&KeyGroup>) -> String {
    let group = group.map(|it| {
        let config = it
            .key_group_config()
            .map(|config| json!({ "Name": config.name(), "Items": config.items() }));
        json!({
            "Id": it.id(),
            "LastModifiedTime": time(it.last_modified_time()),
            "KeyGroupConfig": config,
        })
    });
    json!({ "KeyGroup": group }).to_string()
}

/// As `aws s3api get-bucket-policy`.
pub(super) fn bucket_policy(policy: Option<&str>) -> String {
    json!({ "Policy": policy }).to_string()
}

/// As `aws s3api get-public-access-block`.
pub(super) fn public_access_block(block: Option<&PublicAccessBlockConfiguration>) -> String {
    let block = block.map(|block| {
        json!({
            "IgnorePublicAcls": block.ignore_public_acls().unwrap_or_default(),
            "BlockPublicPolicy": block.block_public_policy().unwrap_or_default(),
            "RestrictPublicBuckets": block.restrict_public_buckets().unwrap_or_default(),
        })
    });
    json!({ "PublicAccessBlockConfiguration": block }).to_string()
}

/// As the AWS CLI prints that there is none of a thing.
pub(super) fn error(code: &str) -> String {
    format!("An error occurred ({code}) when calling the operation")
}

fn items<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    let items: Vec<Value> = items.into_iter().map(Into::into).collect();
    json!({ "Items": items })
}

fn time(time: &DateTime) -> String {
    time.fmt(DateTimeFormat::DateTime).unwrap_or_default()
}
