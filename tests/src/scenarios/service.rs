//! Origins by their kind: a forwarded Host, Lambda function URLs, API Gateway, load balancers.

use serde_json::{Value, json};

use super::account::{LATER, URL, all_methods, distribution_to, distribution_with};
use super::exchange::Exchange;
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::RSA_SHA256;

const ALL_VIEWER: &str = "216adef6-5c7f-47e4-b989-5492eafa07d3";
const ALL_BUT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
const ORIGIN_HEADERS_AND_QUERY: &str = "4cc15a8a-d715-48a4-82b8-cc0b614638fe";

const FUNCTION_URL: &str = "abcdefgh1234.lambda-url.eu-west-1.on.aws";
const API: &str = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";

pub(super) fn all() -> Vec<Folder> {
    [hosts(), function_urls(), others()].concat()
}

fn signed(name: &str, about: &str) -> Draft {
    Draft::new(name, about).argument(RSA_SHA256.canned(URL, LATER).on(URL)).key(TestKey::Rsa)
}

fn s3(status: u16, document: &str) -> String {
    Exchange::new("GET /film/ep1.mp4", status)
        .server("AmazonS3")
        .content_type("application/xml")
        .received(&[("x-amz-request-id", "4442587FB7D0A2F9")])
        .body(&format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{document}<RequestId>4442587FB7D0A2F9</RequestId><HostId>wHlo2vXrK1cX0z6cYwZyqg==</HostId></Error>"
        ))
        .print()
}

fn no_match(host: &str) -> String {
    s3(
        403,
        &format!(
            "<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message><AWSAccessKeyId>AKIAEXAMPLEEXAMPLE</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256\n20261122T011625Z\n20261122/eu-west-1/s3/aws4_request\nee06</StringToSign><SignatureProvided>5155</SignatureProvided><CanonicalRequest>GET\n/film/ep1.mp4\n\nhost:{host}\nx-amz-content-sha256:e3b0c442\nx-amz-date:20261122T011625Z\n\nhost;x-amz-content-sha256;x-amz-date\ne3b0c442</CanonicalRequest>"
        ),
    )
}

/// The behaviour of the bucket, with another member.
fn forwarding(member: &str, value: &Value) -> Value {
    distribution_with(|config| config["DefaultCacheBehavior"][member] = value.clone())
}

/// A service's error, as its headers and body say it.
fn service(request: &str, error: &str, headers: &[(&str, &str)], body: &str) -> String {
    Exchange::new(request, 403)
        .without_server()
        .content_type("application/json")
        .received(&[("x-amzn-requestid", "1f0c0000-0000-0000-0000-000000000000")])
        .received(&[("x-amzn-errortype", error)])
        .received(headers)
        .body(body)
        .print()
}

fn hosts() -> Vec<Folder> {
    let viewers = "media.example.com";
    let no_bucket = s3(
        404,
        &format!(
            "<Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>{viewers}</BucketName>"
        ),
    );
    let api = distribution_to(API, |config| {
        config["DefaultCacheBehavior"]["OriginRequestPolicyId"] = json!(ALL_VIEWER);
    });
    vec![
        signed("host-forwarded", "AllViewer in front of a bucket; S3's document is that of a wrong signature")
            .response(no_match(viewers))
            .distribution(&forwarding("OriginRequestPolicyId", &json!(ALL_VIEWER)))
            .says(&["`AllViewer`", "CORS-S3Origin"])
            .never(&["Authorization"])
            .expect("s3", &[("host-forwarded", "proved")], &[]),
        signed("host-in-forwarded-values", "an older distribution forwards the header Host")
            .response(no_match(viewers))
            .distribution(&forwarding("ForwardedValues", &json!({
                "QueryString": true, "Cookies": { "Forward": "none" },
                "Headers": { "Quantity": 1, "Items": ["Host"] }, "QueryStringCacheKeys": { "Quantity": 0 }
            })))
            .says(&["ForwardedValues"])
            .expect("s3", &[("host-forwarded", "proved")], &[]),
        signed("host-in-a-cache-policy", "a managed cache policy has Host in the cache key")
            .response(no_match(viewers))
            .distribution(&forwarding("CachePolicyId", &json!(ORIGIN_HEADERS_AND_QUERY)))
            .says(&["UseOriginCacheControlHeaders-QueryStrings", "CachingOptimized"])
            .expect("s3", &[("host-forwarded", "proved")], &[]),
        signed("host-forwarded-by-an-own-policy", "S3's document shows the Host, the policy is one of one's own")
            .response(no_match(viewers))
            .distribution(&forwarding("OriginRequestPolicyId", &json!("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")))
            .says(&["`media.example.com`", "get-origin-request-policy"])
            .expect("s3", &[("host-forwarded", "proved")], &[]),
        signed("host-taken-for-a-bucket", "S3 looks for a bucket of the viewer's host")
            .response(no_bucket)
            .distribution(&forwarding("OriginRequestPolicyId", &json!(ALL_VIEWER)))
            .says(&["`media.example.com`"])
            .expect("s3", &[("host-forwarded", "proved")], &[]),
        signed("host-forwarded-to-an-api", "API Gateway does not know the viewer's host")
            .response(service("GET /film/ep1.mp4", "ForbiddenException", &[("x-amz-apigw-id", "Fabc=")], r#"{"message":"Forbidden"}"#))
            .distribution(&api)
            .says(&["AllViewerExceptHostHeader"])
            .never(&["s3api", "CORS-S3Origin"])
            .expect("origin", &[("host-forwarded", "likely"), ("origin-denied", "possible")], &[]),
        signed("authorization-forwarded-to-s3", "the Host is S3's own: something else changed the request")
            .response(no_match("example-media.s3.eu-west-1.amazonaws.com"))
            .distribution(&forwarding("OriginRequestPolicyId", &json!(ALL_BUT_HOST)))
            .expect("s3", &[("origin-denied", "proved")], &[]),
    ]
}

fn function_urls() -> Vec<Folder> {
    let forbidden = r#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}"#;
    let denied = || service("GET /film/ep1.mp4", "AccessDeniedException", &[], forbidden);
    let behind = |access_control: &str| {
        distribution_to(FUNCTION_URL, |config| {
            config["Origins"]["Items"][0]["OriginAccessControlId"] = json!(access_control);
            config["DefaultCacheBehavior"]["AllowedMethods"] = all_methods();
        })
    };
    vec![
        signed("function-url-permission-missing", "a session API behind CloudFront, without the second permission")
            .response(denied())
            .distribution(&behind("E1OACEXAMPLE1"))
            .says(&["lambda:InvokeFunctionUrl", "--action lambda:InvokeFunction ", "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE"])
            .never(&["s3"])
            .expect("origin", &[("function-url-permission-missing", "proved")], &[]),
        signed("function-url-without-access-control", "CloudFront does not sign its requests to the function URL")
            .response(denied())
            .distribution(&behind(""))
            .says(&["OriginAccessControlOriginType=lambda"])
            .never(&["s3"])
            .expect("origin", &[("function-url-permission-missing", "proved")], &[]),
        Draft::new("function-url-of-an-unknown-distribution", "the answer alone: it names the function URL")
            .argument(URL)
            .response(denied())
            .says(&["lambda:InvokeFunctionUrl"])
            .never(&["s3"])
            .expect("origin", &[("function-url-permission-missing", "proved"), ("host-forwarded", "possible"), ("unsigned-request", "possible")], &[]),
        signed("function-url-with-a-body", "a POST without the hash of its body")
            .response(service("POST /film/ep1.mp4", "InvalidSignatureException", &[], r#"{"message":"The request signature we calculated does not match the signature you provided."}"#))
            .distribution(&behind("E1OACEXAMPLE1"))
            .says(&["x-amz-content-sha256"])
            .never(&["add-permission"])
            .expect("origin", &[("function-url-permission-missing", "likely")], &[]),
    ]
}

fn others() -> Vec<Folder> {
    vec![
        signed("api-without-its-stage", "OriginPath lacks the stage of the API")
            .response(service(
                "GET /film/ep1.mp4",
                "MissingAuthenticationTokenException",
                &[("x-amz-apigw-id", "Fabc=")],
                r#"{"message":"Missing Authentication Token"}"#,
            ))
            .distribution(&distribution_to(API, |_| {}))
            .says(&["OriginPath"])
            .never(&["s3api"])
            .expect("origin", &[("origin-denied", "proved")], &[]),
        signed(
            "load-balancer-refuses",
            "a listener rule answers 403 where a secret header is missing",
        )
        .response(
            Exchange::new("GET /film/ep1.mp4", 403)
                .server("awselb/2.0")
                .body("<h1>403 Forbidden</h1>")
                .print(),
        )
        .distribution(&distribution_to("web-1234567890.eu-west-1.elb.amazonaws.com", |_| {}))
        .says(&["listener"])
        .never(&["s3api"])
        .expect("origin", &[("origin-denied", "proved")], &[]),
    ]
}
