//! The account that the scenarios play in, and how AWS prints it.

use serde_json::{Value, json};

use super::exchange::Exchange;

/// 2026-11-22T01:16:25Z
pub const NOW: i64 = 1_795_310_185;
/// In twelve hours.
pub(super) const LATER: i64 = NOW + 43_200;
/// Two hours and some minutes ago.
pub(super) const EARLIER: i64 = NOW - 7_777;

pub(super) const URL: &str = "https://media.example.com/film/ep1.mp4";
pub(super) const GROUP: &str = "4b2d6f1c-8a53-4f0e-9d77-2c1e5a9b3f60";
pub(super) const ARN: &str = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE";

/// What `get-distribution` prints: one default behaviour with a trusted key group, a private
/// bucket behind it.
pub(super) fn distribution() -> Value {
    json!({
        "ETag": "E2QWRUHEXAMPLE",
        "Distribution": {
            "Id": "EDFDVBD6EXAMPLE",
            "ARN": ARN,
            "Status": "Deployed",
            "LastModifiedTime": "2026-11-02T09:14:31.804000+00:00",
            "InProgressInvalidationBatches": 0,
            "DomainName": "d111111abcdef8.cloudfront.net",
            "ActiveTrustedSigners": { "Enabled": false, "Quantity": 0 },
            "ActiveTrustedKeyGroups": {
                "Enabled": true,
                "Quantity": 1,
                "Items": [{
                    "KeyGroupId": GROUP,
                    "KeyPairIds": { "Quantity": 1, "Items": ["K1RSAEXAMPLE"] }
                }]
            },
            "DistributionConfig": {
                "CallerReference": "2026-03-01",
                "Aliases": { "Quantity": 1, "Items": ["media.example.com"] },
                "DefaultRootObject": "index.html",
                "Origins": { "Quantity": 1, "Items": [bucket_origin()] },
                "OriginGroups": { "Quantity": 0 },
                "DefaultCacheBehavior": behavior(None, true),
                "CacheBehaviors": { "Quantity": 0 },
                "CustomErrorResponses": { "Quantity": 0 },
                "Comment": "",
                "PriceClass": "PriceClass_100",
                "Enabled": true,
                "ViewerCertificate": { "CloudFrontDefaultCertificate": false, "MinimumProtocolVersion": "TLSv1.2_2021" },
                "Restrictions": { "GeoRestriction": { "RestrictionType": "none", "Quantity": 0 } },
                "WebACLId": "",
                "HttpVersion": "http2and3",
                "IsIPV6Enabled": true,
                "Staging": false
            }
        }
    })
}

/// The same with changes to its configuration.
pub(super) fn distribution_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = distribution();
    change(&mut document["Distribution"]["DistributionConfig"]);
    document
}

/// What `get-distribution-config` prints of it.
pub(super) fn config_only(document: &Value) -> Value {
    json!({
        "ETag": "E2QWRUHEXAMPLE",
        "DistributionConfig": document["Distribution"]["DistributionConfig"]
    })
}

/// The same with another origin, of a service that is not S3.
pub(super) fn distribution_to(domain_name: &str, change: impl FnOnce(&mut Value)) -> Value {
    distribution_with(|config| {
        let origin = &mut config["Origins"]["Items"][0];
        origin["DomainName"] = json!(domain_name);
        origin["OriginAccessControlId"] = json!("");
        origin.as_object_mut().unwrap().remove("S3OriginConfig");
        origin["CustomOriginConfig"] = json!({ "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginSslProtocols": { "Quantity": 1, "Items": ["TLSv1.2"] }, "OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5 });
        change(config);
    })
}

/// What CloudFront takes with all methods allowed.
pub(super) fn all_methods() -> Value {
    json!({
        "Quantity": 7,
        "Items": ["HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"],
        "CachedMethods": { "Quantity": 2, "Items": ["HEAD", "GET"] }
    })
}

fn bucket_origin() -> Value {
    json!({
        "Id": "bucket",
        "DomainName": "example-media.s3.eu-west-1.amazonaws.com",
        "OriginPath": "",
        "CustomHeaders": { "Quantity": 0 },
        "S3OriginConfig": { "OriginAccessIdentity": "", "OriginReadTimeout": 30 },
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": { "Enabled": false },
        "OriginAccessControlId": "E327GJI25M56DG"
    })
}

pub(super) fn behavior(pattern: Option<&str>, signed: bool) -> Value {
    let trusted = if signed {
        json!({ "Enabled": true, "Quantity": 1, "Items": [GROUP] })
    } else {
        json!({ "Enabled": false, "Quantity": 0 })
    };
    let mut behavior = json!({
        "TargetOriginId": "bucket",
        "TrustedSigners": { "Enabled": false, "Quantity": 0 },
        "TrustedKeyGroups": trusted,
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": {
            "Quantity": 2,
            "Items": ["HEAD", "GET"],
            "CachedMethods": { "Quantity": 2, "Items": ["HEAD", "GET"] }
        },
        "SmoothStreaming": false,
        "Compress": true,
        "LambdaFunctionAssociations": { "Quantity": 0 },
        "FunctionAssociations": { "Quantity": 0 },
        "FieldLevelEncryptionId": "",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"
    });
    if let Some(pattern) = pattern {
        behavior["PathPattern"] = json!(pattern);
    }
    behavior
}

/// What `get-key-group` prints.
pub(super) fn key_group(keys: &[&str], modified: &str) -> Value {
    json!({
        "KeyGroup": {
            "Id": GROUP,
            "LastModifiedTime": modified,
            "KeyGroupConfig": { "Name": "viewers", "Items": keys, "Comment": "" }
        },
        "ETag": "E1PA6795UKMFR9"
    })
}

/// What `get-bucket-policy` prints, with the statement that AWS's console proposes.
pub(super) fn bucket_policy(arn: &str) -> String {
    bucket_policy_of(&json!({
        "Sid": "AllowCloudFrontServicePrincipal",
        "Effect": "Allow",
        "Principal": { "Service": "cloudfront.amazonaws.com" },
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::example-media/*",
        "Condition": { "StringEquals": { "AWS:SourceArn": arn } }
    }))
}

pub(super) fn bucket_policy_of(statement: &Value) -> String {
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
    super::pretty(&json!({ "Policy": policy.to_string() }))
}

/// What `get-public-access-block` prints of a new bucket.
pub(super) fn all_blocked() -> String {
    super::pretty(&json!({
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true,
            "IgnorePublicAcls": true,
            "BlockPublicPolicy": true,
            "RestrictPublicBuckets": true
        }
    }))
}

/// CloudFront's own refusal, as `curl -sv` shows it.
pub(super) fn refused(code: &str, message: &str) -> String {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"#
    );
    curl("GET /film/ep1.mp4", &[], "CloudFront", "text/xml", &[], &body)
}

pub(super) fn access_denied() -> String {
    refused("AccessDenied", "Access denied")
}

pub(super) fn missing_key() -> String {
    refused("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
}

/// S3's refusal, passed on by CloudFront.
pub(super) fn s3_refused(code: &str, message: &str) -> String {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>wHlo2vXrK1cX0z6cYwZyqg==</HostId></Error>"
    );
    let ids = [("x-amz-request-id", "4442587FB7D0A2F9")];
    curl("GET /film/ep1.mp4", &[], "AmazonS3", "application/xml", &ids, &body)
}

/// One of CloudFront's HTML pages, with the status 403.
pub(super) fn html_page(sentence: &str) -> String {
    curl("GET /film/ep1.mp4", &[], "CloudFront", "text/html", &[], &html(403, sentence))
}

/// The HTML of CloudFront's error pages.
pub(super) fn html(status: u16, sentence: &str) -> String {
    format!(
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" \"http://www.w3.org/TR/html4/loose.dtd\">\n<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE>\n</HEAD><BODY>\n<H1>{status} ERROR</H1>\n<H2>The request could not be satisfied.</H2>\n<HR noshade size=\"1px\">\n{sentence}\n<BR clear=\"all\">\n<PRE>\nGenerated by cloudfront (CloudFront)\nRequest ID: EXAMPLE==\n</PRE>\n</BODY></HTML>"
    )
}

/// What `curl -sv URL > response.txt 2>&1` leaves behind of a 403.
pub(super) fn curl(
    request: &str,
    sent: &[(&str, &str)],
    server: &str,
    content_type: &str,
    received: &[(&str, &str)],
    body: &str,
) -> String {
    Exchange::new(request, 403)
        .sent(sent)
        .server(server)
        .content_type(content_type)
        .received(received)
        .body(body)
        .print()
}
