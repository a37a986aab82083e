//! Whether a pass reaches CloudFront.

use policy::{CloudFrontError, Field};

use super::PASS;
use crate::case::Case;
use crate::cause::{About, Cause, Certainty, Need, Verdict};
use crate::evidence::SetCookie;
use crate::source::Answer;
use crate::target::Target;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "preflight-without-cookies",
        about: About::Delivery,
        title: "the request is a CORS preflight, which carries no cookies",
        meaning: "Before a cross-origin request with its own headers, such as Range, browsers ask with OPTIONS and send no cookies with it. A behaviour with trusted key groups refuses it like any unsigned request, and the browser reports a CORS error.",
        fix: &[
            "serve page and media under one origin, then there is no preflight",
            "or answer OPTIONS before the check: a behaviour without trusted key groups behind Edgepass's edge (edgepass bundle lambda-edge), which answers preflights itself",
        ],
        needs: &[Need::Response],
        sources: PASS,
        check: preflight,
    },
    Cause {
        id: "parameter-hides-cookies",
        about: About::Delivery,
        title: "a query parameter with the name of a signing one hides the cookies",
        meaning: "Any of Expires, Policy, Signature, Key-Pair-Id and Hash-Algorithm in the URL makes CloudFront take it for a signed URL and ignore all cookies. An application that calls a parameter of its own `Expires` or `Policy` locks its viewers out.",
        fix: &["rename the application's parameter: expires_at instead of Expires"],
        needs: &[Need::Url],
        sources: PASS,
        check: parameter_hides_cookies,
    },
    Cause {
        id: "duplicate-cookies",
        about: About::Delivery,
        title: "a signing cookie is sent more than once",
        meaning: "Cookies of one name with different Domain or Path live side by side, and the browser sends them all. AWS does not say which one CloudFront takes: after a change of Domain or Path an old, expired one often wins.",
        fix: &[
            "expire the old ones under their own Domain and Path: Set-Cookie: CloudFront-Policy=; Domain=OLD_DOMAIN; Path=OLD_PATH; Max-Age=0",
            "set all signing cookies with one Domain and one Path, for ever the same",
        ],
        needs: &[Need::Response],
        sources: PASS,
        check: duplicate_cookies,
    },
    Cause {
        id: "cookies-not-sent",
        about: About::Delivery,
        title: "the browser does not send the cookies, or not all of them",
        meaning: "A browser sends a cookie only where its Domain, Path, Secure and SameSite allow, across origins only where the request asks for credentials, and it refuses to store one for a public suffix such as cloudfront.net. All signing cookies are needed at once.",
        fix: &[
            "issue and read under one domain: Domain={host}; Path=/; Secure; HttpOnly; SameSite=Lax (across sites: SameSite=None; Secure)",
            "ask for credentials: fetch(url, { credentials: 'include' }); hls.js: xhrSetup: xhr => { xhr.withCredentials = true }",
            "cookies for *.cloudfront.net can be set only by the distribution itself: issue them through it, or use a domain of your own",
        ],
        needs: &[Need::Response, Need::SetCookie],
        sources: PASS,
        check: cookies_not_sent,
    },
    Cause {
        id: "unsigned-request",
        about: About::Delivery,
        title: "the request carries no pass at all",
        meaning: "The behaviour trusts key groups, so every request needs signing parameters or cookies: the links in a playlist, images of a style sheet and source maps too, which nobody signed.",
        fix: &[
            "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h",
            "for playlists and pages with many files: edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h",
        ],
        needs: &[Need::Url, Need::Response],
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
    let fact = "the method is OPTIONS".to_owned();
    let methods = matches!(case.answer, Some(Answer::Page(page)) if page.contains("method"));
    let signed = case.behavior().map(|behavior| behavior.is_signed());
    match (missing_key(case) || methods, signed) {
        (true, _) if methods => Verdict::proved([
            fact,
            "CloudFront says that the behaviour does not allow this method".to_owned(),
        ]),
        (true, _) => Verdict::proved([fact, "CloudFront found no Key-Pair-Id in it".to_owned()]),
        (false, Some(true)) => Verdict::likely([
            fact,
            format!(
                "{} checks signatures of every method",
                case.behavior().map_or_else(String::new, |it| it.name())
            ),
        ]),
        (false, Some(false)) => Verdict::ruled_out("the behaviour checks no signatures"),
        (false, None) => Verdict::likely([fact]),
    }
}

fn parameter_hides_cookies(case: &Case<'_>) -> Verdict {
    if case.in_cookies.is_empty() {
        return Verdict::ruled_out("there are no signing cookies");
    }
    if case.in_url.is_empty() {
        return Verdict::ruled_out("the URL has no parameter of a signing one's name");
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
            "it is a whole pass, so the cookies do not count".to_owned(),
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
                "`{}` is there {} times, with {values}",
                case.in_cookies.name(field),
                all.len()
            ));
        }
    }
    match (facts.is_empty(), differ) {
        (true, _) if case.in_cookies.is_empty() => Verdict::Open,
        (true, _) => Verdict::ruled_out("each signing cookie is there once"),
        (false, true) => Verdict::Found(Certainty::Likely, facts),
        (false, false) => Verdict::Found(Certainty::Possible, facts),
    }
}

fn cookies_not_sent(case: &Case<'_>) -> Verdict {
    if !case.in_url.is_empty() {
        return Verdict::ruled_out("the URL has signing parameters, so cookies do not count");
    }
    if is_preflight(case) {
        return Verdict::ruled_out("preflights never carry cookies: see preflight-without-cookies");
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
                vec![format!("there are signing cookies but no {}", lacks.join(" and no "))],
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
            faults.push(format!("`{name}` has Path=`{path}`; to browsers a `*` is no wildcard"));
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
            "`{name}` has Domain=`{domain}`, a public suffix: browsers refuse it"
        ));
    }
    let inside =
        host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    (!inside).then(|| format!("`{name}` has Domain=`{domain}`, the request is for `{host}`"))
}

/// Those of publicsuffix.org that AWS hosts are under, and the ones that mistakes are made with.
const PUBLIC_SUFFIXES: [&str; 6] =
    ["cloudfront.net", "amazonaws.com", "amplifyapp.com", "co.uk", "com.au", "github.io"];

/// That the request was made by a page of another site, if curl's copy of it says so.
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
    match (missing_key(case), case.behavior().map(|behavior| behavior.is_signed())) {
        (true, _) => {
            Verdict::proved([fact, "CloudFront found no Key-Pair-Id in the request".to_owned()])
        }
        (false, Some(true)) => Verdict::likely([
            fact,
            format!(
                "{} checks signatures",
                case.behavior().map_or_else(String::new, |it| it.name())
            ),
        ]),
        (false, Some(false)) => Verdict::ruled_out("the behaviour checks no signatures"),
        (false, None) => Verdict::possible([fact]),
    }
}
