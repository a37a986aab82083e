//! Scenarios with several causes, and with red herrings.

use serde_json::json;

use super::account::{
    ARN, EARLIER, LATER, NOW, URL, access_denied, behavior, bucket_policy, curl, distribution,
    distribution_with, html_page, key_group, missing_key, refused, s3_refused,
};
use super::origin::without_access_control;
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::{ECDSA_SHA256, RSA_SHA1, RSA_SHA256, SIGNATURE};

pub(super) fn all() -> Vec<Folder> {
    [several(), herrings(), unfinished()].concat()
}

fn several() -> Vec<Folder> {
    let addressed = |expires: i64| {
        format!(
            r#"{{"Statement":[{{"Resource":"https://media.example.com/trailer/*","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}},"IpAddress":{{"AWS:SourceIp":"192.0.2.0/24"}}}}}}]}}"#
        )
    };
    let php = format!(
        r#"{{"Statement":[{{"Resource":"{}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{LATER}}}}}}}]}}"#,
        URL.replace('/', "\\/")
    );
    vec![
        Draft::new(
            "expired-elsewhere-and-abroad",
            "everything that a policy can say is wrong at once",
        )
        .argument(RSA_SHA256.custom(addressed(EARLIER)).on(URL))
        .key(TestKey::Rsa)
        .option("--ip", "203.0.113.9")
        .response(access_denied())
        .expect(
            "signature-check",
            &[
                ("expired", "proved"),
                ("resource-mismatch", "proved"),
                ("address-mismatch", "proved"),
            ],
            &[],
        ),
        Draft::new(
            "rotated-key-and-missing-marker",
            "a rotation to KMS: another key, another hash, the old id",
        )
        .argument(
            ECDSA_SHA256
                .canned(URL, LATER)
                .with("Key-Pair-Id", "K1RSAEXAMPLE")
                .without("Hash-Algorithm")
                .on(URL),
        )
        .key(TestKey::Rsa)
        .key(TestKey::P256)
        .response(access_denied())
        .expect(
            "signature-check",
            &[("hash-marker-missing", "proved"), ("signed-by-another-key", "proved")],
            &[],
        ),
        Draft::new(
            "http-with-added-query",
            "signed as http, requested as https with a cache buster",
        )
        .argument(
            RSA_SHA1
                .canned("http://media.example.com/film/ep1.mp4?lang=en", LATER)
                .on(&format!("{URL}?lang=en&cb=17")),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect(
            "signature-check",
            &[("url-changed-after-signing", "proved"), ("scheme-mismatch", "proved")],
            &[],
        ),
        Draft::new("php-json-slashes", "json_encode writes \\/ into the text that is signed")
            .argument({
                let signature = crate::pass::cloudfront_base64(
                    &TestKey::Rsa.sign(policy::Hash::Sha256, php.as_bytes()),
                );
                RSA_SHA256.canned(URL, LATER).with(SIGNATURE, signature).on(URL)
            })
            .key(TestKey::Rsa)
            .response(access_denied())
            .expect("signature-check", &[("policy-malformed", "proved")], &[]),
        Draft::new("html-escaped-link", "a template wrote &amp; into a link")
            .argument(RSA_SHA256.canned(URL, LATER).on(URL).replace('&', "&amp;"))
            .response(missing_key())
            .expect("signature-check", &[("url-re-encoded", "proved")], &[]),
    ]
}

fn herrings() -> Vec<Folder> {
    let good = RSA_SHA256.canned(URL, LATER).on(URL);
    let broken_bucket = without_access_control();
    let guarded = distribution_with(|config| {
        config["WebACLId"] =
            json!("arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/EXAMPLE");
    });
    vec![
        Draft::new("s3-with-a-pass-that-expired-since", "the pass has expired by now, but the answer is the bucket's")
            .by_date()
            .argument(RSA_SHA256.canned(URL, NOW + 60).on(URL))
            .key(TestKey::Rsa)
            .distribution(&broken_bucket)
            .bucket_policy(bucket_policy(ARN))
            .response(s3_refused("AccessDenied", "Access Denied"))
            .expect("s3", &[("origin-access-control-missing", "proved"), ("origin-denied", "possible")], &[]),
        Draft::new("check-before-a-broken-bucket", "the bucket is misconfigured too, but the check comes first")
            .argument(RSA_SHA256.canned(URL, EARLIER).on(URL))
            .key(TestKey::Rsa)
            .distribution(&broken_bucket)
            .key_group(&key_group(&["K1RSAEXAMPLE"], "2026-10-01T08:00:00.000000+00:00"))
            .bucket_policy(bucket_policy(ARN))
            .response(access_denied())
            .expect("signature-check", &[("expired", "proved"), ("origin-access-control-missing", "possible")], &[]),
        Draft::new("waf-before-an-expired-pass", "the pass has expired, but WAF never let it be looked at")
            .argument(RSA_SHA256.canned(URL, EARLIER).on(URL))
            .distribution(&guarded)
            .response(html_page("Request blocked."))
            .expect("waf", &[("web-acl", "proved"), ("expired", "possible")], &[]),
        Draft::new("missing-object", "everything is in order, the file does not exist")
            .argument(&good)
            .key(TestKey::Rsa)
            .distribution(&distribution())
            .bucket_policy(bucket_policy(ARN))
            .response(s3_refused("AccessDenied", "Access Denied"))
            .expect("s3", &[("origin-denied", "likely")], &["get-public-access-block"]),
        Draft::new("file-of-another-distribution", "the configuration says open, CloudFront checked: the wrong file")
            .argument(RSA_SHA256.canned(URL, EARLIER).on(URL))
            .distribution(&distribution_with(|config| config["DefaultCacheBehavior"] = behavior(None, false)))
            .response(access_denied())
            .notes(&["content-unprotected"])
            .expect("signature-check", &[("expired", "proved"), ("url-changed-after-signing", "possible"), ("url-re-encoded", "possible"), ("resource-mismatch", "possible")], &[]),
        Draft::new("complete-cookies-not-sent", "the browser has good cookies, and does not send them across sites")
            .argument(URL)
            .option("--cookie", &RSA_SHA256.custom(format!(r#"{{"Statement":[{{"Resource":"https://media.example.com/*","Condition":{{"DateLessThan":{{"AWS:EpochTime":{LATER}}}}}}}]}}"#)).cookie())
            .key(TestKey::Rsa)
            .response(curl(
                "GET /film/ep1.mp4",
                &[("Origin", "https://www.example.org"), ("Sec-Fetch-Site", "cross-site")],
                "CloudFront",
                "text/xml",
                &[],
                r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"#,
            ))
            .expect("signature-check", &[("cookies-not-sent", "likely")], &["set-cookie"]),
        Draft::new("archived-object", "the pass is good, the film lies in Glacier")
            .argument(&good)
            .key(TestKey::Rsa)
            .distribution(&distribution())
            .bucket_policy(bucket_policy(ARN))
            .response(s3_refused("InvalidObjectState", "The operation is not valid for the object's storage class"))
            .expect("s3", &[("origin-denied", "proved")], &[]),
    ]
}

fn unfinished() -> Vec<Folder> {
    vec![
        Draft::new("cut-at-an-ampersand", "a shell cut the unquoted URL at its first &")
            .argument(format!("{URL}?Expires={LATER}"))
            .response(missing_key())
            .expect(
                "signature-check",
                &[("url-changed-after-signing", "likely")],
                &["get-distribution"],
            ),
        Draft::new("only-the-url", "nothing but a URL that looks good")
            .argument(RSA_SHA256.canned(URL, LATER).on(URL))
            .expect(
                "unknown",
                &[("none", "none")],
                &["response.txt", "get-distribution", "get-public-key --id K1RSAEXAMPLE"],
            ),
        Draft::new(
            "unknown-key-without-configuration",
            "CloudFront does not know the key, and nobody has looked why",
        )
        .argument(RSA_SHA256.canned(URL, LATER).on(URL))
        .response(refused("InvalidKey", "Unknown Key"))
        .expect(
            "signature-check",
            &[("key-not-in-group", "likely")],
            &["get-distribution", "get-public-key"],
        ),
        Draft::new(
            "zone-of-a-naive-datetime",
            "a pass for an hour, signed with local time in New York",
        )
        .argument(RSA_SHA1.canned(URL, NOW - 4 * 3600 + 20).on(URL))
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("expired", "proved"), ("clock-skew", "likely")], &[]),
    ]
}
