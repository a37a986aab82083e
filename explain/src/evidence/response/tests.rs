//! The forms, as programs and browsers were seen to show them: the files in `shown`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use super::*;

macro_rules! shown {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("shown/", $name)))),*]
    };
}

/// One 403 in all forms, with what each of them shows of it.
#[test]
fn the_same_answer_is_read_in_every_form() {
    for (name, text) in shown![
        "curl-v.txt",
        "curl-sSvo.txt",
        "curl-i.txt",
        "curl-head.txt",
        "wget-S.txt",
        "wget-S-content.txt",
        "wget-d.txt",
        "wget2-S.txt",
        "http-v.txt",
        "chrome-two-lines.txt",
        "chrome-one-line.txt",
        "chrome-panel.txt",
        "chrome-with-titles.txt",
        "safari.txt",
        "firefox-raw.txt",
        "firefox-copy-all.json",
        "chrome-xml.txt",
        "safari-xml.txt",
        "har.json",
    ] {
        for text in [text.to_owned(), text.replace("\r\n", "\n").replace('\n', "\r\n")] {
            let response = Response::read(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
            let has_headers = !name.ends_with("xml.txt");
            let has_body = ![
                "sSvo", "head", "chrome-t", "chrome-o", "chrome-p", "chrome-w", "safari.",
                "firefox",
            ]
            .iter()
            .any(|part| name.contains(part))
                && name != "wget-S.txt"
                && name != "wget2-S.txt";
            let has_status =
                has_headers && !name.contains("two-lines") && !name.contains("copy-all");
            assert_eq!(response.status, has_status.then_some(403), "{name}");
            if has_headers {
                assert_eq!(response.header("SERVER"), Some("CloudFront"), "{name}");
                assert_eq!(response.header("x-cache"), Some("Error from cloudfront"), "{name}");
                assert_eq!(response.header("content-type"), Some("text/xml"), "{name}");
                assert_eq!(response.header("content-length"), Some("146"), "{name}");
                assert_eq!(response.header("accept"), None, "{name}: of the request");
                let has_date = name != "chrome-one-line.txt";
                assert_eq!(response.date().is_some(), has_date, "{name}");
            }
            assert_eq!(response.element("Code"), has_body.then_some("MissingKey"), "{name}");
        }
    }
}

/// The host that answered is kept: it may be another one than that of the URL.
#[test]
fn requests_and_redirects_are_kept() {
    for (name, text) in shown![
        "curl-v.txt",
        "curl-sSvo.txt",
        "wget-S.txt",
        "wget-d.txt",
        "http-v.txt",
        "chrome-one-line.txt",
        "chrome-panel.txt",
        "chrome-with-titles.txt",
        "safari.txt",
        "har.json",
    ] {
        let response = Response::read(text).unwrap();
        let sent = response.request.as_ref().unwrap_or_else(|| panic!("{name}"));
        assert_eq!(
            (sent.method.as_str(), sent.target.as_str(), sent.header("host")),
            ("GET", "/v/1.ts", Some("media.example.com")),
            "{name}"
        );
        let redirected = ["curl-v.txt", "wget-S.txt", "http-v.txt", "har.json"].contains(&name);
        let redirects: &[&str] =
            if redirected { &["https://media.example.com/v/1.ts"] } else { &[] };
        assert_eq!(response.redirects, redirects, "{name}");
    }
    let of = |text| Response::read(text).unwrap().server.map(|server| server.to_string());
    let v4 = Some("203.0.113.10".to_owned());
    assert_eq!(of(include_str!("shown/curl-v.txt")), v4);
    assert_eq!(of(include_str!("shown/wget-S.txt")), v4);
    assert_eq!(of(include_str!("shown/safari.txt")), v4);
    assert_eq!(
        of(include_str!("shown/chrome-with-titles.txt")).as_deref(),
        Some("2600:9000:2000::1")
    );
    assert_eq!(of(include_str!("shown/har.json")).as_deref(), Some("2600:9000:2000::1"));
    let with_titles = Response::read(include_str!("shown/chrome-with-titles.txt")).unwrap();
    assert_eq!(with_titles.request.unwrap().cookies(), ["CloudFront-Key-Pair-Id=K1"]);
    let chain = "HTTP/1.1 302 Found\nLocation: https://b.example.com/x\n\nHTTP/1.1 302 Found\nLocation: /y\n\nHTTP/1.1 301 Moved\nLocation: //c.example.com/z\n\nHTTP/2 403\nserver: nginx\n\n";
    assert_eq!(
        Response::read(chain).unwrap().redirects,
        ["https://b.example.com/x", "https://b.example.com/y", "https://c.example.com/z"]
    );
}

#[test]
fn pages_are_read_as_browsers_render_them() {
    let page = Response::read(include_str!("shown/page.txt")).unwrap();
    assert_eq!(page.status, Some(403));
    assert!(page.body.contains("Request blocked."));
    let website = Response::read(include_str!("shown/website-page.txt")).unwrap();
    assert_eq!(website.list_item("Code"), Some("AccessDenied"));
    for (text, code) in [
        ("Access denied here:\n<Error><Code>AccessDenied</Code></Error> why?", "AccessDenied"),
        ("▼<Error>\n  <Code>InvalidKey</Code>\n</Error>", "InvalidKey"),
        ("&lt;Error&gt;&lt;Code&gt;MalformedPolicy&lt;/Code&gt;&lt;/Error&gt;", "MalformedPolicy"),
        ("InvalidKey\nUnknown Key", "InvalidKey"),
        ("AccessDeniedAccess denied", "AccessDenied"),
    ] {
        let response = Response::read(text).unwrap();
        assert_eq!((response.element("Code"), response.status), (Some(code), None), "{text}");
        assert_eq!(response.element("RequestId"), None, "{text}");
    }
    let s3 = Response::read("AccessDeniedAccess Denied0A1B2C3D4E5F6G7HabcExampleHostId=").unwrap();
    assert_eq!(s3.element("RequestId"), Some(""), "so it is S3's");
}

#[test]
fn a_har_of_many_requests_gives_the_one_that_was_asked_for() {
    let har = |entries: &[(&str, u16)]| {
        let entries: Vec<String> = entries
            .iter()
            .map(|(path, status)| {
                format!(r#"{{"request":{{"url":"https://media.example.com/{path}"}},"response":{{"status":{status}}}}}"#)
            })
            .collect();
        format!(r#"{{"log":{{"entries":[{}]}}}}"#, entries.join(","))
    };
    let target = |entries: &[(&str, u16)], url: Option<&str>| {
        let response = Response::read_for(&har(entries), url).unwrap();
        (response.request.unwrap().target, response.status.unwrap())
    };
    let many = [("a", 200), ("b", 404), ("c?Expires=1", 403), ("d", 403), ("a", 304)];
    assert_eq!(target(&many, None), ("/c?Expires=1".to_owned(), 403));
    let url = |path: &str| format!("https://media.example.com/{path}");
    assert_eq!(target(&many, Some(&url("d"))), ("/d".to_owned(), 403));
    assert_eq!(target(&many, Some(&url("c?Expires=2"))), ("/c?Expires=1".to_owned(), 403));
    assert_eq!(target(&many, Some(&url("b"))), ("/b".to_owned(), 404));
    assert_eq!(target(&many, Some(&url("a"))), ("/a".to_owned(), 304), "it was let in");
    assert_eq!(target(&many, Some(&url("e"))), ("/c?Expires=1".to_owned(), 403));
    assert_eq!(target(&many[..2], None), ("/b".to_owned(), 404));
    assert_eq!(target(&many[..1], None), ("/a".to_owned(), 200));
    let refused = |text: &str| Response::read(text).unwrap_err();
    assert_eq!(refused(&har(&[("a", 0)])), NotEvidence::NotAnswered);
    assert_eq!(refused(&har(&[])), NotEvidence::NotAnswered);
    let damaged = har(&[("a", 200)]).replace("200", "\"secret\"");
    assert!(!refused(&damaged).to_string().contains("secret"));
}

#[test]
fn what_shows_no_answer_is_refused() {
    let empty = NotEvidence::Empty { command: "curl -sv URL" };
    for (text, expected) in [
        ("", empty.clone()),
        (" \n", empty),
        ("it does not work", NotEvidence::NotAResponse),
        ("Forbidden", NotEvidence::NotAResponse),
        ("Error: status: 403, why: unknown", NotEvidence::NotAResponse),
        ("content-length:\ncontent-type:\n", NotEvidence::NotAResponse),
        ("{ status: 403, headers: {} }", NotEvidence::NotAResponse),
        ("accept: */*\nhost: media.example.com\ncookie: a=1\n", NotEvidence::NotAResponse),
        (
            "GET /film.mp4 HTTP/1.1\nHost: media.example.com\nCookie: a=1\n",
            NotEvidence::NotAnswered,
        ),
        (
            "*   Trying 203.0.113.10:443...\n> GET / HTTP/1.1\n> Host: a\n* Closing\ncurl: (28) Timeout",
            NotEvidence::NotAnswered,
        ),
        (
            "> CONNECT media.example.com:443 HTTP/1.1\n> Host: media.example.com:443\n>\n< HTTP/1.1 403 Forbidden\n< \n* CONNECT tunnel failed, response 403\n",
            NotEvidence::OfAProxy,
        ),
        (
            "An error occurred (AccessDenied) when calling the GetObject operation: no",
            NotEvidence::CliFailed { code: "AccessDenied".to_owned() },
        ),
        ("https://media.example.com/a?Signature=x", NotEvidence::Url),
        ("curl 'https://media.example.com/a' -H 'accept: */*'", NotEvidence::Command),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII", NotEvidence::PrivateKey),
        (
            r#"{"KeyGroup":{"Id":"g"}}"#,
            NotEvidence::Other { found: "a key group", option: "--key-group" },
        ),
        (
            r#"{"CloudFront-Policy":"eyJ","CloudFront-Signature":"x"}"#,
            NotEvidence::Other { found: "cookies", option: "--cookie" },
        ),
        (
            "#Version: 1.0\n#Fields: date time sc-status\n",
            NotEvidence::Other { found: "a log", option: "--log" },
        ),
        (
            r#"{"date":"2026-11-30","time":"21:59:58","sc-status":"403"}"#,
            NotEvidence::Other { found: "a log", option: "--log" },
        ),
    ] {
        assert_eq!(Response::read(text).map(drop), Err(expected), "{text}");
    }
}

/// Interim answers and the tunnel of a proxy come before the answer itself.
#[test]
fn only_the_last_answer_counts() {
    for text in [
        "> CONNECT media.example.com:443 HTTP/1.1\n< HTTP/1.1 200 Connection established\n< \n> GET /a HTTP/2\n> Host: media.example.com\n< HTTP/2 403\n< server: CloudFront\n",
        "> GET /a HTTP/2\n> Host: media.example.com\n< HTTP/2 103 \n< link: </a>\n< HTTP/2 403 \n< server: CloudFront\n",
        "$ curl -i https://media.example.com/a\nHTTP/2 103\nlink: </a>\n\nHTTP/2 403\nserver: CloudFront\n\n",
    ] {
        let response = Response::read(text).unwrap();
        assert_eq!((response.status, response.header("server")), (Some(403), Some("CloudFront")));
        assert_eq!(response.header("link"), None);
        assert!(response.redirects.is_empty());
        if text.starts_with('>') {
            assert_eq!(response.request.unwrap().method, "GET", "{text}");
        }
    }
}
