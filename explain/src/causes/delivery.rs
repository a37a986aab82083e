//! Whether a pass reaches CloudFront.

use policy::{Carrier, CloudFrontError, Field};

use super::PASS;
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::evidence::{SetCookie, is_aws_host};
use crate::need::Need;
use crate::source::Answer;
use crate::target::Target;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "preflight-without-cookies",
        about: About::Delivery,
        title: "the request is a CORS preflight, which carries no cookies",
        meaning: "Before a cross-origin request with headers of its own a browser asks with OPTIONS, and sends no cookies with it. A behaviour with trusted key groups refuses a preflight like any unsigned request, and the browser reports a CORS error.",
        fix: &[
            Fix::new("serve page and media under one origin: then there is no preflight"),
            Fix::new(
                "or do without the header that causes it: a request with no header of its own but a simple Range has no preflight",
            ),
            Fix::new(
                "or answer OPTIONS before the check: a behaviour without trusted key groups behind Edgepass's edge (edgepass bundle lambda-edge), which answers preflights itself",
            ),
        ],
        needs: &[Need::Response],
        sources: PASS,
        check: preflight,
    },
    Cause {
        id: "parameter-hides-cookies",
        about: About::Delivery,
        title: "a query parameter with the name of a signing parameter hides the cookies",
        meaning: "If the URL has one of the parameters Expires, Policy, Signature, Key-Pair-Id and Hash-Algorithm, CloudFront takes it for a signed URL and ignores all cookies. An application with a parameter of its own called `Expires` or `Policy` locks its viewers out.",
        fix: &[Fix::new("rename the application's parameter: expires_at instead of Expires")],
        needs: &[Need::Url],
        sources: PASS,
        check: parameter_hides_cookies,
    },
    Cause {
        id: "duplicate-cookies",
        about: About::Delivery,
        title: "a signing cookie is sent more than once",
        meaning: "Cookies of one name with different Domain or Path exist side by side, and the browser sends them all. AWS does not say which one CloudFront takes: after a change of Domain or Path an old, expired one often wins.",
        fix: &[
            Fix::new(
                "expire the old ones under their own Domain and Path: Set-Cookie: CloudFront-Policy=; Domain=OLD_DOMAIN; Path=OLD_PATH; Max-Age=0",
            ),
            Fix::new("set all signing cookies with one Domain and one Path, and never change them"),
        ],
        needs: &[Need::Response],
        sources: PASS,
        check: duplicate_cookies,
    },
    Cause {
        id: "cookies-not-sent",
        about: About::Delivery,
        title: "the browser does not send the cookies, or not all of them",
        meaning: "CloudFront reads the `Cookie` header alone, and needs all signing cookies at once. A browser sends a cookie only where its Domain, Path, Secure and SameSite allow it, and across origins only where the request asks for credentials. It does not store a cookie for a public suffix such as cloudfront.net.",
        fix: &[
            Fix::when(
                sent_as_headers,
                "put the values into one Cookie header; a browser does that itself, for cookies that were set: request headers named CloudFront-Policy and so on mean nothing to CloudFront",
            ),
            Fix::when(
                sent_as_headers,
                "a native player: set them in its cookie store (AVURLAssetHTTPCookiesKey, CookieManager), or as the header Cookie: CloudFront-Policy=...; CloudFront-Signature=...; CloudFront-Key-Pair-Id=...",
            ),
            Fix::when(
                own_domain,
                "issue and read under one domain: Domain={host}; Path=/; Secure; HttpOnly; SameSite=Lax (across sites: SameSite=None; Secure)",
            ),
            Fix::new(
                "ask for credentials: fetch(url, { credentials: 'include' }); hls.js: xhrSetup: xhr => { xhr.withCredentials = true }",
            ),
            Fix::new(
                "only the distribution itself can set cookies for its name in cloudfront.net: issue them through it, or use a domain of your own",
            ),
        ],
        needs: &[Need::Response, Need::SetCookie],
        sources: PASS,
        check: cookies_not_sent,
    },
    Cause {
        id: "unsigned-request",
        about: About::Delivery,
        title: "the request carries no pass at all",
        meaning: "The behaviour trusts key groups, so every request needs signing parameters or cookies. That includes the files that nobody signed: those a playlist names, images of a style sheet, source maps.",
        fix: &[
            Fix::new(
                "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h",
            ),
            Fix::new(
                "for playlists and pages with many files: edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h",
            ),
        ],
        needs: &[Need::Url, Need::Response, Need::Distribution],
        sources: PASS,
        check: unsigned_request,
    },
];

fn is_preflight(case: &Case<'_>) -> bool {
    case.method().eq_ignore_ascii_case("OPTIONS")
}

fn missing_key(case: &Case<'_>) -> bool {
    case.said(CloudFrontError::MissingKey)
        || matches!(case.edgepass_code(), Some("credential-missing" | "credential-incomplete"))
}

fn preflight(case: &Case<'_>) -> Verdict {
    if !is_preflight(case) {
        return Verdict::ruled_out(format!("the method is {}", case.method()));
    }
    let mut facts = vec!["the method is OPTIONS".to_owned()];
    facts.extend(cause_of_preflight(case));
    if case.answer == Some(Answer::Method) {
        facts.push("CloudFront refused the method before it looked for a pass".to_owned());
        return Verdict::Found(Certainty::Possible, facts);
    }
    let signed = case.behavior().map(|behavior| behavior.is_signed());
    let certainty = match (missing_key(case), signed) {
        (true, _) => {
            facts.push("CloudFront found no Key-Pair-Id in it".to_owned());
            Certainty::Proved
        }
        (false, Some(true)) => {
            let name = case.behavior().map_or_else(String::new, |it| it.name());
            facts.push(format!("{name} checks the signature of requests of every method"));
            Certainty::Likely
        }
        (false, Some(false)) => return Verdict::ruled_out("the behaviour checks no signatures"),
        (false, None) => Certainty::Likely,
    };
    Verdict::Found(certainty, facts)
}

/// What made the browser ask first (Fetch, "CORS-preflight request").
fn cause_of_preflight(case: &Case<'_>) -> Option<String> {
    let sent = case.evidence.response.as_ref()?.request.as_ref()?;
    let headers = sent.header("access-control-request-headers").filter(|it| !it.is_empty());
    let method = sent.header("access-control-request-method");
    match (headers, method) {
        (Some(headers), _) => Some(format!(
            "the browser asks because of the request's headers: `{}`",
            headers.escape_debug()
        )),
        (None, Some(method)) if !["GET", "HEAD", "POST"].contains(&method) => Some(format!(
            "the browser asks because of the request's method: `{}`",
            method.escape_debug()
        )),
        _ => None,
    }
}

fn parameter_hides_cookies(case: &Case<'_>) -> Verdict {
    if case.in_cookies.is_empty() {
        return Verdict::ruled_out("there are no signing cookies");
    }
    if case.in_url.is_empty() {
        return Verdict::ruled_out("the URL has no parameter with the name of a signing parameter");
    }
    let names: Vec<&str> = Field::ALL
        .into_iter()
        .filter(|field| !case.in_url.all(*field).is_empty())
        .map(|field| case.in_url.name(field))
        .collect();
    let names = format!("the URL has the parameter `{}`", names.join("`, `"));
    if case.in_url.is_whole() {
        return Verdict::possible([
            names,
            "the URL has a complete pass, so the cookies do not count".to_owned(),
        ]);
    }
    Verdict::proved([
        names,
        format!(
            "the signing cookies are {}",
            if case.in_cookies.is_whole() { "complete, but ignored" } else { "ignored" }
        ),
    ])
}

fn duplicate_cookies(case: &Case<'_>) -> Verdict {
    let mut facts = Vec::new();
    let mut differ = false;
    for field in Field::ALL {
        let all = case.in_cookies.all(field);
        if let [first, rest @ ..] = all.as_slice()
            && !rest.is_empty()
        {
            let other = rest.iter().any(|value| value != first);
            differ |= other;
            let values = if other { "different values" } else { "the same value" };
            facts.push(format!(
                "`{}` is sent {} times, with {values}",
                case.in_cookies.name(field),
                all.len()
            ));
        }
    }
    match (facts.is_empty(), differ) {
        (true, _) if case.in_cookies.is_empty() => Verdict::Open,
        (true, _) => Verdict::ruled_out("each signing cookie is sent once"),
        (false, true) => Verdict::Found(Certainty::Likely, facts),
        (false, false) => Verdict::ruled_out("a signing cookie is sent twice with the same value"),
    }
}

fn cookies_not_sent(case: &Case<'_>) -> Verdict {
    if !case.in_url.is_empty() {
        return Verdict::ruled_out("the URL has signing parameters, so cookies do not count");
    }
    if is_preflight(case) {
        return Verdict::ruled_out("preflights never carry cookies: see preflight-without-cookies");
    }
    let headers = headers_named_like_cookies(case);
    if !headers.is_empty() && case.in_cookies.is_empty() {
        return Verdict::proved([
            format!("the request has headers of the name `{}`", headers.join("`, `")),
            "CloudFront reads signing values from the `Cookie` header alone".to_owned(),
        ]);
    }
    let faults: Vec<String> = case
        .evidence
        .set_cookies
        .iter()
        .filter(|it| it.is_signing())
        .flat_map(|cookie| withheld(cookie, case))
        .collect();
    if !faults.is_empty() {
        return Verdict::Found(Certainty::Proved, faults);
    }
    let sent = case.evidence.response.as_ref().and_then(|response| response.request.as_ref());
    let sent_none = sent.is_some_and(|sent| sent.cookies().is_empty());
    if !case.in_cookies.is_empty() {
        let lacks = case.in_cookies.lacks();
        if !lacks.is_empty() {
            return Verdict::Found(
                if missing_key(case) { Certainty::Proved } else { Certainty::Likely },
                vec![format!("there are signing cookies, but no {}", lacks.join(" and no "))],
            );
        }
        if missing_key(case) {
            let mut facts =
                vec!["the cookies are complete, yet CloudFront found no Key-Pair-Id".to_owned()];
            if sent_none {
                facts.push("the request that curl shows has no Cookie line".to_owned());
            }
            facts.extend(cross_site(case));
            return Verdict::Found(Certainty::Likely, facts);
        }
        return Verdict::ruled_out("the cookies are complete");
    }
    if missing_key(case) {
        let mut facts = vec![
            "CloudFront found no Key-Pair-Id; if there should be cookies, they did not arrive"
                .to_owned(),
        ];
        facts.extend(cross_site(case));
        let certainty = if facts.len() > 1 { Certainty::Likely } else { Certainty::Possible };
        return Verdict::Found(certainty, facts);
    }
    Verdict::Open
}

/// Request headers with the names of signing cookies.
fn headers_named_like_cookies(case: &Case<'_>) -> Vec<&'static str> {
    let sent = case.evidence.response.as_ref().and_then(|response| response.request.as_ref());
    let Some(sent) = sent else { return Vec::new() };
    Field::ALL
        .into_iter()
        .map(|field| field.name(Carrier::Cookie))
        .filter(|name| sent.header(name).is_some())
        .collect()
}

fn sent_as_headers(case: &Case<'_>) -> bool {
    !headers_named_like_cookies(case).is_empty()
}

/// Whether cookies can be set for the host by another server of its domain.
fn own_domain(case: &Case<'_>) -> bool {
    case.target.as_ref().is_none_or(|target| !is_aws_host(&target.host))
}

/// Why a browser would not send this cookie with the request.
fn withheld(cookie: &SetCookie, case: &Case<'_>) -> Vec<String> {
    let Some(target) = &case.target else { return Vec::new() };
    let mut faults = Vec::new();
    let name = &cookie.name;
    if let Some(domain) = cookie.attribute("domain") {
        faults.extend(domain_fault(name, domain, target));
    }
    if let Some(path) = cookie.attribute("path").filter(|path| path.starts_with('/')) {
        // RFC 6265, 5.1.4.
        let inside = target.path == path
            || target
                .path
                .strip_prefix(path)
                .is_some_and(|rest| path.ends_with('/') || rest.starts_with('/'));
        if path.contains('*') {
            faults.push(format!(
                "`{name}` has Path=`{path}`; browsers do not take `*` for a wildcard"
            ));
        } else if !inside {
            faults
                .push(format!("`{name}` has Path=`{path}`, the request is for `{}`", target.path));
        }
    }
    if cookie.attribute("secure").is_some() && target.scheme == "http" {
        faults.push(format!("`{name}` is Secure, the request is http"));
    }
    let same_site = cookie.attribute("samesite").unwrap_or_default().to_ascii_lowercase();
    if same_site == "none" && cookie.attribute("secure").is_none() {
        faults.push(format!("`{name}` has SameSite=None without Secure: browsers drop it"));
    }
    if same_site != "none" && !cross_site(case).is_empty() {
        let shown = if same_site.is_empty() {
            "no SameSite, which means Lax".to_owned()
        } else {
            format!("SameSite={same_site}")
        };
        faults.push(format!("`{name}` has {shown}, and the request comes from another site"));
    }
    if cookie.attribute("max-age").is_some_and(|age| age == "0" || age.starts_with('-')) {
        faults.push(format!("`{name}` was expired by Max-Age"));
    }
    faults
}

fn domain_fault(name: &str, domain: &str, target: &Target) -> Option<String> {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let host = target.host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if PUBLIC_SUFFIXES.contains(&domain.as_str()) || !domain.contains('.') {
        return Some(format!(
            "`{name}` has Domain=`{domain}`, a public suffix: browsers do not store it"
        ));
    }
    let inside =
        host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    (!inside).then(|| format!("`{name}` has Domain=`{domain}`, the request is for `{host}`"))
}

/// From publicsuffix.org: those that hosts of AWS are under, and a few that people try.
const PUBLIC_SUFFIXES: [&str; 6] =
    ["cloudfront.net", "amazonaws.com", "amplifyapp.com", "co.uk", "com.au", "github.io"];

/// A fact if a page of another site made the request, as far as its headers say so.
fn cross_site(case: &Case<'_>) -> Vec<String> {
    let sent = case.evidence.response.as_ref().and_then(|response| response.request.as_ref());
    let (Some(sent), Some(target)) = (sent, &case.target) else { return Vec::new() };
    if sent.header("sec-fetch-site") == Some("cross-site") {
        return vec!["the browser calls the request cross-site".to_owned()];
    }
    let origin = sent.header("origin").or(sent.header("referer")).and_then(Target::read);
    match origin {
        Some(origin) if site(&origin.host) != site(&target.host) => {
            vec![format!("the page is on `{}`, another site than `{}`", origin.host, target.host)]
        }
        _ => Vec::new(),
    }
}

/// The last two labels: a registrable domain, but for suffixes of two labels.
fn site(host: &str) -> String {
    let host = host.split(':').next().unwrap_or(host);
    let labels: Vec<&str> = host.rsplit('.').take(2).collect();
    labels.join(".")
}

fn unsigned_request(case: &Case<'_>) -> Verdict {
    if is_preflight(case) {
        return Verdict::ruled_out("it is a preflight: see preflight-without-cookies");
    }
    if case.pass().is_some() {
        return Verdict::ruled_out("there are signing values");
    }
    if sent_as_headers(case) {
        return Verdict::ruled_out("the values were sent as headers: see cookies-not-sent");
    }
    let Some(target) = &case.target else {
        return match missing_key(case) {
            true => Verdict::possible(["CloudFront found no Key-Pair-Id".to_owned()]),
            false => Verdict::Open,
        };
    };
    let fact = format!(
        "`{}` has no signing parameter, and no signing cookie was given",
        target.without_query()
    );
    if missing_key(case) {
        return Verdict::proved([
            fact,
            "CloudFront found no Key-Pair-Id in the request".to_owned(),
        ]);
    }
    if matches!(&case.answer, Some(Answer::CloudFront(_))) {
        return Verdict::ruled_out(
            "CloudFront found a Key-Pair-Id: the request is not the one given",
        );
    }
    match case.behavior() {
        Some(behavior) if behavior.is_signed() => {
            Verdict::likely([fact, format!("{} checks signatures", behavior.name())])
        }
        Some(_) => Verdict::ruled_out("the behaviour checks no signatures"),
        None => Verdict::possible([fact]),
    }
}
