//! `explain`: usage, files of the wrong kind, and logs. That it explains rightly is shown by the
//! scenarios.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::edgepass::{EXPIRES, Run, edgepass, folder, key};

const URL: &str = "https://media.example.com/film.mp4";

fn written(test: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder(&format!("explain-{test}")).join("file");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_expired_pass_is_explained_and_not_printed() {
    let private = key("rsa.private");
    let url =
        edgepass(&["sign", "url", URL, "--key", &private, "--key-id", "K1", "--expires", EXPIRES]);
    let url = url.result().trim().to_owned();
    let public = format!("K1={}", key("rsa.public"));
    let ended = edgepass(&["explain", &url, "--public-key", &public, "--now", "4000000060"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("proved  expired: the pass had expired"), "{ended:?}");
    assert!(ended.stdout.contains("it expired at 2096-10-02T07:06:40Z (1m 0s ago)"), "{ended:?}");
    let signature = url.split("Signature=").nth(1).unwrap();
    assert!(!ended.stdout.contains(signature.get(..20).unwrap()));
    assert!(ended.stdout.lines().count() < 40, "more than a screen");

    let good = edgepass(&["explain", &url, "--public-key", &public, "--now", "3999999999"]);
    assert_eq!(good.code, 1, "{good:?}");
    assert!(good.stdout.contains("Nothing that was given explains a 403"), "{good:?}");
}

#[test]
fn usage() {
    let nothing: [&str; 1] = ["explain"];
    edgepass(&nothing).is_usage_error(&["nothing to explain"]);
    edgepass(&["explain", "media.example.com/a"])
        .is_usage_error(&["does not begin with `https://`"]);
    edgepass(&["explain", URL, "--log", "x"]).is_usage_error(&["--log"]);
    edgepass(&["explain", "--live"]).is_usage_error(&["URL"]);
    edgepass(&["explain", URL, "--live", "--distribution", "x"])
        .is_usage_error(&["--distribution"]);
    #[cfg(not(feature = "aws"))]
    edgepass(&["explain", URL, "--live"]).is_usage_error(&["built without the AWS SDK"]);
    edgepass(&["explain", URL, "--response", "nowhere"])
        .is_usage_error(&["`nowhere` does not exist"]);
}

#[test]
fn files_of_the_wrong_kind_are_refused() {
    let group = r#"{"KeyGroup":{"Id":"g","KeyGroupConfig":{"Name":"n","Items":[]}}}"#;
    let failed = "An error occurred (AccessDenied) when calling the GetDistribution operation: no";
    for (test, text, words) in [
        ("other", group, "holds a key group; give it with `--key-group`"),
        ("failed", failed, "the error `AccessDenied` of the AWS CLI"),
        ("empty", " \n", "is empty"),
        ("text", "hello", "is not JSON (line 1, column 1)"),
        ("json", "[1]", "does not hold a distribution"),
        ("half", r#"{"DistributionConfig":{}}"#, "as AWS prints it: missing field"),
        ("binary", "\0\u{1}", "is not a text"),
    ] {
        let file = written(test, text);
        edgepass(&["explain", URL, "--distribution", &file]).is_usage_error(&[words]);
    }
    let private = format!("K1={}", key("rsa.private"));
    edgepass(&["explain", URL, "--public-key", &private]).is_usage_error(&["a private key"]);
    let huge = written("huge", vec![b' '; (4 << 20) + 1]);
    edgepass(&["explain", URL, "--response", &huge]).is_usage_error(&["more than 4 MB"]);
    let prose = written("prose", "it does not work");
    edgepass(&["explain", URL, "--response", &prose]).is_usage_error(&["is no HTTP response"]);
}

#[test]
fn answers_are_recognised() {
    let xml = |code: &str, message: &str| {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"#
        )
    };
    let s3 = xml("AccessDenied", "Access Denied")
        .replace("</Error>", "<RequestId>1</RequestId><HostId>2</HostId></Error>");
    for (body, source) in [
        (xml("MissingKey", "Missing Key-Pair-Id query parameter or cookie value"), "signature-check"),
        (xml("InvalidKey", "Unknown Key"), "signature-check"),
        (xml("MalformedSignature", "Could not unencode Signature"), "signature-check"),
        (xml("MalformedPolicy", "Malformed Policy"), "signature-check"),
        (xml("AccessDenied", "Access denied"), "signature-check"),
        (s3, "s3"),
        (xml("AllAccessDisabled", "All access to this object has been disabled"), "s3"),
        ("HTTP/1.1 403 Forbidden\nServer: AmazonS3\n\n".to_owned(), "s3"),
        ("HTTP/2 403\nserver: nginx\n\nForbidden".to_owned(), "origin"),
        ("HTTP/2 403\nserver: CloudFront\nx-cache: FunctionGeneratedResponse from cloudfront\n\n".to_owned(), "function"),
        ("<html>Request blocked.</html>".to_owned(), "waf"),
        ("<html>configured to block access from your country.</html>".to_owned(), "geo"),
        ("<html>our own page</html>".to_owned(), "unknown"),
    ] {
        let ended = Run::new(&["explain", "--json", "--response", "-"]).stdin(&body).end();
        assert_eq!(ended.json()["source"], source, "{body}");
    }
}

const FIELDS: &str = "#Version: 1.0\n#Fields: date time x-edge-location sc-status cs-uri-stem cs-uri-query x-edge-result-type x-edge-detailed-result-type sc-content-type sc-content-len\n";

/// An hour of a key, and an hour after it was removed.
fn rotation() -> String {
    let mut log = FIELDS.to_owned();
    for minute in 0..120 {
        let clock = format!("2026-11-22\t{:02}:{:02}:00", minute / 60, minute % 60);
        let query = "Expires=1895313600&Signature=x&Key-Pair-Id=K1OLD";
        let (status, result) = if minute < 60 { (200, "Hit") } else { (403, "Error") };
        log.push_str(&format!("{clock}\tFRA56-P4\t{status}\t/film/{}.ts\t{query}\t{result}\t{result}\ttext/xml\t106\n", minute % 3));
        if minute >= 50 {
            log.push_str(&format!("{clock}\tLHR62-C3\t200\t/film/1.ts\tExpires=1895313600&Signature=x&Key-Pair-Id=K2NEW\tHit\tHit\tvideo/mp2t\t9\n"));
        }
    }
    log
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_key_removed_too_early_is_called_so() {
    let plain = written("log", rotation());
    let packed = written("log-gz", gzip(&rotation()));
    let of_plain = edgepass(&["explain", "--json", "--log", &plain]);
    let of_packed = edgepass(&["explain", "--json", "--log", &packed]);
    assert_eq!((of_plain.code, &of_plain.stdout), (0, &of_packed.stdout));
    let summary = of_plain.json();
    assert_eq!(summary["requests"], 190);
    assert_eq!(summary["denied"], 60);
    assert_eq!(summary["causes"], json!([{ "name": "key-not-in-group", "denied": 60 }]));
    assert_eq!(summary["edge_locations"], json!([{ "name": "FRA56-P4", "denied": 60 }]));
    assert_eq!(
        summary["key_changes"],
        json!([{
            "key_id": "K1OLD", "last_accepted": "2026-11-22T00:59:00Z",
            "since": "2026-11-22T01:00:00Z", "until": "2026-11-22T01:59:00Z", "denied": 60,
            "replaced_by": "K2NEW",
        }])
    );
    let screen = edgepass(&["explain", "--log", &plain]).result();
    assert!(screen.contains("key-removed-before-drain  the key `K1OLD`"), "{screen}");
    let both = edgepass(&["explain", "--json", "--log", &plain, "--log", &packed]).json();
    assert_eq!(both["requests"], 380);
}

#[test]
fn logs_that_are_none_are_refused() {
    let refused = |name: &str, content: &[u8], code: i32, words: &str| {
        let ended = edgepass(&["explain", "--log", &written(name, content)]);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(words), "{ended:?}");
    };
    refused("no-log", b"hello\n", 2, "is no log of CloudFront's");
    refused("no-status", b"#Fields: date time\n", 2, "has no field `sc-status`");
    refused("few-fields", b"1795310185.1\t192.0.2.1\t403\n", 2, "name them with `--log-fields`");
    refused("one-line", &vec![b'a'; 3 << 20], 2, "a line of more than");
    let packed = gzip(&rotation());
    refused("cut-gz", &packed[..packed.len() / 2], 3, "fetch it again");
    assert!(!Path::new("nowhere.gz").exists());
    edgepass(&["explain", "--log", "nowhere.gz"]).is_usage_error(&["does not exist"]);
}

#[test]
fn a_realtime_log_of_some_fields() {
    let log = written(
        "realtime",
        "1795310185.123\t403\t/a\tFRA56-P4\n1795310186.001\t200\t/b\tFRA56-P4\n",
    );
    let fields = "timestamp,sc-status,cs-uri-stem,x-edge-location";
    let ended = edgepass(&["explain", "--json", "--log", &log, "--log-fields", fields]);
    let summary = ended.json();
    assert_eq!((&summary["requests"], &summary["denied"]), (&json!(2), &json!(1)));
    assert_eq!(summary["from"], "2026-11-22T01:16:25Z");
}
