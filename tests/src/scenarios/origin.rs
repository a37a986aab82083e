//! One scenario for each cause behind CloudFront and beside it.

use serde_json::{Value, json};

use super::account::{
    ARN, LATER, URL, all_blocked, behavior, bucket_policy, bucket_policy_of, config_only, curl,
    distribution, distribution_with, html_page, s3_refused,
};
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::RSA_SHA256;

fn signed(name: &str, about: &str) -> Draft {
    Draft::new(name, about).argument(RSA_SHA256.canned(URL, LATER).on(URL)).key(TestKey::Rsa)
}

fn denied() -> String {
    s3_refused("AccessDenied", "Access Denied")
}

pub(super) fn without_access_control() -> Value {
    distribution_with(|config| config["Origins"]["Items"][0]["OriginAccessControlId"] = json!(""))
}

pub(super) fn website() -> Value {
    distribution_with(|config| {
        let origin = &mut config["Origins"]["Items"][0];
        origin["DomainName"] = json!("example-media.s3-website-eu-west-1.amazonaws.com");
        origin.as_object_mut().unwrap().remove("S3OriginConfig");
        origin["CustomOriginConfig"] = json!({ "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginSslProtocols": { "Quantity": 1, "Items": ["TLSv1.2"] }, "OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5 });
        origin["OriginAccessControlId"] = json!("");
    })
}

pub(super) fn all() -> Vec<Folder> {
    [buckets(), elsewhere()].concat()
}

fn buckets() -> Vec<Folder> {
    let no_policy = "\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist\n";
    let public = bucket_policy_of(&json!({
        "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::example-media/*"]
    }));
    let rootless = distribution_with(|config| config["DefaultRootObject"] = json!(""));
    vec![
        signed("origin-access-control-missing", "an origin access control was made, but the origin does not name it")
            .distribution(&without_access_control())
            .bucket_policy(bucket_policy(ARN))
            .response(denied())
            .expect("s3", &[("origin-access-control-missing", "proved"), ("origin-denied", "possible")], &[]),
        signed("bucket-policy-missing", "the bucket has no policy")
            .distribution(&distribution())
            .bucket_policy(no_policy)
            .response(denied())
            .expect("s3", &[("bucket-policy-missing", "proved"), ("origin-denied", "possible")], &[]),
        signed("bucket-policy-other-distribution", "the stack was made anew")
            .distribution(&distribution())
            .bucket_policy(bucket_policy("arn:aws:cloudfront::111122223333:distribution/E1OLDONEEXAMPLE"))
            .response(denied())
            .expect("s3", &[("bucket-policy-other-distribution", "proved"), ("origin-denied", "possible")], &[]),
        signed("public-access-blocked-without-oac", "a public bucket after an audit")
            .distribution(&without_access_control())
            .bucket_policy(public)
            .public_access_block(all_blocked())
            .response(denied())
            .expect(
                "s3",
                &[("public-access-blocked-without-oac", "proved"), ("origin-access-control-missing", "possible"), ("origin-denied", "possible")],
                &[],
            ),
        signed("website-endpoint-origin", "the website endpoint as the origin of a private bucket")
            .distribution(&website())
            .public_access_block(all_blocked())
            .response(curl(
                "GET /film/ep1.mp4",
                &[],
                "AmazonS3",
                "text/html; charset=utf-8",
                &[("x-amz-error-code", "AccessDenied"), ("x-amz-request-id", "4442587FB7D0A2F9")],
                "<html>\n<head><title>403 Forbidden</title></head>\n<body>\n<h1>403 Forbidden</h1>\n<ul>\n<li>Code: AccessDenied</li>\n<li>Message: Access Denied</li>\n<li>RequestId: 4442587FB7D0A2F9</li>\n<li>HostId: wHlo2vXrK1cX0z6cYwZyqg==</li>\n</ul>\n<hr/>\n</body>\n</html>",
            ))
            .expect("s3", &[("website-endpoint-origin", "proved")], &[]),
        Draft::new("default-root-object-missing", "the root of a new site")
            .argument(RSA_SHA256.canned("https://media.example.com/", LATER).on("https://media.example.com/"))
            .key(TestKey::Rsa)
            .distribution(&rootless)
            .bucket_policy(bucket_policy(ARN))
            .response(denied())
            .expect("s3", &[("default-root-object-missing", "proved"), ("origin-denied", "possible")], &[]),
    ]
}

fn elsewhere() -> Vec<Folder> {
    let guarded = distribution_with(|config| {
        config["WebACLId"] = json!(
            "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111"
        );
        config["DefaultCacheBehavior"] = behavior(None, true);
    });
    vec![
        signed("geo-restriction", "a viewer abroad")
            .response(html_page("The Amazon CloudFront distribution is configured to block access from your country.\nWe can't connect to the server for this app or website at this time."))
            .expect("geo", &[("geo-restriction", "proved")], &[]),
        signed("web-acl", "a managed rule dislikes long queries")
            .response(html_page("Request blocked.\nWe can't connect to the server for this app or website at this time."))
            .distribution(&guarded)
            .expect("waf", &[("web-acl", "proved")], &[]),
        signed("origin-denied", "nginx behind CloudFront wants a secret header")
            .response(curl(
                "GET /film/ep1.mp4",
                &[],
                "nginx/1.27.1",
                "text/html",
                &[],
                "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx/1.27.1</center>\r\n</body>\r\n</html>",
            ))
            .expect("origin", &[("origin-denied", "proved")], &[]),
        signed("revoked", "logged out on another device")
            .response(curl("GET /film/ep1.mp4", &[], "CloudFront", "text/plain", &[("x-edgepass-reason", "revoked")], "Forbidden"))
            .distribution(&config_only(&distribution_with(|config| {
                let mut behavior = behavior(None, false);
                behavior["LambdaFunctionAssociations"] = json!({ "Quantity": 1, "Items": [{ "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:edge:7", "EventType": "viewer-request", "IncludeBody": false }] });
                config["DefaultCacheBehavior"] = behavior;
            })))
            .notes(&["content-unprotected"])
            .expect("function", &[("revoked", "proved")], &[]),
    ]
}
