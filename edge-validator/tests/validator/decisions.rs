//! What the validator decides, and what it answers: enforcement, public paths, preflights,
//! refusals and redirects.

use edge_validator::{
    Answer, Enforcement, Forwarded, Refusal, Response, Settings, Verdict, ViewerRequest,
};
use policy::Code;

use crate::pass::{END, NOW, Pass, at, get, settings, validator};

const PLAYER: &str = "https://www.example.com";
const LOGIN: &str = "https://www.example.com/login";
const MODES: [Enforcement; 3] = [Enforcement::Enforce, Enforcement::Log, Enforcement::Off];

/// Settings for a site whose player runs on [`PLAYER`].
fn with_player() -> Settings {
    Settings { cors_origins: vec![PLAYER.to_owned()], ..settings() }
}

fn decided(settings: Settings, viewer: &ViewerRequest<'_>) -> Verdict {
    validator(settings).decide(viewer, at(NOW))
}

fn forwarded(verdict: &Verdict) -> &Forwarded {
    match &verdict.answer {
        Answer::Forward(forwarded) => forwarded,
        Answer::Respond(response) => panic!("answered {response:?}"),
    }
}

fn response(verdict: &Verdict) -> &Response {
    match &verdict.answer {
        Answer::Respond(response) => response,
        Answer::Forward(forwarded) => panic!("forwarded {forwarded:?}"),
    }
}

fn refusal(verdict: &Verdict) -> (&Refusal, Code) {
    let refusal = verdict.refusal.as_ref().expect("a refusal");
    (refusal, refusal.denied.code())
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let mut values = response.headers.iter().filter(|(key, _)| *key == name);
    let value = values.next().map(|(_, value)| value.as_str());
    assert!(values.next().is_none(), "{name} is there twice");
    value
}

/// What every refusal has in common.
fn assert_tells_nothing(response: &Response) {
    assert_eq!(header(response, "cache-control"), Some("no-store"));
    assert_eq!(header(response, "x-edgepass-reason"), None);
    assert!(response.body.is_empty() || response.body == "403 Forbidden\n");
}

#[test]
fn a_pass_is_forwarded_and_nothing_logged() {
    let pass = Pass::new();
    let cookie = pass.cookie();
    let query = pass.query();
    for viewer in [
        ViewerRequest { cookies: &[cookie.as_str()], ..get() },
        ViewerRequest { query: &query, ..get() },
    ] {
        let verdict = decided(settings(), &viewer);
        assert_eq!(
            *forwarded(&verdict),
            Forwarded { query: String::new(), cookie: None, referer: None, context: None }
        );
        assert_eq!(verdict.refusal, None);
    }
}

#[test]
fn enforcement_answers_log_lets_through_and_off_does_not_look() {
    let of_mode = |enforcement| decided(Settings { enforcement, ..settings() }, &get());

    let enforced = of_mode(Enforcement::Enforce);
    assert_eq!(response(&enforced).status, 403);
    let (logged, code) = refusal(&enforced);
    assert_eq!((logged.enforced, code), (true, Code::CredentialMissing));

    let logged = of_mode(Enforcement::Log);
    forwarded(&logged);
    let (refused, code) = refusal(&logged);
    assert_eq!((refused.enforced, code), (false, Code::CredentialMissing));

    let off = of_mode(Enforcement::Off);
    forwarded(&off);
    assert_eq!(off.refusal, None);
}

#[test]
fn what_is_forwarded_loses_ours_and_keeps_the_rest_in_every_mode() {
    let pass = Pass::new();
    let cookie = format!("theme=dark; {}", pass.cookie());
    let cookies = [cookie.as_str(), "Edgepass-Claims=abc;lang=en; "];
    let page = format!("https://www.example.com/watch?{}&v=1", pass.query());
    // Signing parameters in the URL hide the cookies, so there are two requests.
    let with_cookies =
        ViewerRequest { cookies: &cookies, query: "a=%2F&&b", referer: Some(&page), ..get() };
    let query = format!("a=%2F&&{}&Edgepass-Claims=x&b", pass.query());
    let with_query = ViewerRequest { query: &query, ..with_cookies };

    let mut modes = Vec::from(MODES.map(|enforcement| Settings { enforcement, ..settings() }));
    modes.push(Settings { public_paths: vec!["/video/*".to_owned()], ..settings() });
    for settings in modes {
        for viewer in [&with_cookies, &with_query] {
            let verdict = decided(settings.clone(), viewer);
            let expected = Forwarded {
                query: "a=%2F&&b".to_owned(),
                cookie: Some("theme=dark; lang=en".to_owned()),
                referer: Some("https://www.example.com/watch?v=1".to_owned()),
                context: None,
            };
            assert_eq!(*forwarded(&verdict), expected, "{:?}", settings.enforcement);
        }
    }
}

#[test]
fn what_only_logs_strips_forged_and_broken_credentials_too() {
    let query = "Expires=1&Signature=forged&%4bey-Pair-Id=K&x=1";
    let referer = Some("https://h/a b");
    let viewer = ViewerRequest { query, cookies: &["CloudFront-Policy=;a=1"], referer, ..get() };
    for enforcement in [Enforcement::Log, Enforcement::Off] {
        let verdict = decided(Settings { enforcement, ..settings() }, &viewer);
        let expected = Forwarded {
            query: "x=1".to_owned(),
            cookie: Some("a=1".to_owned()),
            referer: None,
            context: None,
        };
        assert_eq!(*forwarded(&verdict), expected);
    }
}

#[test]
fn public_paths_need_no_pass() {
    let public = || Settings {
        public_paths: vec!["/login*".to_owned(), "/favicon.ico".to_owned()],
        ..settings()
    };
    for path in ["/login", "/login/", "/login.html", "/login/a/b", "/favicon.ico"] {
        let verdict = decided(public(), &ViewerRequest { path, ..get() });
        forwarded(&verdict);
        assert_eq!(verdict.refusal, None, "{path}");
    }
    for path in ["/", "/logi", "/Login", "/video/login", "/favicon.ico/a", "/favicon.icon"] {
        let verdict = decided(public(), &ViewerRequest { path, ..get() });
        assert_eq!(refusal(&verdict).1, Code::CredentialMissing, "{path}");
    }
}

/// CloudFront's behaviour and the origin may take such a path for another one.
#[test]
fn a_malformed_target_is_refused_even_where_everything_is_public() {
    let public =
        || Settings { public_paths: vec!["/login*".to_owned(), "*".to_owned()], ..settings() };
    let mut requests: Vec<ViewerRequest<'_>> = [
        "",
        "login",
        "/login/../video/a.mp4",
        "/login/./a",
        "/login//a",
        "/login/%2e%2e/video/a.mp4",
        "/login/..;/video/a.mp4",
        "/login/..%3Bx=1/video/a.mp4",
        "/login/;/a",
        "/login%2Fa",
        "/login%5ca",
        "/login\\..\\video",
        "/login%00",
        "/login%",
        "/login%zz",
        "/login a",
        "/loginé",
        "/login\n",
        "/login#a",
    ]
    .map(|path| ViewerRequest { path, ..get() })
    .into();
    requests.extend(
        ["a=%", "a=%00", "a=%u0041", "a b", "é", "a#b", "a\r\nb"].map(|query| ViewerRequest {
            path: "/login",
            query,
            ..get()
        }),
    );
    requests.extend(
        ["", "media.example.com/", "media example.com", "u@media.example.com", "é.example"]
            .map(|host| ViewerRequest { path: "/login", host, ..get() }),
    );
    let long = format!("/login{}", "a".repeat(8192));
    requests.push(ViewerRequest { path: &long, ..get() });
    let validator = validator(public());
    for viewer in requests {
        let verdict = validator.decide(&viewer, at(NOW));
        assert_eq!(response(&verdict).status, 403, "{viewer:?}");
        assert_eq!(refusal(&verdict).1, Code::RequestMalformed, "{viewer:?}");
    }
}

fn preflight<'e>() -> ViewerRequest<'e> {
    ViewerRequest {
        method: "OPTIONS",
        origin: Some(PLAYER),
        requested_method: Some("GET"),
        ..get()
    }
}

#[test]
fn a_preflight_of_a_configured_origin_is_answered() {
    let verdict = decided(with_player(), &preflight());
    assert_eq!(verdict.refusal, None);
    let response = response(&verdict);
    assert_eq!((response.status, response.body), (204, ""));
    assert_eq!(header(response, "access-control-allow-origin"), Some(PLAYER));
    assert_eq!(header(response, "access-control-allow-credentials"), Some("true"));
    assert_eq!(header(response, "vary"), Some("Origin"));
    assert_eq!(header(response, "cache-control"), Some("no-store"));
    let methods = header(response, "access-control-allow-methods").unwrap();
    assert!(methods.split(", ").any(|method| method == "GET"), "{methods}");
    let allowed = header(response, "access-control-allow-headers").unwrap();
    assert!(allowed.split(", ").any(|name| name == "range"), "{allowed}");
    for (name, value) in &response.headers {
        assert_ne!(value, "*", "{name}");
    }
}

#[test]
fn what_is_no_preflight_needs_a_pass() {
    for viewer in [
        ViewerRequest { requested_method: None, ..preflight() },
        ViewerRequest { origin: None, ..preflight() },
        ViewerRequest { method: "GET", ..preflight() },
        ViewerRequest { method: "HEAD", ..preflight() },
        ViewerRequest { method: "options", ..preflight() },
        ViewerRequest { origin: Some("https://www.example.com.evil.example"), ..preflight() },
        ViewerRequest { origin: Some("http://www.example.com"), ..preflight() },
        ViewerRequest { origin: Some("https://WWW.example.com"), ..preflight() },
        ViewerRequest { origin: Some("https://www.example.com/"), ..preflight() },
        ViewerRequest { origin: Some("null"), ..preflight() },
        ViewerRequest { origin: Some("*"), ..preflight() },
        ViewerRequest { origin: Some(""), ..preflight() },
    ] {
        let verdict = decided(with_player(), &viewer);
        assert_eq!(response(&verdict).status, 403, "{viewer:?}");
        assert_eq!(refusal(&verdict).1, Code::CredentialMissing, "{viewer:?}");
    }
    let verdict = decided(settings(), &preflight());
    assert_eq!(response(&verdict).status, 403, "no origin is configured");
    let viewer = ViewerRequest { path: "/a/../b", ..preflight() };
    assert_eq!(refusal(&decided(with_player(), &viewer)).1, Code::RequestMalformed);
}

#[test]
fn preflights_are_nothing_to_log() {
    for enforcement in [Enforcement::Log, Enforcement::Off] {
        let verdict = decided(Settings { enforcement, ..with_player() }, &preflight());
        forwarded(&verdict);
        assert_eq!(verdict.refusal, None);
    }
}

#[test]
fn refusals_are_readable_for_configured_origins_only() {
    let refused = |settings, origin| {
        let verdict = decided(settings, &ViewerRequest { origin, ..get() });
        let response = response(&verdict).clone();
        assert_eq!(response.status, 403);
        assert_tells_nothing(&response);
        response
    };

    let to_player = refused(with_player(), Some(PLAYER));
    assert_eq!(header(&to_player, "access-control-allow-origin"), Some(PLAYER));
    assert_eq!(header(&to_player, "access-control-allow-credentials"), Some("true"));
    assert_eq!(header(&to_player, "access-control-expose-headers"), None);

    for origin in [None, Some("https://evil.example"), Some("null"), Some("*")] {
        let to_other = refused(with_player(), origin);
        // The answer still depends on the origin, whoever stores it.
        assert_eq!(header(&to_other, "vary"), Some("Origin"), "{origin:?}");
        assert_eq!(header(&to_other, "access-control-allow-origin"), None, "{origin:?}");
        assert_eq!(header(&to_other, "access-control-allow-credentials"), None, "{origin:?}");
    }

    let without = refused(settings(), Some(PLAYER));
    assert_eq!(header(&without, "vary"), None);
    assert_eq!(header(&without, "access-control-allow-origin"), None);
}

#[test]
fn only_page_navigations_are_redirected() {
    let with_login = || Settings { redirect_to: Some(LOGIN.to_owned()), ..with_player() };
    let page = ViewerRequest { fetch_mode: Some("navigate"), ..get() };

    let verdict = decided(with_login(), &page);
    let redirect = response(&verdict);
    assert_eq!((redirect.status, header(redirect, "location")), (302, Some(LOGIN)));
    assert_tells_nothing(redirect);
    assert!(refusal(&verdict).0.enforced);

    for viewer in [
        ViewerRequest { method: "POST", ..page },
        ViewerRequest { method: "HEAD", ..page },
        ViewerRequest { fetch_mode: Some("cors"), ..page },
        ViewerRequest { fetch_mode: Some("no-cors"), ..page },
        ViewerRequest { fetch_mode: Some("NAVIGATE"), ..page },
        ViewerRequest { fetch_mode: None, ..page },
    ] {
        let verdict = decided(with_login(), &viewer);
        let refused = response(&verdict);
        assert_eq!((refused.status, header(refused, "location")), (403, None), "{viewer:?}");
    }
    assert_eq!(response(&decided(with_player(), &page)).status, 403, "no redirect is configured");
}

#[test]
fn the_reason_is_exposed_only_where_configured() {
    let exposing =
        || Settings { expose_reason: true, redirect_to: Some(LOGIN.to_owned()), ..with_player() };
    let player = ViewerRequest { origin: Some(PLAYER), ..get() };
    let exposed = Some("x-edgepass-reason");

    let verdict = decided(exposing(), &player);
    let refused = response(&verdict);
    assert_eq!(header(refused, "x-edgepass-reason"), Some("credential-missing"));
    assert_eq!(header(refused, "access-control-expose-headers"), exposed);
    assert_eq!(refused.body, "403 Forbidden\n");

    let verdict = decided(exposing(), &ViewerRequest { path: "/a//b", ..get() });
    let refused = response(&verdict);
    assert_eq!(header(refused, "x-edgepass-reason"), Some("request-malformed"));
    assert_eq!(header(refused, "access-control-expose-headers"), None, "for no origin");

    let page = ViewerRequest { fetch_mode: Some("navigate"), ..get() };
    let verdict = decided(exposing(), &page);
    assert_eq!(response(&verdict).status, 302);
    assert_eq!(header(response(&verdict), "x-edgepass-reason"), Some("credential-missing"));
}

#[test]
fn the_log_names_the_key_and_no_part_of_the_credential() {
    let pass = Pass::until(NOW, "");
    let cookie = pass.cookie();
    let verdict = decided(settings(), &ViewerRequest { cookies: &[&cookie], ..get() });
    let (refused, code) = refusal(&verdict);
    assert_eq!((refused.key_id.as_deref(), code), (Some("K1RSAEXAMPLE"), Code::Expired));
    let shown = format!("{refused:?} {}", refused.denied);
    for value in cookie.split("; ").filter_map(|pair| pair.split_once('=')) {
        let (name, value) = value;
        if matches!(name, "CloudFront-Policy" | "CloudFront-Signature") {
            assert!(!shown.contains(value), "{shown} holds {name}");
        }
    }
}

#[test]
fn an_address_that_is_none_matches_no_policy_for_one() {
    let pass = Pass::until(END, r#","IpAddress":{"AWS:SourceIp":"203.0.113.0/24"}"#);
    let cookie = pass.cookie();
    let cookies = [cookie.as_str()];
    for (address, admitted) in [
        ("203.0.113.7", true),
        ("203.0.114.7", false),
        ("2001:db8::1", false),
        ("203.0.113.7, 203.0.114.7", false),
        ("203.0.113.7:80", false),
        (" 203.0.113.7", false),
        ("", false),
    ] {
        let verdict = decided(settings(), &ViewerRequest { address, cookies: &cookies, ..get() });
        let code = verdict.refusal.as_ref().map(|refusal| refusal.denied.code());
        assert_eq!(code, (!admitted).then_some(Code::AddressMismatch), "{address}");
    }
}
