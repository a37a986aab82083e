//! An edge that does not demand claims tokens: CloudFront's policy alone must not open more than what
//! is granted.

use std::sync::Arc;

use policy::from_cloudfront_base64;
use serde_json::{Value, json};
use signer::{EdgeClaims, GrantsRefused, MemoryStore, Viewer};

use crate::site::{GRANTS, NOW, Site, alice, post_session, post_urls, viewer};

const HEAD: &str = r#"
site = "https://media.example.com"
max_lifetime = "12h"
origins = ["https://www.example.com"]
"#;

/// A grant for everyone, or for the members of a group of its own name.
fn grant(name: &str, everyone: bool, resources: &[&str], more: &str) -> String {
    let when = if everyone { "{}".to_owned() } else { format!("{{ groups = \"{name}\" }}") };
    let resources: Vec<String> = resources
        .iter()
        .map(|resource| format!("\"https://media.example.com{resource}\""))
        .collect();
    format!(
        "[[grant]]\nname = \"{name}\"\nwhen = {when}\nresources = [{}]\nlifetime = \"1h\"\n{more}\n",
        resources.join(", ")
    )
}

fn at(claims: EdgeClaims, grants: &[String]) -> Result<Site, GrantsRefused> {
    let text = format!("{HEAD}{}", grants.concat());
    Site::at_edge(&text, claims, Arc::new(MemoryStore::default()))
}

/// Why it is refused, in words that name all of it.
fn refused(grants: &[String]) -> String {
    assert!(at(EdgeClaims::Required, grants).is_ok());
    let [optional, off] = [EdgeClaims::Optional, EdgeClaims::Off].map(|claims| {
        let message = at(claims, grants).err().unwrap().to_string();
        assert!(message.contains(&format!("with `claims` of the edge `{claims}`")), "{message}");
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
        message
    });
    assert_ne!(optional, off);
    optional
}

/// None of a canned policy, which is for one URL.
fn resource_of_policy(jar: &str) -> Option<Value> {
    let policy = jar.split("; ").find_map(|cookie| cookie.strip_prefix("CloudFront-Policy="))?;
    let policy = from_cloudfront_base64(policy).unwrap();
    let policy: Value = serde_json::from_slice(&policy).unwrap();
    Some(policy["Statement"][0]["Resource"].clone())
}

fn member(sub: &str, groups: &[&str]) -> Viewer {
    let known =
        json!({"sub": sub, "sid": format!("{sub}-1"), "groups": groups, "auth_time": NOW - 60});
    viewer(known).unwrap()
}

#[test]
fn several_resources_of_one_policy_are_refused() {
    let message = refused(&[grant("subscribers", true, &["/standard/*", "/u/{sub}/*"], "")]);
    for part in [
        "grant `subscribers`: ",
        "`https://media.example.com/standard/*` and `https://media.example.com/u/{sub}/*`",
        "its policy is `https://media.example.com/*`",
        "whoever leaves the claims token out",
        "a cookie `path` of its own",
        "`cookies = false`",
        "have the edge require claims",
    ] {
        assert!(message.contains(part), "{message}");
    }
    // Two grants of one viewer are one policy too.
    let message = refused(&[
        grant("everyone", true, &["/standard/*"], ""),
        grant("staff", false, &["/staff/*"], ""),
    ]);
    assert!(message.starts_with("grants `everyone` and `staff`: "), "{message}");
    assert!(message.contains("its policy is `https://media.example.com/sta*`"), "{message}");
    // What `edgepass init` writes is for an edge that demands claims.
    assert!(Site::at_edge(GRANTS, EdgeClaims::Optional, Arc::new(MemoryStore::default())).is_err());
}

#[tokio::test]
async fn the_ways_out() {
    for claims in [EdgeClaims::Optional, EdgeClaims::Off] {
        let site = at(
            claims,
            &[
                grant("everyone", true, &["/standard/*"], "path = \"/standard/\""),
                grant("own", true, &["/u/{sub}/*"], "path = \"/u/\""),
                grant("more", true, &["/exports/a/*", "/exports/b/*", "/c"], "cookies = false"),
            ],
        );
        let site = site.unwrap();
        let answer = site.ask(&post_session(alice())).await;
        assert_eq!(answer.status(), 200, "{}", answer.response.body());
        let own = "https://media.example.com/u/alice/*";
        let granted = ["https://media.example.com/standard/*", own];
        assert_eq!(answer.json()["resources"], json!(granted));
        assert_eq!(resource_of_policy(&answer.jar("/standard/")).unwrap(), granted[0]);
        assert_eq!(resource_of_policy(&answer.jar("/u/")).unwrap(), own);
        // Signed one by one.
        let urls = ["https://media.example.com/exports/b/1", "https://media.example.com/c"];
        assert_eq!(site.ask(&post_urls(alice(), &urls)).await.status(), 200);
        let outside = ["https://media.example.com/exports/c/1"];
        let answer = site.ask(&post_urls(alice(), &outside)).await;
        answer.assert_refused(403, "url-not-granted");
    }
    // Those who have nothing else get no cookies.
    let only = [grant("more", true, &["/exports/a/*", "/exports/b/*"], "cookies = false")];
    let site = at(EdgeClaims::Required, &only).unwrap();
    site.ask(&post_session(alice())).await.assert_refused(403, "no-grant");
}

#[test]
fn members_of_cookies_are_refused_where_there_are_none() {
    let principal = "[[grant]]\nname = \"a\"\nprincipals = [\"arn:aws:iam::1:role/b\"]\nresources = [\"https://media.example.com/a/*\"]\nlifetime = \"1h\"\n";
    for (grants, part) in [
        (grant("a", true, &["/a/*"], "cookies = false\npath = \"/a/\""), "grant `a`, path"),
        (format!("{principal}path = \"/a/\"\n"), "grant `a`, path"),
        (format!("{principal}cookies = true\n"), "grant `a`, cookies"),
    ] {
        let message = signer::Grants::from_toml(&format!("{HEAD}{grants}")).unwrap_err();
        assert!(message.to_string().starts_with(part), "{message}");
    }
}

/// Of every two grants: either the edge refuses them, and there is somebody whose policy would be
/// wider; or nobody's is.
#[tokio::test]
async fn exactly_the_wider_ones_are_refused() {
    let pool = [
        "/*",
        "/a/*",
        "/a/b/*",
        "/a/b",
        "/a/b?x=*",
        "/a/bc*",
        "/a/*.mp4",
        "/u/{sub}/*",
        "/u/{sub}/b/*",
        "/u/{sub}/b",
        "/u/{sid}/*",
        "/u/alice/*",
        "/u/*",
    ];
    let viewers = || {
        let groups: [&[&str]; 5] =
            [&["a"], &["b", "c"], &["a", "b"], &["a", "c"], &["a", "b", "c"]];
        let viewers = ["alice", "al"].map(|sub| groups.map(|groups| member(sub, groups)));
        viewers.into_iter().flatten()
    };
    let mut counts = (0, 0);
    let pairs = pool.iter().flat_map(|first| pool.map(|second| (first, second)));
    for (third, (first, second)) in ["/a/b/*", "/u/{sub}/b"].into_iter().cycle().zip(pairs) {
        {
            let grants = [
                grant("a", false, &[first], ""),
                grant("b", false, &[second], ""),
                grant("c", false, &[third], ""),
            ];
            let mut wider = false;
            let edge = at(EdgeClaims::Optional, &grants);
            let site = at(EdgeClaims::Required, &grants).unwrap();
            for viewer in viewers() {
                let answer = site.ask(&post_session(viewer.clone())).await;
                let policy = resource_of_policy(&answer.jar("/"));
                let granted = answer.json()["resources"].as_array().unwrap().clone();
                wider |= policy.as_ref().is_some_and(|policy| !granted.contains(policy));
                if let Ok(edge) = &edge {
                    let answer = edge.ask(&post_session(viewer)).await;
                    assert_eq!(answer.status(), 200, "{}", answer.response.body());
                    assert_eq!(resource_of_policy(&answer.jar("/")), policy);
                }
            }
            assert_eq!(edge.is_err(), wider, "{first} {second} {third}");
            if wider { counts.0 += 1 } else { counts.1 += 1 }
        }
    }
    assert!(counts.0 > 50 && counts.1 > 10, "{counts:?}");
}

#[test]
fn what_only_claims_hold_is_refused() {
    for (member, value) in [
        ("methods", "[\"GET\"]"),
        ("origins", "[\"https://www.example.com\"]"),
        ("context", "\"kids\""),
    ] {
        for more in ["", "cookies = false\n"] {
            let more = format!("{more}{member} = {value}");
            let message = refused(&[grant("a", true, &["/a/*"], &more)]);
            let start = format!("grant `a`, {member}: only claims tokens hold passes to this");
            assert!(message.starts_with(&start), "{message}");
        }
    }
}

/// CloudFront's own condition is IPv4 only: a pass for a viewer of IPv6 would be for everybody.
#[tokio::test]
async fn addresses_are_bound_where_the_policy_can() {
    let bound = [grant("a", true, &["/a/*"], "bind_address = true")];
    for claims in [EdgeClaims::Optional, EdgeClaims::Off, EdgeClaims::Required] {
        let site = at(claims, &bound).unwrap();
        for address in ["2001:db8::7", "203.0.113.7", "::ffff:203.0.113.7"] {
            for mut asked in
                [post_session(alice()), post_urls(alice(), &["https://media.example.com/a/b"])]
            {
                asked.address = Some(address.parse().unwrap());
                let answer = site.ask(&asked).await;
                if address == "2001:db8::7" && claims != EdgeClaims::Required {
                    answer.assert_refused(403, "address-unfit");
                } else {
                    assert_eq!(answer.status(), 200, "{}", answer.response.body());
                }
            }
        }
    }
}
