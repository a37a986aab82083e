//! Passes with the wrong id, of another URL, for nobody's address, and cookies that were changed.

use serde_json::{Value, json};

use super::account::{
    GROUP, LATER, NOW, URL, access_denied, curl, distribution, distribution_with, key_group,
    missing_key, refused,
};
use super::{Draft, Folder};
use crate::keys::TestKey;
use crate::pass::{KEY_PAIR_ID, RSA_SHA1, RSA_SHA256, SIGNATURE, plain_base64};

const FILM: &str = "https://media.example.com/film/*";

fn policy(more: &str) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{FILM}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{LATER}}}{more}}}}}]}}"#
    )
}

pub(super) fn all() -> Vec<Folder> {
    [ids(), accounts(), urls(), addresses(), cookies()].concat()
}

fn with_id(name: &str, about: &str, id: &str) -> Draft {
    Draft::new(name, about).argument(RSA_SHA256.canned(URL, LATER).with(KEY_PAIR_ID, id).on(URL))
}

fn ids() -> Vec<Folder> {
    let unknown = || refused("InvalidKey", "Unknown Key");
    let undefined = RSA_SHA1.canned(URL, 20_000_000);
    let plain = plain_base64(undefined.value(SIGNATURE));
    let undefined = undefined.with(KEY_PAIR_ID, "undefined").with(SIGNATURE, plain);
    let groups = || key_group(&["K1RSAEXAMPLE"], "2026-10-01T08:00:00.000000+00:00");
    vec![
        Draft::new("wrong-key-id", "a variable of the environment is not set; the signature is plain base64, and the expiry is in 1970")
            .argument(undefined.on(URL))
            .says(&["`undefined`", "--key-id KEY_ID"])
            .never(&["undefined"])
            .expect("unknown", &[("wrong-key-id", "proved"), ("wrong-base64-alphabet", "proved"), ("expired", "proved")], &[]),
        with_id("undefined-with-the-right-key", "no id, but the public key is at hand: its id is the answer", "null")
            .key(TestKey::Rsa)
            .response(unknown())
            .says(&["that is the id", "--key-id K1RSAEXAMPLE"])
            .expect("signature-check", &[("wrong-key-id", "proved")], &[]),
        with_id("access-key-as-key-id", "an access key in the place of the public key's id", "AKIAIOSFODNN7EXAMPLE")
            .response(unknown())
            .distribution(&distribution())
            .key_group(&groups())
            .says(&["access key", "--key-id K1RSAEXAMPLE"])
            .never(&["AKIAIOSFODNN7EXAMPLE"])
            .expect("signature-check", &[("wrong-key-id", "proved")], &[]),
        with_id("key-group-as-key-id", "the id of the key group in the place of the public key's", GROUP)
            .response(unknown())
            .says(&["key group"])
            .expect("signature-check", &[("wrong-key-id", "proved")], &[]),
        with_id("distribution-as-key-id", "the id of the distribution in the place of the public key's", "EDFDVBD6EXAMPLE")
            .says(&["distribution"])
            .expect("unknown", &[("wrong-key-id", "proved")], &[]),
        with_id("name-as-key-id", "the name of the public key in the place of its id", "media-signing-key")
            .response(unknown())
            .says(&["media-signing-key"])
            .never(&["media-signing-key"])
            .expect("signature-check", &[("wrong-key-id", "likely"), ("key-not-in-group", "likely")], &["get-distribution"]),
        Draft::new("empty-key-id", "the id is empty")
            .argument(RSA_SHA256.canned(URL, LATER).with(KEY_PAIR_ID, "").on(URL))
            .response(missing_key())
            .says(&["is empty"])
            .expect("signature-check", &[("wrong-key-id", "proved"), ("url-changed-after-signing", "likely")], &[]),
    ]
}

fn trusting_accounts(active: &Value) -> Value {
    let mut document = distribution_with(|config| {
        let behavior = &mut config["DefaultCacheBehavior"];
        behavior["TrustedSigners"] = json!({ "Enabled": true, "Quantity": 1, "Items": ["self"] });
        behavior["TrustedKeyGroups"] = json!({ "Enabled": false, "Quantity": 0 });
    });
    document["Distribution"]["ActiveTrustedKeyGroups"] = json!({ "Enabled": false, "Quantity": 0 });
    document["Distribution"]["ActiveTrustedSigners"] = active.clone();
    document
}

fn accounts() -> Vec<Folder> {
    let unknown = || refused("InvalidKey", "Unknown Key");
    let account = |name: &str, about: &str| {
        let pass = RSA_SHA1.canned(URL, LATER).with(KEY_PAIR_ID, "APKAEXAMPLE5ZZE3J2XT");
        Draft::new(name, about).argument(pass.on(URL)).response(unknown())
    };
    let other = json!({
        "Enabled": true, "Quantity": 1,
        "Items": [{ "AwsAccountNumber": "self", "KeyPairIds": { "Quantity": 1, "Items": ["APKAEXAMPLEOTHER1234"] } }]
    });
    vec![
        account(
            "trusted-signer-account",
            "a key pair of an account that the distribution does not trust",
        )
        .distribution(&trusting_accounts(&json!({ "Enabled": false, "Quantity": 0 })))
        .says(&["`self`", "ActiveTrustedSigners", "create-key-group"])
        .never(&["APKAEXAMPLE5ZZE3J2XT", "update-key-group"])
        .expect("signature-check", &[("trusted-signer-account", "proved")], &[]),
        account("inactive-account-key", "another key pair of the account is active")
            .distribution(&trusting_accounts(&other))
            .expect("signature-check", &[("trusted-signer-account", "proved")], &[]),
        account(
            "account-key-on-a-key-group",
            "the distribution moved to key groups, the signer did not",
        )
        .distribution(&distribution())
        .says(&["key groups only"])
        .never(&["to TrustedSigners", "APKAEXAMPLE5ZZE3J2XT"])
        .expect("signature-check", &[("trusted-signer-account", "proved")], &[]),
        account("account-key-without-configuration", "nobody has the configuration").expect(
            "signature-check",
            &[("trusted-signer-account", "likely")],
            &["get-distribution"],
        ),
        Draft::new(
            "public-key-where-accounts-are-trusted",
            "the signer moved to key groups, the distribution did not",
        )
        .argument(RSA_SHA256.canned(URL, LATER).on(URL))
        .response(unknown())
        .distribution(&trusting_accounts(&other))
        .says(&["TrustedSigners"])
        .expect("signature-check", &[("key-not-in-group", "proved")], &[]),
    ]
}

fn urls() -> Vec<Folder> {
    let segment = "https://media.example.com/hls/720p/seg1.ts";
    let playlist = "https://media.example.com/hls/master.m3u8";
    let of_playlist = RSA_SHA1.canned(playlist, LATER);
    let behind = "https://media.example.com/cdn/film/ep1.mp4";
    vec![
        Draft::new(
            "signature-of-another-url",
            "a player puts the playlist's query behind a segment",
        )
        .argument(of_playlist.on(segment))
        .key(TestKey::Rsa)
        .says(&["/hls/master.m3u8", "'https://media.example.com/hls/*'", "sign cookies"])
        .never(&["openssl"])
        .expect("unknown", &[("signature-of-another-url", "proved")], &[]),
        Draft::new(
            "playlist-given-without-a-key",
            "the playlist's URL is at hand, the public key is not",
        )
        .argument(of_playlist.on(segment))
        .option("--signed-url", &of_playlist.on(playlist))
        .response(access_denied())
        .says(&["same signature", "'https://media.example.com/hls/*'"])
        .expect(
            "signature-check",
            &[
                ("signature-of-another-url", "proved"),
                ("url-re-encoded", "possible"),
                ("url-changed-after-signing", "possible"),
                ("resource-mismatch", "possible"),
            ],
            &[],
        ),
        Draft::new(
            "playlist-with-an-unusual-name",
            "the playlist has a name that nobody guesses; it was given",
        )
        .argument(RSA_SHA256.canned("https://media.example.com/hls/ab12.m3u8", LATER).on(segment))
        .option("--signed-url", "https://media.example.com/hls/ab12.m3u8")
        .key(TestKey::Rsa)
        .says(&["/hls/ab12.m3u8"])
        .expect("unknown", &[("signature-of-another-url", "proved")], &[]),
        Draft::new(
            "segment-of-an-unknown-playlist",
            "a canned signature on a segment that nothing near it explains",
        )
        .argument(RSA_SHA256.canned("https://media.example.com/hls/ab12.m3u8", LATER).on(segment))
        .key(TestKey::Rsa)
        .response(access_denied())
        .says(&["playlist"])
        .expect(
            "signature-check",
            &[
                ("signature-of-another-url", "likely"),
                ("signed-by-another-key", "possible"),
                ("resource-mismatch", "possible"),
            ],
            &["--signed-url"],
        ),
        Draft::new("segment-without-a-key", "a canned signature on a segment, and no public key")
            .argument(of_playlist.on(segment))
            .response(access_denied())
            .expect(
                "signature-check",
                &[
                    ("signature-of-another-url", "likely"),
                    ("url-re-encoded", "possible"),
                    ("url-changed-after-signing", "possible"),
                    ("resource-mismatch", "possible"),
                ],
                &["get-public-key", "--signed-url"],
            ),
        Draft::new(
            "path-changed-by-a-proxy",
            "a proxy puts /cdn before the path after it was signed",
        )
        .argument(RSA_SHA256.canned(URL, LATER).on(behind))
        .key(TestKey::Rsa)
        .response(access_denied())
        .says(&["another beginning"])
        .expect("signature-check", &[("signature-of-another-url", "proved")], &[]),
        Draft::new(
            "dash-manifest-on-a-chunk",
            "a DASH player puts the manifest's query behind a chunk",
        )
        .argument(
            RSA_SHA256
                .canned("https://media.example.com/film/manifest.mpd", LATER)
                .on("https://media.example.com/film/video/1/chunk-stream0-00001.m4s"),
        )
        .key(TestKey::Rsa)
        .response(access_denied())
        .says(&["/film/manifest.mpd"])
        .expect("signature-check", &[("signature-of-another-url", "proved")], &[]),
        Draft::new(
            "url-without-its-pass",
            "the URL was given without its secrets, CloudFront saw them",
        )
        .argument(URL)
        .response(access_denied())
        .expect("signature-check", &[("none", "none")], &["signing parameters"]),
    ]
}

fn addresses() -> Vec<Folder> {
    let addressed = |name: &str, about: &str, network: &str| {
        let text = policy(&format!(r#","IpAddress":{{"AWS:SourceIp":"{network}"}}"#));
        Draft::new(name, about)
            .argument(RSA_SHA256.custom(text).on(URL))
            .key(TestKey::Rsa)
            .response(access_denied())
    };
    vec![
        addressed(
            "address-never-matches",
            "the signer saw its load balancer's address",
            "10.0.3.17/32",
        )
        .option("--ip", "203.0.113.9")
        .says(&["private", "CloudFront-Viewer-Address"])
        .expect(
            "signature-check",
            &[("address-never-matches", "proved"), ("address-mismatch", "proved")],
            &[],
        ),
        addressed(
            "address-behind-carrier-nat",
            "a phone's own address, which its carrier translates",
            "100.72.3.4/32",
        )
        .says(&["carrier-grade NAT"])
        .expect(
            "signature-check",
            &[("address-never-matches", "proved"), ("ipv6-viewer", "possible")],
            &[],
        ),
        addressed(
            "address-inside-a-network",
            "somebody gives the address of his own machine at home",
            "203.0.113.0/24",
        )
        .option("--ip", "192.168.1.5")
        .expect(
            "signature-check",
            &[("address-mismatch", "possible")],
            &["get-distribution"],
        ),
    ]
}

fn cookies() -> Vec<Folder> {
    let good = RSA_SHA1.custom(policy(""));
    let changed = |change: fn(&str) -> String| {
        let signature = change(good.value(SIGNATURE));
        good.clone().with(SIGNATURE, signature).cookie()
    };
    let cookie = |name: &str, about: &str, cookie: &str| {
        Draft::new(name, about).argument(URL).option("--cookie", cookie).key(TestKey::Rsa)
    };
    let encoded = changed(|signature| signature.replace('~', "%7E"));
    vec![
        cookie("set-cookie-encodes-again", "PHP's setcookie() writes %7E for ~", &encoded)
            .says(&["setrawcookie", "encode: String", "raw: true", "EncryptCookies", "set_signed_cookie", "add_header", "sign cookies"])
            .never(&["sign url", "openssl"])
            .expect("unknown", &[("wrong-base64-alphabet", "proved")], &[]),
        cookie("cookie-in-quotes", "a framework puts quotes around the value", &changed(|signature| format!("\"{}\"", plain_base64(signature))))
            .response(refused("MalformedSignature", "Could not unencode Signature"))
            .says(&["double quotes", "set_signed_cookie"])
            .never(&["sign url"])
            .expect("signature-check", &[("wrong-base64-alphabet", "proved")], &[]),
        Draft::new("expired-cookie", "a tab that was open over night")
            .argument(URL)
            .option("--cookie", &RSA_SHA256.custom(policy("").replace(&LATER.to_string(), &(NOW - 60).to_string())).cookie())
            .key(TestKey::Rsa)
            .response(access_denied())
            .says(&["sign cookies 'https://media.example.com/*'"])
            .never(&["sign url"])
            .expect("signature-check", &[("expired", "proved")], &[]),
        Draft::new("cookies-sent-as-headers", "a mobile player sends the values as headers of their own")
            .argument("https://media.example.com/film/ep1.m3u8")
            .response(curl(
                "GET /film/ep1.m3u8",
                &[
                    ("CloudFront-Policy", "eyJTdGF0ZW1lbnQi"),
                    ("CloudFront-Signature", "abcdef"),
                    ("CloudFront-Key-Pair-Id", "K1RSAEXAMPLE"),
                    ("useCookies", "true"),
                    ("Origin", "http://localhost:5000"),
                ],
                "CloudFront",
                "text/xml",
                &[],
                r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"#,
            ))
            .says(&["`CloudFront-Policy`", "one Cookie header"])
            .expect("signature-check", &[("cookies-not-sent", "proved")], &[]),
    ]
}
