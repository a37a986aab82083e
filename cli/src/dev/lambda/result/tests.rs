#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

use core::net::Ipv4Addr;

use axum::body::to_bytes;
use serde_json::json;

use super::*;
use crate::dev::lambda::event::Event;

fn viewers() -> Request {
    Request::builder()
        .uri("/private/x?a=1")
        .header("host", "127.0.0.1:8787")
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .header("connection", "keep-alive")
        .header("x-forwarded-proto", "https")
        .header("via", "1.1 a")
        .body(Body::empty())
        .unwrap()
}

fn shown() -> EdgeRequest {
    EdgeRequest::shown(&viewers(), Ipv4Addr::LOCALHOST.into())
}

/// What the function gets as the event's request, and returns unchanged.
fn unchanged() -> Value {
    serde_json::to_value(shown()).unwrap()
}

fn carried_out(result: Value) -> Result<Decision, InvalidResult> {
    carry_out(result, viewers(), &shown())
}

fn forwarded(result: Value) -> Request {
    match carried_out(result) {
        Ok(Decision::Forward(request)) => request,
        Ok(Decision::Respond(_)) => panic!("a response"),
        Err(InvalidResult(why)) => panic!("{why}"),
    }
}

fn responded(result: Value) -> Response {
    match carried_out(result) {
        Ok(Decision::Respond(response)) => response,
        Ok(Decision::Forward(_)) => panic!("a request"),
        Err(InvalidResult(why)) => panic!("{why}"),
    }
}

/// The request of the event with some members changed.
fn changed(members: &Value) -> Value {
    let mut request = unchanged();
    for (name, value) in members.as_object().unwrap() {
        request.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    request
}

/// The request of the event with one header changed.
fn with_header(name: &str, lines: Value) -> Value {
    let mut request = unchanged();
    request
        .pointer_mut("/headers")
        .unwrap()
        .as_object_mut()
        .unwrap()
        .insert(name.to_owned(), lines);
    request
}

#[test]
fn the_event_has_the_shape_that_aws_documents() {
    let shown = shown();
    let event = serde_json::to_value(Event::viewer_request(&shown, "id-1")).unwrap();
    let expected = json!({ "Records": [{ "cf": {
        "config": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "id-1",
        },
        "request": {
            "clientIp": "127.0.0.1",
            "headers": {
                "host": [{ "key": "host", "value": "127.0.0.1:8787" }],
                "cookie": [{ "key": "cookie", "value": "a=1" }, { "key": "cookie", "value": "b=2" }],
                "via": [{ "key": "via", "value": "1.1 a" }],
            },
            "method": "GET",
            "querystring": "a=1",
            "uri": "/private/x",
        },
    } }] });
    assert_eq!(event, expected);
}

#[test]
fn a_request_goes_on_as_the_function_left_it() {
    let request = forwarded(unchanged());
    assert_eq!(request.uri(), "/private/x?a=1");
    assert_eq!(request.headers(), viewers().headers());

    let mut result = changed(&json!({ "uri": "/other", "querystring": "" }));
    let headers = result.pointer_mut("/headers").unwrap().as_object_mut().unwrap();
    headers.remove("cookie");
    headers.insert(
        "x-added".to_owned(),
        json!([{ "value": "1" }, { "key": "X-Added", "value": "2" }]),
    );
    let request = forwarded(result);
    assert_eq!(request.uri(), "/other");
    let values = |name| {
        let lines = request.headers().get_all(name).into_iter();
        lines.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join("|")
    };
    assert_eq!((values("x-added").as_str(), values("cookie").as_str()), ("1|2", ""));
    // It was not shown these, so it cannot have removed them.
    assert_eq!(values("connection"), "keep-alive");
    assert_eq!(values("x-forwarded-proto"), "https");
}

#[tokio::test]
async fn a_response_is_sent_as_the_function_made_it() {
    let response = responded(json!({
        "status": "302",
        "statusDescription": "Found",
        "headers": { "set-cookie": [{ "value": "a=1" }, { "value": "b=2" }] },
        "body": "aGk=",
        "bodyEncoding": "base64",
    }));
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "hi");
    assert_eq!(responded(json!({ "status": "204" })).status(), 204);
}

#[test]
fn what_cloudfront_takes_for_invalid_is_invalid() {
    let response = |members: Value| {
        let mut response = json!({ "status": "200" });
        response.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        response
    };
    let header = |name: &str, lines: Value| response(json!({ "headers": { name: lines } }));
    let line = || json!([{ "value": "x" }]);
    for result in [
        json!(null),
        json!("403"),
        json!([]),
        json!({}),
        response(json!({ "status": 403 })),
        response(json!({ "status": "+403" })),
        response(json!({ "status": "199" })),
        response(json!({ "status": "600" })),
        response(json!({ "status": "204", "body": "" })),
        response(json!({ "body": 1 })),
        response(json!({ "body": "!", "bodyEncoding": "base64" })),
        response(json!({ "bodyEncoding": "gzip" })),
        response(json!({ "body": "a".repeat(40 * 1024 + 1) })),
        response(json!({ "headers": [] })),
        header("content-length", line()),
        header("via", line()),
        header("x-cache", line()),
        header("x-edge-a", line()),
        header("Location", line()),
        header("a b", line()),
        header("location", json!("x")),
        header("location", json!([{ "key": "locatio", "value": "x" }])),
        header("location", json!([{ "value": "a\r\nset-cookie: b" }])),
        changed(&json!({ "method": "POST" })),
        changed(&json!({ "clientIp": "192.0.2.1" })),
        changed(&json!({ "uri": "x" })),
        changed(&json!({ "uri": "" })),
        changed(&json!({ "uri": "/a b" })),
        changed(&json!({ "uri": "/a?b" })),
        changed(&json!({ "uri": "/a#b" })),
        changed(&json!({ "uri": "/".repeat(8192) })),
        changed(&json!({ "querystring": "a b" })),
        changed(&json!({ "querystring": "a#b" })),
        changed(&json!({ "querystring": "a\r\nb" })),
        changed(&json!({ "querystring": null })),
        changed(&json!({ "headers": {} })),
        with_header("host", json!([{ "value": "evil.example" }])),
        with_header("via", json!([])),
        with_header("transfer-encoding", line()),
        with_header("connection", line()),
        with_header("proxy-authorization", line()),
        with_header("x-amz-cf-id", line()),
    ] {
        assert!(carried_out(result.clone()).is_err(), "{result}");
    }
}
