//! One scenario for each cause about passes, and how CloudFront checks them.

use serde_json::json;

use super::account::{
    EARLIER, LATER, NOW, URL, access_denied, behavior, curl, distribution, distribution_with,
    key_group, missing_key, refused,
};
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::{RSA_SHA1, RSA_SHA256, SIGNATURE};

const FILM: &str = "https://media.example.com/film/*";

fn policy(resource: &str, more: &str) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{LATER}}}{more}}}}}]}}"#
    )
}

fn pass(name: &str, about: &str, url: &str) -> Draft {
    Draft::new(name, about).argument(url)
}

pub(super) fn all() -> Vec<Folder> {
    [times(), resources(), encodings(), keys(), delivery(), distributions()].concat()
}

fn times() -> Vec<Folder> {
    let starting = |name: &str, about: &str, start: i64| {
        let text = policy(FILM, &format!(r#","DateGreaterThan":{{"AWS:EpochTime":{start}}}"#));
        pass(name, about, &RSA_SHA256.custom(text).on(URL))
            .key(TestKey::Rsa)
            .response(access_denied())
    };
    vec![
        pass(
            "expired",
            "a link from an e-mail of this morning",
            &RSA_SHA256.canned(URL, EARLIER).on(URL),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("expired", "proved")], &[]),
        starting("not-yet-valid", "a trailer before its release", NOW + 100_000).expect(
            "signature-check",
            &[("not-yet-valid", "proved")],
            &[],
        ),
        starting("clock-skew", "a signer in Berlin that takes local time for UTC", NOW + 3600 + 2)
            .expect(
                "signature-check",
                &[("not-yet-valid", "proved"), ("clock-skew", "likely")],
                &[],
            ),
        pass(
            "epoch-milliseconds",
            "Date.now() as the expiry",
            &RSA_SHA256.canned(URL, LATER * 1000).on(URL),
        )
        .response(refused("MalformedPolicy", "Malformed Policy"))
        .expect(
            "signature-check",
            &[("epoch-milliseconds", "proved"), ("policy-malformed", "likely")],
            &[],
        ),
    ]
}

fn resources() -> Vec<Folder> {
    let other = "https://media.example.com/film/ep2.mp4";
    let spaced = "https://media.example.com/film/part%201.mp4";
    vec![
        pass(
            "resource-mismatch",
            "a pass for another folder",
            &RSA_SHA256.custom(policy("https://media.example.com/trailer/*", "")).on(URL),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("resource-mismatch", "proved")], &[]),
        pass(
            "url-changed-after-signing",
            "analytics adds a parameter to a signed link",
            &RSA_SHA256.canned(URL, LATER).on(&format!("{URL}?utm_source=mail")),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("url-changed-after-signing", "proved")], &[]),
        pass(
            "url-re-encoded",
            "signed with a space, requested as %20",
            &RSA_SHA256.canned("https://media.example.com/film/part 1.mp4", LATER).on(spaced),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("url-re-encoded", "proved")], &[]),
        Draft::new(
            "canned-policy-for-pattern",
            "an SDK signed https://host/film/* with an expiry only",
        )
        .argument(other)
        .option("--cookie", &RSA_SHA1.canned(FILM, LATER).cookie())
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("canned-policy-for-pattern", "proved")], &[]),
        pass(
            "scheme-mismatch",
            "signed as http behind a load balancer, requested as https",
            &RSA_SHA256.canned("http://media.example.com/film/ep1.mp4", LATER).on(URL),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("scheme-mismatch", "proved")], &[]),
        addressed("address-mismatch", "a phone that left the Wi-Fi")
            .option("--ip", "203.0.113.9")
            .expect("signature-check", &[("address-mismatch", "proved")], &[]),
        addressed("ipv6-viewer", "a phone with IPv6").option("--ip", "2001:db8::9").expect(
            "signature-check",
            &[("ipv6-viewer", "proved")],
            &[],
        ),
    ]
}

fn addressed(name: &str, about: &str) -> Draft {
    let text = policy(FILM, r#","IpAddress":{"AWS:SourceIp":"192.0.2.0/24"}"#);
    pass(name, about, &RSA_SHA256.custom(text).on(URL)).key(TestKey::Rsa).response(access_denied())
}

fn encodings() -> Vec<Folder> {
    let two = format!(
        r#"{{"Statement":[{{"Resource":"{FILM}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{LATER}}}}}}},{{"Resource":"https://media.example.com/extra/*","Condition":{{"DateLessThan":{{"AWS:EpochTime":{LATER}}}}}}}]}}"#
    );
    let good = RSA_SHA1.custom(policy(FILM, ""));
    let cut = &good.value(SIGNATURE)[..300];
    let plain = crate::pass::plain_base64(good.value(SIGNATURE));
    vec![
        pass("policy-malformed", "two statements in one policy", &RSA_SHA256.custom(two).on(URL))
            .key(TestKey::Rsa)
            .response(refused("MalformedPolicy", "Malformed Policy"))
            .expect("signature-check", &[("policy-malformed", "proved")], &[]),
        Draft::new("wrong-base64-alphabet", "base64 without the replacement of three symbols")
            .argument(URL)
            .option("--cookie", &good.clone().with(SIGNATURE, plain).cookie())
            .key(TestKey::Rsa)
            .response(refused("MalformedSignature", "Could not unencode Signature"))
            .expect("signature-check", &[("wrong-base64-alphabet", "proved")], &[]),
        Draft::new("truncated-cookie", "a cookie cut off by a proxy")
            .argument(URL)
            .option("--cookie", &good.clone().with(SIGNATURE, cut).cookie())
            .key(TestKey::Rsa)
            .response(access_denied())
            .expect(
                "signature-check",
                &[("truncated-cookie", "proved"), ("signed-by-another-key", "likely")],
                &[],
            ),
    ]
}

fn keys() -> Vec<Folder> {
    let good = RSA_SHA256.canned(URL, LATER);
    let sha1 = RSA_SHA1.canned(URL, LATER);
    let unknown = || refused("InvalidKey", "Unknown Key");
    let started = policy(FILM, &format!(r#","DateGreaterThan":{{"AWS:EpochTime":{EARLIER}}}"#));
    vec![
        pass(
            "signed-by-another-key",
            "the private key of production with the id of staging",
            &RSA_SHA256.canned(URL, LATER).with("Key-Pair-Id", TestKey::RsaOther.id()).on(URL),
        )
        .key(TestKey::Rsa)
        .key(TestKey::RsaOther)
        .response(access_denied())
        .expect("signature-check", &[("signed-by-another-key", "proved")], &[]),
        pass(
            "key-not-in-group",
            "a key that was uploaded and put into no group",
            &good.clone().with("Key-Pair-Id", "K9NEWKEYEXAMPLE").on(URL),
        )
        .response(unknown())
        .distribution(&distribution())
        .expect("signature-check", &[("key-not-in-group", "proved")], &[]),
        pass(
            "key-removed-before-drain",
            "a rotation that removed the old key at once",
            &RSA_SHA256.custom(started).on(URL),
        )
        .key(TestKey::Rsa)
        .response(unknown())
        .distribution(&distribution())
        .key_group(&key_group(&["K2RSAEXAMPLE"], "2026-11-22T01:02:11.390000+00:00"))
        .expect(
            "signature-check",
            &[("key-removed-before-drain", "proved"), ("key-not-in-group", "proved")],
            &[],
        ),
        pass(
            "pem-as-key-id",
            "the PEM where its id belongs",
            &good
                .clone()
                .with("Key-Pair-Id", "-----BEGIN%20PUBLIC%20KEY-----%0AMIIBIjANBgkq")
                .on(URL),
        )
        .response(missing_key())
        .expect("signature-check", &[("pem-as-key-id", "proved")], &[]),
        pass(
            "hash-marker-missing",
            "KMS signs SHA-256, nobody says so",
            &good.clone().without("Hash-Algorithm").on(URL),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("hash-marker-missing", "proved")], &[]),
        pass(
            "hash-marker-superfluous",
            "an SDK signs SHA-1, someone added the marker",
            &sha1.with("Hash-Algorithm", "SHA256").on(URL),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect("signature-check", &[("hash-marker-superfluous", "proved")], &[]),
    ]
}

fn delivery() -> Vec<Folder> {
    let good = RSA_SHA256.custom(policy(FILM, ""));
    let old = RSA_SHA256.custom(policy("https://media.example.com/old/*", ""));
    let set = |name: &str| {
        format!(
            "Set-Cookie: CloudFront-{name}={}; Domain=.example.net; Path=/; Secure; HttpOnly",
            good.value(name)
        )
    };
    let preflight = curl(
        "OPTIONS /film/ep1.mp4",
        &[
            ("Origin", "https://www.example.org"),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "range"),
        ],
        "CloudFront",
        "text/xml",
        &[],
        r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"#,
    );
    vec![
        Draft::new("cookies-not-sent", "cookies for another domain")
            .argument(URL)
            .option("--cookie", &set("Policy"))
            .option("--cookie", &set("Signature"))
            .option("--cookie", &set("Key-Pair-Id"))
            .response(missing_key())
            .expect("signature-check", &[("cookies-not-sent", "proved")], &[]),
        Draft::new(
            "duplicate-cookies",
            "Path was changed from /old to /, the browser sends both sets",
        )
        .argument(URL)
        .option("--cookie", &format!("{}; {}", old.cookie(), good.cookie()))
        .key(TestKey::Rsa)
        .response(access_denied())
        .expect(
            "signature-check",
            &[("resource-mismatch", "proved"), ("duplicate-cookies", "likely")],
            &[],
        ),
        Draft::new("preflight-without-cookies", "a player on another origin asks for a range")
            .by_date()
            .response(preflight)
            .expect("signature-check", &[("preflight-without-cookies", "proved")], &[]),
        Draft::new("parameter-hides-cookies", "an application with a parameter called Expires")
            .argument(format!("{URL}?Expires=never"))
            .option("--cookie", &good.cookie())
            .response(missing_key())
            .expect(
                "signature-check",
                &[("parameter-hides-cookies", "proved"), ("policy-malformed", "proved")],
                &[],
            ),
        Draft::new("unsigned-request", "the second file of a playlist")
            .argument("https://media.example.com/film/segment-2.ts")
            .response(missing_key())
            .expect(
                "signature-check",
                &[("unsigned-request", "proved"), ("cookies-not-sent", "possible")],
                &[],
            ),
    ]
}

fn distributions() -> Vec<Folder> {
    let good = RSA_SHA256.canned(URL, LATER).on(URL);
    let open = distribution_with(|config| config["DefaultCacheBehavior"] = behavior(None, false));
    let earlier = distribution_with(|config| {
        config["CacheBehaviors"] =
            json!({ "Quantity": 1, "Items": [behavior(Some("*.mp4"), false)] });
    });
    let mut deploying = distribution();
    deploying["Distribution"]["Status"] = json!("InProgress");
    deploying["Distribution"]["LastModifiedTime"] = json!("2026-11-22T01:14:02.117000+00:00");
    vec![
        pass("content-unprotected", "the key group was never put on the behaviour", &good)
            .key(TestKey::Rsa)
            .distribution(&open)
            .expect("unknown", &[("content-unprotected", "proved")], &[]),
        pass("earlier-behavior-unsigned", "*.mp4 stands before the signed default", &good)
            .key(TestKey::Rsa)
            .distribution(&earlier)
            .expect("unknown", &[("earlier-behavior-unsigned", "proved")], &[]),
        pass("distribution-not-deployed", "two minutes after the key group was added", &good)
            .key(TestKey::Rsa)
            .distribution(&deploying)
            .key_group(&key_group(&["K1RSAEXAMPLE"], "2026-11-22T01:14:00.000000+00:00"))
            .response(access_denied())
            .expect("signature-check", &[("distribution-not-deployed", "likely")], &[]),
    ]
}
