//! Events as API Gateway and function URLs send them, and the responses that they take.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use signer::{Request, event_response};

use crate::site::{GRANTS, Site};

const JWT: &str = include_str!("../events/http-api-jwt.json");
const LAMBDA: &str = include_str!("../events/http-api-lambda.json");
const URL: &str = include_str!("../events/function-url.json");
const URL_IAM: &str = include_str!("../events/function-url-iam.json");

fn site() -> Site {
    Site::granting(
        &GRANTS.replace("\"groups\" = \"subscribers\"", "\"cognito:groups\" = \"subscribers\""),
    )
}

fn asked(event: &str, change: impl FnOnce(&mut Value)) -> Request {
    let mut event: Value = serde_json::from_str(event).unwrap();
    change(&mut event);
    let event = serde_json::from_value::<ApiGatewayV2httpRequest>(event).unwrap();
    Request::from_event(event, Some(&AUTHORIZATION))
}

#[tokio::test]
async fn a_jwt_authorizer_s_lists_are_lists() {
    let answer = site().ask(&asked(JWT, |_| {})).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    assert!(answer.unread.is_empty(), "{:?}", answer.unread);
    let own = "https://media.example.com/u/5f1d7a52-70c1-4d11-9f4e-0d6f8f1f2a11/*";
    assert_eq!(answer.json()["resources"][1], own);

    let event = serde_json::to_value(event_response(answer.response)).unwrap();
    assert_eq!(event["statusCode"], 200);
    assert_eq!(event["isBase64Encoded"], false);
    assert!(event["headers"].get("set-cookie").is_none());
    assert_eq!(event["headers"]["cache-control"], "no-store");
    assert_eq!(event["cookies"].as_array().unwrap().len(), 7);
    assert!(serde_json::from_str::<Value>(event["body"].as_str().unwrap()).is_ok());

    // A subject is one text, never a list.
    let event = asked(JWT, |event| claim(event, "sub", "[alice]"));
    site().ask(&event).await.assert_refused(403, "no-grant");
    let event = asked(JWT, |event| claim(event, "exp", "1767225600"));
    site().ask(&event).await.assert_refused(401, "identity-expired");
}

fn claim(event: &mut Value, name: &str, value: &str) {
    event["requestContext"]["authorizer"]["jwt"]["claims"][name] = json!(value);
}

#[tokio::test]
async fn a_lambda_authorizer_s_context_is_json() {
    let site = Site::new();
    assert_eq!(site.ask(&asked(LAMBDA, |_| {})).await.status(), 200);
    for groups in
        [json!("[subscribers]"), json!(["[subscribers]"]), json!({"0": "subscribers"}), Value::Null]
    {
        let event = asked(LAMBDA, |event| {
            event["requestContext"]["authorizer"]["lambda"]["groups"] = groups;
        });
        site.ask(&event).await.assert_refused(403, "no-grant");
    }
    for context in [json!({}), Value::Null] {
        let event = asked(LAMBDA, |event| {
            event["requestContext"]["authorizer"]["lambda"] = context;
        });
        site.ask(&event).await.assert_refused(401, "identity-missing");
    }
}

#[tokio::test]
async fn a_function_url_vouches_for_nobody() {
    site().ask(&asked(URL, |_| {})).await.assert_refused(401, "identity-missing");
    let event = asked(URL, |event| event["requestContext"]["authorizer"] = json!({"iam": null}));
    site().ask(&event).await.assert_refused(401, "identity-missing");
}

#[tokio::test]
async fn an_iam_principal_gets_what_it_is_listed_for() {
    let answer = site().ask(&asked(URL_IAM, |_| {})).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    let session = asked(URL_IAM, |event| {
        event["rawPath"] = json!("/edgepass/session");
        event["body"] = json!("{}");
    });
    site().ask(&session).await.assert_refused(403, "viewer-required");
    let cloudfront = asked(URL_IAM, |event| {
        let iam = &mut event["requestContext"]["authorizer"]["iam"];
        iam["userArn"] = json!(
            "arn:aws:sts::999999999999:assumed-role/OriginAccessControlRole/EdgeCredentialsProxy"
        );
    });
    site().ask(&cloudfront).await.assert_refused(401, "identity-missing");
}

#[tokio::test]
async fn stages_and_encoded_bodies() {
    let staged = asked(JWT, |event| {
        event["requestContext"]["stage"] = json!("prod");
        event["rawPath"] = json!("/prod/edgepass/session");
    });
    assert_eq!(site().ask(&staged).await.status(), 200);
    let twice = asked(JWT, |event| event["rawPath"] = json!("/prod/edgepass/session"));
    site().ask(&twice).await.assert_refused(404, "not-found");
    for (body, status) in [("e30=", 200), ("%%%", 400), ("", 200)] {
        let event = asked(JWT, |event| {
            event["body"] = json!(body);
            event["isBase64Encoded"] = json!(true);
        });
        assert_eq!(site().ask(&event).await.status(), status, "{body}");
    }
}
