//! Sessions: what is set, and that it opens what was granted and nothing else.

use http::Method;
use policy::{CLAIMS_NAME, Code};
use serde_json::json;

use crate::site::{self, GRANTS, NOW, Site, alice, claims, post_session, request, viewer};

#[tokio::test]
async fn cookies_open_what_is_granted() {
    let site = Site::new();
    let answer = site.ask(&post_session(alice())).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    let jar = answer.jar("/");
    let address = "198.51.100.1";
    for url in
        ["https://media.example.com/standard/a.m3u8", "https://media.example.com/u/alice/1.ts?x=1"]
    {
        let _ = site.admits(&jar, url, address).unwrap();
    }
    // The policy's own pattern is wider; the claims name the exact ones.
    let claims = claims(site::token(&jar));
    assert_eq!(
        claims["res"],
        json!(["https://media.example.com/standard/*", "https://media.example.com/u/alice/*"])
    );
    assert_eq!(claims["mth"], json!(["GET", "HEAD"]));
    assert_eq!(claims["exp"], NOW + 4 * 3600);
    assert_eq!(claims["iat"], NOW);
    assert!(claims.get("net").is_none());
    assert_eq!(claims["pol"].as_str().unwrap().len(), 43);
    assert!(!claims["sub"].as_str().unwrap().contains("alice"), "a pseudonym");
    let beyond = site.admits(&jar, "https://media.example.com/u/bob/1.ts", address);
    assert_eq!(beyond.unwrap_err().code(), Code::ClaimsMismatch);
    let other_host = site.admits(&jar, "https://other.example.com/standard/a", address);
    assert_eq!(other_host.unwrap_err().code(), Code::ResourceMismatch);
    site.sleep(4 * 3600);
    let late = site.admits(&jar, "https://media.example.com/standard/a", address);
    assert_eq!(late.unwrap_err().code(), Code::Expired);
}

#[tokio::test]
async fn attributes() {
    let site = Site::new();
    let answer = site.ask(&post_session(alice())).await;
    let lines = answer.set_cookies();
    let set: Vec<&String> = lines.iter().filter(|line| !line.contains("Max-Age")).collect();
    let names: Vec<&str> = set.iter().map(|line| line.split('=').next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "CloudFront-Policy",
            "CloudFront-Signature",
            "CloudFront-Key-Pair-Id",
            "CloudFront-Hash-Algorithm",
            CLAIMS_NAME,
            "Edgepass-Session"
        ]
    );
    for line in set {
        assert!(!line.contains("Expires="), "{line}");
        assert!(
            line.contains("; Domain=media.example.com; Path=/; Secure; SameSite=Lax"),
            "{line}"
        );
        assert_eq!(line.ends_with("; HttpOnly"), !line.starts_with("Edgepass-Session="), "{line}");
    }
    // A canned pass of before would make the new one ambiguous.
    assert!(lines.iter().any(|line| line.starts_with("CloudFront-Expires=; ")));

    let body = answer.json();
    let session = body["session"].as_str().unwrap();
    let readable = format!("Edgepass-Session=v1.{session}.{NOW}.{}; ", NOW + 4 * 3600);
    assert!(lines.iter().any(|line| line.starts_with(&readable)), "{lines:?}");
    assert_eq!(body["issued_at"], NOW);
    assert_eq!(body["expires_at"], NOW + 4 * 3600);
    assert_eq!(body["resources"][1], "https://media.example.com/u/alice/*");
}

#[tokio::test]
async fn several_grants_make_one_pass_with_the_least_lifetime() {
    let site = Site::new();
    let both = viewer(json!({
        "sub": "bob", "sid": "s-2", "groups": ["staff", "subscribers"], "paying": true,
        "auth_time": NOW - 10,
    }));
    let answer = site.ask(&post_session(both.unwrap())).await;
    assert_eq!(answer.json()["expires_at"], NOW + 3600);
    assert_eq!(answer.json()["resources"].as_array().unwrap().len(), 3);
    let only_one = viewer(json!({
        "sub": "bob", "sid": "s-2", "groups": ["staff"], "paying": false, "auth_time": NOW - 10,
    }));
    site.ask(&post_session(only_one.unwrap())).await.assert_refused(403, "no-grant");
}

#[tokio::test]
async fn paths_of_their_own_make_separate_sets() {
    let grants = GRANTS
        .replace("[cookies]", "[cookies]\npath = \"/standard/\"")
        .replace(", \"https://media.example.com/u/{sub}/*\"", "")
        .replace("lifetime = \"1h\"", "lifetime = \"1h\"\npath = \"/staff/\"\nbind_address = true");
    let site = Site::granting(&grants);
    let both = viewer(json!({
        "sub": "bob", "sid": "s-2", "groups": ["staff", "subscribers"], "paying": true,
        "auth_time": NOW - 10,
    }));
    let answer = site.ask(&post_session(both.unwrap())).await;
    assert_eq!(answer.status(), 200, "{}", answer.response.body());
    let (standard, staff) = (answer.jar("/standard/"), answer.jar("/staff/"));
    let inside = "203.0.113.7";
    let _ = site.admits(&standard, "https://media.example.com/standard/a", "198.51.100.1").unwrap();
    let _ = site.admits(&staff, "https://media.example.com/staff/a", inside).unwrap();
    let elsewhere = site.admits(&staff, "https://media.example.com/staff/a", "198.51.100.1");
    assert_eq!(elsewhere.unwrap_err().code(), Code::AddressMismatch);
    assert!(site.admits(&staff, "https://media.example.com/standard/a", inside).is_err());
    assert_eq!(claims(site::token(&staff))["net"], json!(["203.0.113.7/32"]));
    assert_eq!(claims(site::token(&standard))["exp"], NOW + 4 * 3600);

    let gone = site.ask(&request(Method::DELETE, "/edgepass/session", alice(), "")).await;
    assert_eq!(gone.status(), 204);
    for path in ["/", "/standard/", "/staff/"] {
        for name in ["CloudFront-Policy", "CloudFront-Expires", CLAIMS_NAME, "Edgepass-Session"] {
            for domain in ["", "Domain=media.example.com; "] {
                let line = format!("{name}=; {domain}Path={path}; Secure; ");
                assert!(gone.set_cookies().iter().any(|set| set.starts_with(&line)), "{line}");
            }
        }
    }
}

#[tokio::test]
async fn ipv6_is_bound_by_the_claims_alone() {
    let site = Site::granting(
        &GRANTS
            .replace("lifetime = \"4h\"", "lifetime = \"4h\"\nbind_address = true")
            .replace("lifetime = \"1h\"", "lifetime = \"1h\"\nbind_address = true"),
    );
    let mut asked = post_session(alice());
    asked.address = Some("2001:db8::7".parse().unwrap());
    let jar = site.ask(&asked).await.jar("/");
    assert_eq!(claims(site::token(&jar))["net"], json!(["2001:db8::7/128"]));
    asked.address = Some("::ffff:203.0.113.7".parse().unwrap());
    let jar = site.ask(&asked).await.jar("/");
    assert_eq!(claims(site::token(&jar))["net"], json!(["203.0.113.7/32"]));
    asked.address = None;
    site.ask(&asked).await.assert_refused(500, "internal");
}

#[tokio::test]
async fn what_browsers_would_drop_is_an_error() {
    let long: Vec<String> = (0..31)
        .map(|at| format!("\"https://media.example.com/{}/{at}/*\"", "long".repeat(15)))
        .collect();
    let grants = GRANTS.replace("\"https://media.example.com/standard/*\"", &long.join(", "));
    let site = Site::granting(&grants);
    site.ask(&post_session(alice())).await.assert_refused(500, "pass-too-large");
}

#[tokio::test]
async fn status_is_recomputed() {
    let site = Site::new();
    let status = || request(Method::GET, "/edgepass/session", alice(), "");
    let answer = site.ask(&status()).await;
    assert_eq!(answer.status(), 200);
    let body = answer.json();
    assert_eq!(body["valid"], true);
    assert_eq!(body["revoked"], false);
    assert_eq!(body["server_time"], NOW);
    assert_eq!(body["expires_at"], NOW + 4 * 3600);
    let issued = site.ask(&post_session(alice())).await.json();
    assert_eq!(body["session"], issued["session"]);

    site.ask(&request(Method::DELETE, "/edgepass/session", alice(), "")).await;
    let body = site.ask(&status()).await.json();
    assert_eq!((&body["valid"], &body["revoked"]), (&json!(false), &json!(true)));
    assert_eq!(body["expires_at"], json!(null));

    let stranger = viewer(json!({"sub": "eve", "sid": "x", "auth_time": NOW - 10})).unwrap();
    let body = site.ask(&request(Method::GET, "/edgepass/session", stranger, "")).await.json();
    assert_eq!((&body["valid"], &body["revoked"]), (&json!(false), &json!(false)));
}
