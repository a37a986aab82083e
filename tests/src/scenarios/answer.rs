//! Whose answer it is: functions, custom error pages, answers that refuse nothing, other servers.

use serde_json::{Value, json};

use super::account::{
    ARN, LATER, NOW, URL, access_denied, all_methods, behavior, bucket_policy, distribution,
    distribution_to, distribution_with, html, html_page, s3_refused,
};
use super::exchange::Exchange;
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::RSA_SHA256;

const ROOT: &str = "https://media.example.com/";

pub(super) fn all() -> Vec<Folder> {
    [functions(), methods(), error_pages(), let_in(), elsewhere(), notes()].concat()
}

fn signed(name: &str, about: &str) -> Draft {
    Draft::new(name, about).argument(RSA_SHA256.canned(URL, LATER).on(URL)).key(TestKey::Rsa)
}

/// The default behaviour, open to all, with a function on viewer requests.
fn with_function(associations: &str, arn: &str, signed: bool) -> Value {
    let name = if associations.starts_with("Lambda") { "LambdaFunctionARN" } else { "FunctionARN" };
    distribution_with(|config| {
        let mut behavior = behavior(None, signed);
        behavior[associations] =
            json!({ "Quantity": 1, "Items": [{ name: arn, "EventType": "viewer-request" }] });
        config["DefaultCacheBehavior"] = behavior;
        config["DefaultRootObject"] = json!("");
    })
}

fn functions() -> Vec<Folder> {
    let lambda = |signed| {
        let arn = "arn:aws:lambda:us-east-1:111122223333:function:check-auth:7";
        with_function("LambdaFunctionAssociations", arn, signed)
    };
    let function = |signed| {
        let arn = "arn:aws:cloudfront::111122223333:function/verify-jwt";
        with_function("FunctionAssociations", arn, signed)
    };
    let failed = |status, cache: &str, sentence: &str| {
        Exchange::new("GET /", status)
            .cache(cache)
            .received(&[("x-amz-cf-pop", "FRA56-P5")])
            .body(&html(status, sentence))
            .print()
    };
    let no_bucket = ["s3api", "key group"];
    vec![
        Draft::new("function-failed", "a Lambda@Edge function whose role does not trust edgelambda")
            .argument(ROOT)
            .response(failed(503, "LambdaExecutionError", "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions."))
            .distribution(&lambda(false))
            .notes(&["content-unprotected"])
            .says(&["check-auth", "edgelambda.amazonaws.com", "region", "wait distribution-deployed"])
            .never(&no_bucket)
            .expect("function", &[("function-failed", "proved"), ("default-root-object-missing", "possible")], &[]),
        Draft::new("lambda-result-invalid", "a Lambda@Edge function returned a header that is not an array")
            .argument(ROOT)
            .response(failed(502, "LambdaValidationError", "The Lambda function returned an invalid entry in the headers object: The header must be an array."))
            .distribution(&lambda(false))
            .notes(&["content-unprotected"])
            .says(&["The header must be an array", "/aws/lambda/us-east-1.check-auth"])
            .never(&no_bucket)
            .expect("function", &[("function-failed", "proved"), ("default-root-object-missing", "possible")], &[]),
        Draft::new("cloudfront-function-throws", "a CloudFront Function threw, and nobody has the configuration")
            .argument(ROOT)
            .response(failed(503, "FunctionExecutionError", "The CloudFront function associated with the CloudFront distribution is invalid or could not run."))
            .says(&["The CloudFront function", "/aws/cloudfront/function/FUNCTION_NAME"])
            .never(&["/aws/lambda", "edgelambda"])
            .expect("function", &[("function-failed", "proved"), ("unsigned-request", "possible")], &[]),
        signed("own-function-refuses", "a CloudFront Function of one's own answers 401, the pass is good")
            .response(
                Exchange::new("GET /film/ep1.mp4", 401).cache("FunctionGeneratedResponse").print(),
            )
            .distribution(&function(true))
            .says(&["verify-jwt", "/aws/cloudfront/function/verify-jwt"])
            .never(&["revocations"])
            .expect("function", &[("function-failed", "proved")], &[]),
        signed("edgepass-refuses-without-a-reason", "Edgepass's edge refuses, and expose_reason is off")
            .response(
                Exchange::new("GET /film/ep1.mp4", 403)
                    .cache("LambdaGeneratedResponse")
                    .content_type("text/plain; charset=utf-8")
                    .received(&[("cache-control", "no-store")])
                    .body("403 Forbidden\n")
                    .print(),
            )
            .expect("function", &[("function-failed", "proved"), ("revoked", "possible")], &[]),
    ]
}

fn methods() -> Vec<Folder> {
    let page = |request: &str, sent: &[(&str, &str)]| {
        Exchange::new(request, 403)
            .sent(sent)
            .body(&html(403, "This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests."))
            .print()
    };
    let app = || distribution_to("app.internal.example.com", |_| {});
    let open_app = distribution_to("app.internal.example.com", |config| {
        config["DefaultCacheBehavior"] = behavior(None, false);
    });
    let preflight = [
        ("Origin", "https://www.example.org"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "x-session"),
    ];
    vec![
        signed("method-not-allowed", "a form is posted to a behaviour for reading")
            .option("--method", "POST")
            .distribution(&app())
            .says(&["POST", "HEAD, GET only", "DELETE"])
            .expect("unknown", &[("method-not-allowed", "proved")], &[]),
        Draft::new("method-refused-by-cloudfront", "a form is posted to a public site")
            .argument("https://media.example.com/action")
            .response(page("POST /action", &[("content-type", "application/x-www-form-urlencoded")]))
            .distribution(&open_app)
            .notes(&["content-unprotected"])
            .never(&["if it is meant to be private"])
            .expect("cloudfront", &[("method-not-allowed", "proved")], &[]),
        Draft::new("method-of-an-unknown-distribution", "only CloudFront's page was saved")
            .option("--method", "DELETE")
            .response(html(403, "This distribution is not configured to allow the HTTP request method that was used for this request."))
            .expect("cloudfront", &[("method-not-allowed", "proved")], &[]),
        Draft::new("preflight-not-allowed", "a player's header of its own causes a preflight, and OPTIONS is not allowed")
            .argument(URL)
            .response(page("OPTIONS /film/ep1.mp4", &preflight))
            .distribution(&distribution())
            .says(&["OPTIONS", "GET, HEAD, OPTIONS"])
            .expect("cloudfront", &[("method-not-allowed", "proved"), ("preflight-without-cookies", "possible")], &[]),
        signed("allowed-method-refused-elsewhere", "POST is allowed, and the origin refuses it")
            .response(
                Exchange::new("POST /film/ep1.mp4", 403).server("nginx/1.27.1").body("no").print(),
            )
            .distribution(&distribution_to("app.internal.example.com", |config| {
                config["DefaultCacheBehavior"]["AllowedMethods"] = all_methods();
            }))
            .never(&["s3api"])
            .expect("origin", &[("origin-denied", "proved")], &[]),
    ]
}

/// The distribution answers 403 by a page.
fn with_error_page(document: Value, page: &str, status: &str) -> Value {
    let mut document = document;
    document["Distribution"]["DistributionConfig"]["CustomErrorResponses"] = json!({
        "Quantity": 1,
        "Items": [{ "ErrorCode": 403, "ResponsePagePath": page, "ResponseCode": status, "ErrorCachingMinTTL": 10 }]
    });
    document
}

fn error_pages() -> Vec<Folder> {
    let page = "<!doctype html><html><head><title>App</title></head><body><div id=root></div></body></html>";
    let answer =
        |status| Exchange::new("GET /film/ep1.mp4", status).server("AmazonS3").body(page).print();
    vec![
        Draft::new("custom-error-page", "a single-page application answers 403 with its index, the film has no pass")
            .argument(URL)
            .response(answer(200))
            .distribution(&with_error_page(distribution(), "/index.html", "200"))
            .says(&["/index.html", "CustomErrorResponses"])
            .never(&["s3api"])
            .expect("unknown", &[("custom-error-page", "proved"), ("unsigned-request", "likely")], &["get-bucket-policy"]),
        Draft::new("error-page-with-404", "403 is answered with a page and 404")
            .argument(URL)
            .response(answer(404))
            .distribution(&with_error_page(distribution(), "/errors/404.html", "404"))
            .says(&["/errors/404.html"])
            .expect("unknown", &[("custom-error-page", "proved"), ("unsigned-request", "likely")], &["get-bucket-policy"]),
        Draft::new("error-page-without-configuration", "a page with 200, and only x-cache tells that there was an error")
            .argument(URL)
            .response(answer(200))
            .says(&["x-cache"])
            .expect("unknown", &[("custom-error-page", "likely"), ("unsigned-request", "possible")], &["get-distribution"]),
        Draft::new("expired-behind-an-error-page", "the pass has expired, and the application's page hides it")
            .argument(RSA_SHA256.canned(URL, NOW - 60).on(URL))
            .key(TestKey::Rsa)
            .response(answer(200))
            .distribution(&with_error_page(distribution(), "/index.html", "200"))
            .expect("unknown", &[("custom-error-page", "proved"), ("expired", "proved")], &[]),
        Draft::new("missing-object-of-a-public-site", "the object is not there, the site is public by intention, and its error page is not there either")
            .argument(ROOT)
            .response(s3_refused("AccessDenied", "Access Denied"))
            .distribution(&with_error_page(
                distribution_with(|config| config["DefaultCacheBehavior"] = behavior(None, false)),
                "/index.html",
                "200",
            ))
            .bucket_policy(bucket_policy(ARN))
            .notes(&["content-unprotected"])
            .says(&["index.html", "ListBucket"])
            .never(&["TrustedKeyGroups", "key group"])
            .expect("s3", &[("origin-denied", "likely")], &["get-public-access-block"]),
    ]
}

fn let_in() -> Vec<Folder> {
    let page = [("Origin", "https://www.example.org"), ("Cookie", "session=1")];
    let open =
        || distribution_with(|config| config["DefaultCacheBehavior"] = behavior(None, false));
    let passed = |sent: &[(&str, &str)], received: &[(&str, &str)]| {
        Exchange::new("GET /film/ep1.mp4", 200)
            .cache("Hit")
            .server("AmazonS3")
            .content_type("video/mp4")
            .sent(sent)
            .received(received)
            .print()
    };
    vec![
        signed("not-refused", "the film is served, and the browser keeps it from the page")
            .response(passed(&page, &[]))
            .distribution(&distribution())
            .says(&["access-control-allow-origin", "response headers policy"])
            .expect("nobody", &[("not-refused", "proved")], &[]),
        signed(
            "any-origin-with-cookies",
            "the bucket answers every origin, and the player sends cookies",
        )
        .response(passed(&page, &[("access-control-allow-origin", "*")]))
        .says(&["`*`", "access-control-allow-credentials"])
        .expect("nobody", &[("not-refused", "proved")], &[]),
        Draft::new(
            "let-in-without-a-pass",
            "a public file of a public site, asked for without a pass",
        )
        .argument(URL)
        .response(passed(&[], &[]))
        .distribution(&open())
        .notes(&["content-unprotected"])
        .never(&["TrustedKeyGroups"])
        .expect("nobody", &[("not-refused", "proved")], &[]),
        Draft::new("let-in-with-an-expired-pass", "why is this old link still good?")
            .argument(RSA_SHA256.canned(URL, NOW - 60).on(URL))
            .key(TestKey::Rsa)
            .response(passed(&[], &[]))
            .distribution(&open())
            .expect(
                "nobody",
                &[
                    ("content-unprotected", "proved"),
                    ("not-refused", "proved"),
                    ("expired", "possible"),
                ],
                &[],
            ),
        signed("origin-unreachable", "the origin is down, and people say that it is forbidden")
            .response(
                Exchange::new("GET /film/ep1.mp4", 502)
                    .body(&html(502, "CloudFront wasn't able to connect to the origin."))
                    .print(),
            )
            .distribution(&distribution_to("origin.example.com", |_| {}))
            .says(&[
                "CloudFront wasn't able to connect to the origin",
                "https://origin.example.com/",
            ])
            .expect("origin", &[("not-refused", "proved")], &[]),
    ]
}

fn elsewhere() -> Vec<Folder> {
    let bucket = "example-media.s3.eu-west-1.amazonaws.com";
    let document = |message: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>{message}</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>wHlo2vXrK1cX0z6cYwZyqg==</HostId></Error>"
        )
    };
    let s3 = [("x-amz-request-id", "4442587FB7D0A2F9")];
    let redirected = format!(
        "* Connected to media.example.com (192.0.2.80) port 443\n> GET /film/ep1.mp4 HTTP/2\n> Host: media.example.com\n>\n< HTTP/2 307\n< server: AmazonS3\n< location: https://{bucket}/film/ep1.mp4\n< x-cache: Miss from cloudfront\n<\n* Issue another request to this URL: 'https://{bucket}/film/ep1.mp4'\n{}",
        Exchange::new("GET /film/ep1.mp4", 403)
            .direct(bucket)
            .server("AmazonS3")
            .content_type("application/xml")
            .received(&s3)
            .body(&document("Access Denied"))
            .print()
    );
    let url = format!("https://{bucket}/film/ep1.mp4");
    vec![
        signed("not-through-cloudfront", "a new bucket redirects the viewer past CloudFront")
            .response(redirected)
            .distribution(&distribution())
            .bucket_policy(bucket_policy(ARN))
            .says(&["redirected", "regional name"])
            .expect("not-cloudfront", &[("not-through-cloudfront", "proved"), ("origin-denied", "possible")], &[]),
        Draft::new("host-of-the-bucket-signed", "the bucket's host was signed in place of the distribution's")
            .argument(RSA_SHA256.canned(&url, LATER).on(&url))
            .key(TestKey::Rsa)
            .response(
                Exchange::new("GET /film/ep1.mp4", 403)
                    .direct(bucket)
                    .server("AmazonS3")
                    .content_type("application/xml")
                    .received(&s3)
                    .body(&document("Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"))
                    .print(),
            )
            .says(&[bucket, "DISTRIBUTION_HOST"])
            .never(&["associate-alias"])
            .expect("not-cloudfront", &[("not-through-cloudfront", "proved"), ("two-auth-mechanisms", "possible")], &[]),
        Draft::new("server-without-cloudfront", "DNS still points at the origin")
            .argument(URL)
            .response(
                Exchange::new("GET /film/ep1.mp4", 403)
                    .direct("media.example.com")
                    .server("nginx/1.27.1")
                    .body("<h1>403 Forbidden</h1>")
                    .print(),
            )
            .says(&["nginx/1.27.1", "dig +short media.example.com"])
            .expect("not-cloudfront", &[("not-through-cloudfront", "likely"), ("unsigned-request", "possible")], &["get-distribution"]),
    ]
}

fn notes() -> Vec<Folder> {
    let guarded = distribution_with(|config| {
        config["WebACLId"] =
            json!("arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/EXAMPLE");
        config["CacheBehaviors"] =
            json!({ "Quantity": 1, "Items": [behavior(Some("*.mp4"), false)] });
    });
    vec![
        Draft::new("web-acl-of-a-public-path", "WAF blocks a path that is public by intention")
            .argument(URL)
            .response(html_page("Request blocked."))
            .distribution(&guarded)
            .notes(&["earlier-behavior-unsigned"])
            .never(&["meant to be private"])
            .expect("waf", &[("web-acl", "proved")], &[]),
        Draft::new(
            "expired-where-nobody-checks",
            "the pass has expired, and the behaviour checks none",
        )
        .argument(RSA_SHA256.canned(URL, NOW - 60).on(URL))
        .key(TestKey::Rsa)
        .distribution(&distribution_with(|config| {
            config["DefaultCacheBehavior"] = behavior(None, false);
        }))
        .expect(
            "unknown",
            &[("content-unprotected", "proved"), ("expired", "possible")],
            &[],
        ),
        signed("pass-that-holds", "CloudFront refuses a pass in which everything is right")
            .response(access_denied())
            .distribution(&distribution())
            .expect("signature-check", &[("none", "none")], &["get-public-key --id K1RSAEXAMPLE"]),
    ]
}
