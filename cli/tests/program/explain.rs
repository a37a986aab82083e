//! `explain`: usage, and files of the wrong kind. That it explains rightly is shown by the scenarios.

use std::fs;

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
    let huge = written("huge", "");
    fs::OpenOptions::new().write(true).open(&huge).unwrap().set_len((64 << 20) + 1).unwrap();
    edgepass(&["explain", URL, "--response", &huge]).is_usage_error(&["more than 64 MB"]);
    for (test, text, words) in [
        ("prose", "it does not work", "is not recognised as an HTTP response"),
        ("command", "curl -sv https://media.example.com/a", "holds a command and not its output"),
        ("request", "> GET / HTTP/1.1\n> Host: a\n", "holds a request that got no answer"),
        ("group", group, "holds a key group; give it with `--key-group`"),
        ("log", "#Version: 1.0\n#Fields: date time sc-status\n", "give it with `--log`"),
    ] {
        let file = written(test, text);
        edgepass(&["explain", URL, "--response", &file]).is_usage_error(&[words]);
    }
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
