//! The answer to Lambda@Edge against the rules of AWS: "Generate HTTP responses in request
//! triggers" and "Restrictions on edge functions".

use edge_validator::{Enforcement, Settings, ViewerRequest, answer_json};
use serde_json::{Value, json};

use crate::pass::{NOW, Pass, at, get, settings, validator};

const PLAYER: &str = "https://www.example.com";

fn answer(settings: Settings, viewer: &ViewerRequest<'_>) -> Value {
    let verdict = validator(settings).decide(viewer, at(NOW));
    serde_json::from_str(&answer_json(&verdict)).unwrap()
}

/// Everything that a response can have.
fn talkative() -> Settings {
    Settings {
        expose_reason: true,
        redirect_to: Some("https://www.example.com/login".to_owned()),
        cors_origins: vec![PLAYER.to_owned()],
        ..settings()
    }
}

/// Header names that a viewer-request function may not add.
fn is_forbidden(name: &str) -> bool {
    let disallowed =
        ["connection", "expect", "keep-alive", "trailer", "upgrade", "x-cache", "x-real-ip"];
    let prefixes = ["proxy-", "x-accel-", "x-amz-cf-", "x-amzn-", "x-edge-", "x-forwarded-proto"];
    let read_only = ["cdn-loop", "content-length", "host", "transfer-encoding", "via"];
    disallowed.contains(&name)
        || read_only.contains(&name)
        || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

fn assert_is_a_response(response: &Value) {
    let members = response.as_object().unwrap();
    for member in members.keys() {
        let known = ["status", "statusDescription", "headers", "body"];
        assert!(known.contains(&member.as_str()), "{member}");
    }
    let status = response["status"].as_str().expect("the status is a string");
    assert!((200..=599).contains(&status.parse::<u16>().unwrap()), "{status}");
    if status == "204" {
        assert_eq!(response.get("body"), None, "204 has no body");
    }
    for (name, lines) in response["headers"].as_object().unwrap() {
        assert_eq!(*name, name.to_ascii_lowercase());
        assert!(!is_forbidden(name), "{name}");
        let lines = lines.as_array().unwrap();
        assert!(!lines.is_empty(), "{name}");
        for line in lines {
            assert!(line["key"].as_str().unwrap().eq_ignore_ascii_case(name));
            let value = line["value"].as_str().unwrap();
            assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value}");
        }
    }
    assert!(response.to_string().len() <= 40 * 1024);
}

#[test]
fn responses_keep_to_the_rules() {
    let options = ViewerRequest {
        method: "OPTIONS",
        origin: Some(PLAYER),
        requested_method: Some("GET"),
        ..get()
    };
    for (settings, viewer, status) in [
        (settings(), get(), "403"),
        (talkative(), get(), "403"),
        (talkative(), ViewerRequest { origin: Some(PLAYER), ..get() }, "403"),
        (talkative(), ViewerRequest { fetch_mode: Some("navigate"), ..get() }, "302"),
        (talkative(), options, "204"),
        (talkative(), ViewerRequest { path: "/\r\nset-cookie: a=b", ..get() }, "403"),
    ] {
        let answer = answer(settings, &viewer);
        assert_eq!(answer["respond"]["status"], status);
        assert_is_a_response(&answer["respond"]);
        assert_eq!(answer.get("forward"), None);
        assert_eq!(answer.get("log").is_some(), status != "204");
    }
}

#[test]
fn the_whole_of_a_refusal() {
    let expected = json!({
        "respond": {
            "status": "403",
            "statusDescription": "Forbidden",
            "headers": {
                "cache-control": [{ "key": "cache-control", "value": "no-store" }],
                "content-type": [{ "key": "content-type", "value": "text/plain; charset=utf-8" }],
            },
            "body": "403 Forbidden\n",
        },
        "log": {
            "edgepass": "refused",
            "code": "credential-missing",
            "stage": "find",
            "keyId": null,
            "enforced": true,
        },
    });
    assert_eq!(answer(settings(), &get()), expected);
}

#[test]
fn what_is_forwarded() {
    let pass = Pass::new();
    let cookie = pass.cookie();
    let more = format!("{cookie}; a=\"1\"");
    for (cookie, rest) in [(&cookie, Value::Null), (&more, json!("a=\"1\""))] {
        for (referer, page) in [(None, Value::Null), (Some("/a?Policy=x"), json!("/a"))] {
            let cookies = [cookie.as_str()];
            let viewer = ViewerRequest { cookies: &cookies, query: "b=%22&c", referer, ..get() };
            let forward = json!({ "querystring": "b=%22&c", "cookie": rest, "referer": page });
            assert_eq!(answer(settings(), &viewer), json!({ "forward": forward }));
        }
    }
}

#[test]
fn what_only_logs_forwards_and_logs() {
    let settings = Settings { enforcement: Enforcement::Log, ..settings() };
    let answer = answer(settings, &ViewerRequest { query: "Expires=1&Key-Pair-Id=K1", ..get() });
    assert_eq!(answer["forward"]["querystring"], "");
    assert_eq!(answer.get("respond"), None);
    assert_eq!(answer["log"]["enforced"], false);
    assert_eq!(answer["log"]["code"], "credential-incomplete");
}
