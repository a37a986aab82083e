//! Bucket policies by resource, principal and condition; KMS, keys of objects, second
//! authentications.

use serde_json::{Value, json};

use super::account::{
    ARN, LATER, URL, behavior, bucket_policy, bucket_policy_of, distribution, distribution_with,
    s3_refused,
};
use super::exchange::Exchange;
use super::origin::without_access_control;
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::RSA_SHA256;

pub(super) fn all() -> Vec<Folder> {
    [policies(), encrypted(), keys(), authentications()].concat()
}

fn signed(name: &str, about: &str) -> Draft {
    Draft::new(name, about).argument(RSA_SHA256.canned(URL, LATER).on(URL)).key(TestKey::Rsa)
}

fn denied() -> String {
    s3_refused("AccessDenied", "Access Denied")
}

/// The usual statement, with changes.
fn statement(change: impl FnOnce(&mut Value)) -> String {
    let mut statement = json!({
        "Sid": "AllowCloudFrontServicePrincipal",
        "Effect": "Allow",
        "Principal": { "Service": "cloudfront.amazonaws.com" },
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::example-media/*",
        "Condition": { "StringEquals": { "AWS:SourceArn": ARN } }
    });
    change(&mut statement);
    bucket_policy_of(&statement)
}

/// The usual statement, and one that denies everybody where the condition holds.
fn with_deny(condition: &Value) -> String {
    let usual: Value = serde_json::from_str(&bucket_policy(ARN)).unwrap();
    let mut policy: Value = serde_json::from_str(usual["Policy"].as_str().unwrap()).unwrap();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::example-media", "arn:aws:s3:::example-media/*"],
        "Condition": condition
    }));
    super::pretty(&json!({ "Policy": policy.to_string() }))
}

fn policies() -> Vec<Folder> {
    let missing = [("bucket-policy-missing", "proved"), ("origin-denied", "possible")];
    let in_order = [("origin-denied", "likely")];
    let asks = ["get-public-access-block"];
    let case = |name: &str, about: &str, policy: String| {
        signed(name, about).distribution(&distribution()).bucket_policy(policy).response(denied())
    };
    vec![
        case("bucket-policy-covers-a-prefix", "the statement is for public/*, the film is not in it", statement(|it| {
            it["Resource"] = json!("arn:aws:s3:::example-media/public/*");
        }))
        .says(&["example-media/public/*", "`example-media/film/ep1.mp4`", "beside those that are in it"])
        .expect("s3", &missing, &[]),
        case("bucket-policy-of-another-bucket", "the policy was copied with the name of the other bucket", statement(|it| {
            it["Resource"] = json!("arn:aws:s3:::example-media-staging/*");
        }))
        .says(&["example-media-staging/*"])
        .expect("s3", &missing, &[]),
        case("bucket-policy-with-a-wildcard-arn", "StringLike over all distributions of the account is in order", statement(|it| {
            it["Condition"] = json!({ "StringLike": { "AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*" } });
        }))
        .expect("s3", &in_order, &asks),
        case("bucket-policy-of-the-account", "the account is named in place of the distribution", statement(|it| {
            it["Condition"] = json!({ "StringEquals": { "AWS:SourceAccount": "111122223333" } });
        }))
        .expect("s3", &in_order, &asks),
        case("bucket-policy-of-another-account", "the account that is named is another one", statement(|it| {
            it["Condition"] = json!({ "StringEquals": { "AWS:SourceAccount": "444455556666" } });
        }))
        .expect("s3", &[("bucket-policy-other-distribution", "proved"), ("origin-denied", "possible")], &[]),
        case("bucket-policy-denies-other-networks", "a Deny for everybody outside the VPC includes CloudFront", with_deny(&json!({
            "StringNotEquals": { "aws:SourceVpce": "vpce-0a1b2c3d" }
        })))
        .says(&["aws:SourceVpce", "except CloudFront"])
        .never(&["put-bucket-policy"])
        .expect("s3", &missing, &[]),
        case("bucket-policy-denies-plain-http", "a Deny of plain HTTP does not concern an https request", with_deny(&json!({
            "Bool": { "aws:SecureTransport": "false" }
        })))
        .expect("s3", &in_order, &asks),
        case("bucket-policy-for-a-user", "the statement allows a role of the account", statement(|it| {
            it["Principal"] = json!({ "AWS": "arn:aws:iam::111122223333:role/web" });
            it.as_object_mut().unwrap().remove("Condition");
        }))
        .expect("s3", &missing, &[]),
        signed("bucket-policy-with-origin-path", "the statement covers what OriginPath adds to the path")
            .distribution(&distribution_with(|config| {
                config["Origins"]["Items"][0]["OriginPath"] = json!("/v2");
            }))
            .bucket_policy(statement(|it| it["Resource"] = json!("arn:aws:s3:::example-media/v2/*")))
            .response(denied())
            .expect("s3", &in_order, &asks),
    ]
}

fn encrypted() -> Vec<Folder> {
    let identity = distribution_with(|config| {
        let origin = &mut config["Origins"]["Items"][0];
        origin["OriginAccessControlId"] = json!("");
        origin["S3OriginConfig"]["OriginAccessIdentity"] =
            json!("origin-access-identity/cloudfront/E2EXAMPLEOAI1");
    });
    let of_identity = bucket_policy_of(&json!({
        "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLEOAI1" },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::example-media/*"
    }));
    let sigv4 = Exchange::new("GET /film/ep1.mp4", 400)
        .server("AmazonS3")
        .content_type("application/xml")
        .received(&[("x-amz-request-id", "4442587FB7D0A2F9")])
        .body("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidArgument</Code><Message>Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.</Message><ArgumentName>Authorization</ArgumentName><ArgumentValue>null</ArgumentValue><RequestId>4442587FB7D0A2F9</RequestId><HostId>wHlo2vXrK1cX0z6cYwZyqg==</HostId></Error>")
        .print();
    vec![
        signed("kms-key-denied", "the policy of the KMS key does not allow CloudFront")
            .distribution(&distribution())
            .bucket_policy(bucket_policy(ARN))
            .response(s3_refused("AccessDenied", "User: arn:aws:sts::111122223333:assumed-role/OriginAccessControlRole/EdgeCredentialsProxy+EdgeHostAuthenticationClient is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no resource-based policy allows the kms:Decrypt action"))
            .says(&["kms:Decrypt", "EDFDVBD6EXAMPLE"])
            .expect("s3", &[("kms-key-denied", "proved")], &[]),
        signed("kms-by-identity", "an origin access identity reads an object that KMS encrypts")
            .distribution(&identity)
            .bucket_policy(of_identity)
            .response(sigv4)
            .says(&["Signature Version 4", "create-origin-access-control"])
            .never(&["kms:Decrypt\",\"Resource"])
            .expect("s3", &[("kms-key-denied", "proved")], &[]),
    ]
}

fn keys() -> Vec<Folder> {
    let missing = Exchange::new("GET /media/film/ep1.mp4", 404)
        .server("AmazonS3")
        .content_type("application/xml")
        .received(&[("x-amz-request-id", "4442587FB7D0A2F9")])
        .body("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>media/film/ep1.mp4</Key><RequestId>4442587FB7D0A2F9</RequestId><HostId>wHlo2vXrK1cX0z6cYwZyqg==</HostId></Error>")
        .print();
    let url = "https://media.example.com/media/film/ep1.mp4";
    let signed_url =
        || Draft::new("", "").argument(RSA_SHA256.canned(url, LATER).on(url)).key(TestKey::Rsa);
    let named = |draft: Draft, name: &str, about: &str| {
        let mut draft = draft;
        draft.folder.name = name.to_owned();
        draft.folder.scenario.about = about.to_owned();
        draft
    };
    vec![
        named(
            signed_url(),
            "object-key-mismatch",
            "the pattern /media/* is not removed from the path",
        )
        .distribution(&distribution_with(|config| {
            config["CacheBehaviors"] =
                json!({ "Quantity": 1, "Items": [behavior(Some("/media/*"), true)] });
        }))
        .response(missing)
        .says(&["`media/film/ep1.mp4`", "list-objects-v2"])
        .expect("s3", &[("object-key-mismatch", "proved")], &[]),
        named(signed_url(), "origin-path-twice", "the URL repeats what OriginPath adds")
            .distribution(&distribution_with(|config| {
                config["Origins"]["Items"][0]["OriginPath"] = json!("/media");
            }))
            .bucket_policy(bucket_policy(ARN))
            .response(denied())
            .says(&["media/media/film/ep1.mp4", "OriginPath"])
            .expect(
                "s3",
                &[("object-key-mismatch", "likely"), ("origin-denied", "likely")],
                &["get-public-access-block"],
            ),
    ]
}

fn authentications() -> Vec<Folder> {
    let only_one = || {
        Exchange::new("GET /film/ep1.mp4", 400)
            .server("AmazonS3")
            .content_type("application/xml")
            .received(&[("x-amz-request-id", "4442587FB7D0A2F9")])
            .body("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>wHlo2vXrK1cX0z6cYwZyqg==</HostId></Error>")
            .print()
    };
    let open = distribution_with(|config| {
        let mut open = behavior(None, false);
        open["OriginRequestPolicyId"] = json!("b689b0a8-53d0-40ab-baf2-68738e2966ac");
        config["DefaultCacheBehavior"] = open;
    });
    let presigned = format!(
        "{URL}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE&X-Amz-Signature=0123456789abcdef0123456789abcdef"
    );
    vec![
        signed("two-auth-mechanisms", "the behaviour checks no passes, so the signing parameters reach S3")
            .distribution(&open)
            .response(only_one())
            .notes(&["content-unprotected"])
            .says(&["checks no signatures", "trust the key group"])
            .expect("s3", &[("two-auth-mechanisms", "proved")], &[]),
        Draft::new("presigned-url-through-cloudfront", "a presigned S3 URL with CloudFront's host")
            .argument(presigned)
            .distribution(&open)
            .response(only_one())
            .notes(&["content-unprotected"])
            .says(&["presigned URL of S3"])
            .expect("s3", &[("two-auth-mechanisms", "proved")], &[]),
        signed("signing-parameters-reach-s3", "without origin access control S3 takes the parameters for its own")
            .distribution(&{
                let mut document = without_access_control();
                document["Distribution"]["DistributionConfig"]["DefaultCacheBehavior"] = behavior(None, false);
                document
            })
            .response(s3_refused("AccessDenied", "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"))
            .notes(&["content-unprotected"])
            .says(&["Query-string authentication"])
            .expect("s3", &[("two-auth-mechanisms", "proved")], &[]),
    ]
}
