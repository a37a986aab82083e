//! What an HTTP API's JWT authorizer says of groups, and what of it can be believed.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};
use signer::Request;
use signer::log::RequestLine;

use crate::site::{Answered, GRANTS, NOW, Site};

const EVENT: &str = include_str!("../events/http-api-jwt.json");

/// Groups of which one name is the end of another.
fn site() -> Site {
    Site::granting(
        &GRANTS
            .replace("\n[cookies]", "admin = { groups = \"admins\" }\n\n[cookies]")
            .replace("\"staff\", \"paying\"", "\"Former admins\", \"paying\""),
    )
}

/// What somebody asks whose token says this.
struct Asked {
    /// The payload of the token.
    payload: Value,
    /// As API Gateway writes it into the event.
    context: Map<String, Value>,
    /// The header in which the token comes.
    sent: Vec<(&'static str, String)>,
    /// The header that the configuration names.
    named: Option<HeaderName>,
}

impl Asked {
    fn new(claims: Value) -> Self {
        let mut payload = json!({
            "sub": "alice", "iss": "https://id.example.com/", "sid": "s-1",
            "auth_time": NOW - 3600, "iat": NOW - 60, "exp": NOW + 3600,
        });
        for (name, value) in claims.as_object().unwrap() {
            payload[name] = value.clone();
        }
        let context = written(&payload);
        let sent = vec![("authorization", format!("Bearer {}", token(&payload.to_string())))];
        Self { payload, context, sent, named: Some(AUTHORIZATION) }
    }

    fn groups(groups: Value) -> Self {
        Self::new(json!({ "groups": groups }))
    }

    /// With another token in the header than the one that was verified.
    fn with_token(mut self, payload: &str) -> Self {
        self.sent = vec![("authorization", format!("Bearer {}", token(payload)))];
        self
    }

    fn request(&self, method: &str, path: &str) -> Request {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["requestContext"]["authorizer"]["jwt"]["claims"] = Value::from(self.context.clone());
        event["requestContext"]["http"]["method"] = json!(method);
        event["rawPath"] = json!(path);
        let headers = event["headers"].as_object_mut().unwrap();
        headers.remove("authorization");
        for (name, value) in &self.sent {
            headers.insert((*name).to_owned(), json!(value));
        }
        let event = serde_json::from_value::<ApiGatewayV2httpRequest>(event).unwrap();
        Request::from_event(event, self.named.as_ref())
    }

    async fn session(&self) -> Answered {
        site().ask(&self.request("POST", "/edgepass/session")).await
    }

    async fn revocations(&self) -> Answered {
        site().ask(&self.request("GET", "/edgepass/revocations")).await
    }

    /// Is in no group at all, and the log says why in these words.
    async fn is_nobody(&self, why: &str) {
        self.revocations().await.assert_refused(403, "not-administrator");
        let answer = self.session().await;
        answer.assert_refused(403, "no-grant");
        let said = answer.unread.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert!(said.starts_with("`groups`: ") && said.contains(why), "{said}");
        for part in self.sent.iter().flat_map(|(_, value)| value.split(['.', ' ', ','])) {
            assert!(part.len() < 10 || !said.contains(part), "the token is in the log");
        }
    }
}

/// Claims as API Gateway writes them into the event.
fn written(payload: &Value) -> Map<String, Value> {
    fn text(value: &Value) -> String {
        match value {
            Value::Array(items) => {
                format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" "))
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
    let claims = payload.as_object().unwrap();
    claims.iter().map(|(name, value)| (name.clone(), json!(text(value)))).collect()
}

fn token(payload: &str) -> String {
    let [head, payload] =
        [r#"{"alg":"RS256","kid":"k"}"#, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{head}.{payload}.c2lnbmF0dXJl")
}

#[tokio::test]
async fn a_blank_in_a_group_s_name_makes_nobody_an_administrator() {
    let former = Asked::new(json!({"groups": ["Former admins"], "paying": true}));
    former.revocations().await.assert_refused(403, "not-administrator");
    // They are what the list says, and no more.
    let answer = former.session().await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    assert_eq!(answer.json()["resources"], json!(["https://media.example.com/staff/*"]));
    assert!(answer.unread.is_empty());

    // And nothing where the token that could tell is not known.
    for named in [None, Some(HeaderName::from_static("x-id-token"))] {
        let why = if named.is_none() { "EDGEPASS_TOKEN_HEADER" } else { "not have the token" };
        let untold = Asked { named, ..Asked::groups(json!(["Former admins"])) };
        untold.is_nobody(why).await;
    }
}

#[tokio::test]
async fn the_verified_token_tells_what_a_list_is() {
    let admin = Asked::groups(json!(["subscribers", "Former staff", "admins"]));
    assert_eq!(admin.revocations().await.status(), 200);
    assert_eq!(admin.session().await.status(), 200);
    for scheme in ["Bearer ", "bearer ", "BEARER  ", ""] {
        let mut asked = Asked::groups(json!(["admins", "staff"]));
        asked.sent =
            vec![("authorization", format!("{scheme}{}", token(&asked.payload.to_string())))];
        assert_eq!(asked.revocations().await.status(), 200, "{scheme}");
    }
    // Whichever header it comes in, if that is the one that API Gateway reads.
    let mut asked = Asked::groups(json!(["admins", "staff"]));
    asked.sent = vec![("x-id-token", token(&asked.payload.to_string()))];
    asked.named = Some(HeaderName::from_static("x-id-token"));
    assert_eq!(asked.revocations().await.status(), 200);
    // Numbers are compared as such: API Gateway may write them otherwise.
    let mut asked = Asked::groups(json!(["admins", "staff"]));
    asked.context["exp"] = json!("1.7672292e+09");
    assert_eq!(asked.revocations().await.status(), 200);
}

/// A viewer may send any token in a header that the authorizer does not read.
#[tokio::test]
async fn a_forged_token_tells_nothing() {
    let split = |groups: Value| {
        let mut payload = Asked::groups(json!(["Former admins"])).payload;
        payload["groups"] = groups;
        payload.to_string()
    };
    let forged = split(json!(["Former", "admins"]));
    for named in [None, Some(HeaderName::from_static("x-id-token"))] {
        let asked = Asked::groups(json!(["Former admins"])).with_token(&forged);
        let mut asked = Asked { named: named.clone(), ..asked };
        asked.is_nobody("").await;
        // Beside the verified one.
        asked.sent.push(("x-id-token", token(&asked.payload.to_string())));
        asked.revocations().await.assert_refused(403, "not-administrator");
    }
    // In the header that is read, it would not have been verified; yet it has to agree.
    for (claim, other) in [
        ("sub", json!("bob")),
        ("sub", Value::Null),
        ("sub", json!(["alice"])),
        ("iss", json!("https://id.example.com")),
        ("iss", Value::Null),
        ("exp", json!(NOW + 3601)),
        ("exp", json!((NOW + 3600).to_string())),
        ("exp", Value::Null),
    ] {
        let mut payload = Asked::groups(json!(["admins", "staff"])).payload;
        payload[claim] = other.clone();
        let asked = Asked::groups(json!(["admins", "staff"])).with_token(&payload.to_string());
        asked.is_nobody(&format!("its `{claim}` differs")).await;
    }
    // And then each claim by itself.
    for groups in [json!(["Former", "admins"]), json!("admins"), json!([])] {
        let asked = Asked::groups(json!(["Former", " admins"])).with_token(&split(groups));
        asked.is_nobody("something else than the token says").await;
    }
    let mut without = Asked::groups(json!(["admins", "staff"])).payload;
    without.as_object_mut().unwrap().remove("groups");
    let asked = Asked::groups(json!(["admins", "staff"])).with_token(&without.to_string());
    asked.is_nobody("something else than the token says").await;
}

#[tokio::test]
async fn a_header_that_does_not_hold_one_token_tells_nothing() {
    let payload = Asked::groups(json!(["admins", "staff"])).payload.to_string();
    let twice = payload.replacen('{', r#"{"groups":["admins"],"#, 1);
    let one = token(&payload);
    for header in [
        format!("Bearer {one},Bearer {one}"), // how HTTP APIs join two headers
        format!("Bearer {one} {one}"),
        format!("Basic {one}"),
        format!("Bearer {one}.x"),
        format!("Bearer {}", one.replace('.', "")),
        format!("Bearer {}", token(&twice)),
        format!("Bearer {}", token("[]")),
        format!("Bearer {}", token(&payload.replacen('}', "", 1))),
        format!("Bearer {}", token(&format!("{payload} {{}}"))),
        format!("Bearer {}", one.replacen(".ey", ".=ey", 1)),
        format!("Bearer {one}{}", "A".repeat(10_240)),
        String::new(),
    ] {
        let mut asked = Asked::groups(json!(["admins", "staff"]));
        asked.sent = vec![("authorization", header.clone())];
        asked.is_nobody("exactly one JWT").await;
        // Nor is a list of one word: whoever garbles the header could mean a text by it.
        let mut asked = Asked::groups(json!(["admins"]));
        asked.sent = vec![("authorization", header)];
        asked.is_nobody("exactly one JWT").await;
    }
}

#[tokio::test]
async fn what_only_looks_like_a_list() {
    // The token says that it is a text, a list in a list, or something that is never compared.
    for (groups, why) in [
        (json!("[admins]"), ""),
        (json!([["admins"]]), "neither a text nor a list"),
        (json!([["admins"], "staff"]), "neither a text nor a list"),
        (json!([{"admins": true}]), "neither a text nor a list"),
        (json!(["admins", 7]), "neither a text nor a list"),
        (json!(["admins", null]), "neither a text nor a list"),
        (json!({"admins": "admins"}), "neither a text nor a list"),
    ] {
        let asked = Asked::groups(groups.clone());
        if why.is_empty() {
            asked.revocations().await.assert_refused(403, "not-administrator");
        } else {
            asked.is_nobody(why).await;
        }
    }
    // Where no header is named, one word is all that can be read.
    let untold = |groups: Value| Asked { named: None, ..Asked::groups(groups) };
    assert_eq!(untold(json!(["admins"])).revocations().await.status(), 200);
    assert_eq!(untold(json!("admins")).revocations().await.status(), 200);
    for groups in [
        json!(["admins", "staff"]),
        json!(["Former admins"]),
        json!(["admins\u{a0}staff"]),
        json!(["[admins]"]),
        json!([["admins"]]),
        json!([{"name": "admins"}]),
        json!([""]),
        json!({"admins": 1}),
    ] {
        untold(groups).is_nobody("in brackets").await;
    }
}

/// `"[admins]"` in a grant is a text, and a list of `admins` is written just so.
#[tokio::test]
async fn a_list_is_never_compared_as_text() {
    let grants = GRANTS.replace("\n[cookies]", "admin = { groups = \"[admins]\" }\n\n[cookies]");
    let ask = async |asked: &Asked| {
        let request = asked.request("GET", "/edgepass/revocations");
        Site::granting(&grants).ask(&request).await.status().as_u16()
    };
    assert_eq!(ask(&Asked::groups(json!("[admins]"))).await, 200);
    assert_eq!(ask(&Asked::groups(json!(["[admins]"]))).await, 200);
    for groups in [json!(["admins"]), json!([["admins"]]), json!("admins")] {
        assert_eq!(ask(&Asked::groups(groups.clone())).await, 403, "{groups}");
        let untold = Asked { named: None, ..Asked::groups(groups) };
        assert_eq!(ask(&untold).await, 403);
    }
    let untold = Asked { named: None, ..Asked::groups(json!("[admins]")) };
    assert_eq!(ask(&untold).await, 403);
}

/// Texts are compared as a whole, numbers and truth values as JSON writes them.
#[tokio::test]
async fn scalars_are_compared_exactly() {
    for (claims, admitted) in [
        (json!({"groups": ["Former admins", "x"], "paying": true}), true),
        (json!({"groups": ["Former admins", "x"], "paying": "true"}), true),
        (json!({"groups": ["Former admins", "x"], "paying": ["true"]}), true),
        (json!({"groups": ["Former admins", "x"], "paying": 1}), false),
        (json!({"groups": ["Former admins", "x"], "paying": "true false"}), false),
        (json!({"groups": "Former admins", "paying": true}), true),
        (json!({"groups": "Former admins subscribers", "paying": true}), false),
        (json!({"scope": "Former admins", "paying": true}), false),
    ] {
        let answer = Asked::new(claims.clone()).session().await;
        assert_eq!(answer.status() == 200, admitted, "{claims}");
    }
    // API Gateway rounds numbers; the digits that are lost tell tenants apart.
    let grants =
        GRANTS.replace("{sub}", "{tenant}").replace("{ \"groups\" = \"subscribers\" }", "{}");
    let ask = async |tenant: Value, written: &str| {
        let mut asked = Asked::new(json!({ "tenant": tenant }));
        asked.context["tenant"] = json!(written);
        let answer = Site::granting(&grants).ask(&asked.request("POST", "/edgepass/session")).await;
        answer.status().as_u16()
    };
    assert_eq!(ask(json!(7), "7").await, 200);
    assert_eq!(ask(json!("9007199254740993"), "9007199254740993").await, 200);
    assert_eq!(ask(json!(9_007_199_254_740_993_u64), "9007199254740992").await, 403);
}

/// One who garbles the header, or sends none, is the same subject in the same session.
#[tokio::test]
async fn the_token_does_not_change_who_somebody_is() {
    let session = async |asked: &Asked| asked.session().await.json()["session"].clone();
    for more in [json!({}), json!({"sid": 9_007_199_254_740_993_u64}), json!({"sid": null})] {
        let mut claims = json!({"groups": ["subscribers"]});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut known = Asked::new(claims);
        known.context["auth_time"] = json!("1.767222e+09");
        if more["sid"].is_null() {
            known.context.remove("sid");
        } else {
            known.context["sid"] = json!("9.007199254740992e+15");
        }
        let with = session(&known).await;
        assert!(with.is_string(), "{with}");
        let untold = Asked { named: None, ..known };
        assert_eq!(session(&untold).await, with);
    }
}

#[tokio::test]
async fn the_line_of_the_log_says_what_was_not_read() {
    let asked = Asked { named: None, ..Asked::groups(json!(["subscribers", "Former admins"])) };
    let answer = asked.session().await.into_answer();
    let asked = ("POST", "/edgepass/session");
    let line = RequestLine::new("session", "r-1", asked, &answer, core::time::Duration::ZERO);
    let line = serde_json::to_value(line).unwrap();
    assert_eq!(line["level"], "WARN");
    let unread = line["unread_claims"].as_array().unwrap();
    assert_eq!(unread.len(), 1);
    assert!(unread[0].as_str().unwrap().starts_with("`groups`: "), "{unread:?}");
    assert!(!line.to_string().contains("Former"), "values of claims are people's");

    // Claims that no grant asks for are nobody's business.
    let asked = Asked::new(json!({"groups": ["subscribers", "x"], "address": {"city": "x"}}));
    let answer = asked.session().await.into_answer();
    let asked = ("POST", "/edgepass/session");
    let line = RequestLine::new("session", "r-1", asked, &answer, core::time::Duration::ZERO);
    let line = serde_json::to_value(line).unwrap();
    assert_eq!((&line["level"], line.get("unread_claims")), (&json!("INFO"), None));
}
