//! How the distribution is configured.

use super::answer::cors_faults;
use super::resource::departures;
use super::{SIGN_COOKIES, SIGN_URL};
use crate::case::{Case, Outcome};
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::evidence::{Distribution, is_aws_host};
use crate::moment::{Seconds, distance, from_rfc3339};
use crate::need::Need;
use crate::rewriting::Change;
use crate::source::{Answer, Source};

/// CloudFront itself answers, by the configuration.
const CONFIGURATION: &[Source] = &[Source::CloudFront, Source::Unknown];

/// Nothing refused the request: no signature was checked.
const UNCHECKED: &[Source] = &[Source::Nobody, Source::Unknown];

/// How long a change of a distribution takes at most, in seconds. AWS speaks of minutes.
const DEPLOYMENT: u64 = 3600;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "method-not-allowed",
        about: About::Distribution,
        title: "the behaviour does not allow the request's method",
        meaning: "A cache behaviour allows GET and HEAD, or these and OPTIONS, or all seven methods. CloudFront answers every other method with 403 itself, before functions and the origin see the request. The behaviour that decides is the first whose pattern matches the path, which is often the default one.",
        fix: &[
            Fix::when(
                needs_all_methods,
                "allow all methods in the behaviour of this path: AllowedMethods with GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE (CloudFront takes two, three or all seven); CachedMethods stay GET and HEAD",
            ),
            Fix::when(
                needs_options,
                "allow OPTIONS in the behaviour of this path: AllowedMethods with GET, HEAD, OPTIONS",
            ),
            Fix::new(
                "aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
            ),
            Fix::new("or give the application's paths a behaviour of their own, before the others"),
        ],
        needs: &[Need::Url, Need::Response, Need::Distribution],
        sources: CONFIGURATION,
        check: method_not_allowed,
    },
    Cause {
        id: "scheme-mismatch",
        about: About::Distribution,
        title: "http and https are mixed up",
        meaning: "The protocol is part of the signed resource. If a URL was signed with http and the viewer is redirected to https, the signature is no longer that of the URL. A behaviour that allows https only answers http with 403.",
        fix: &[
            Fix::new("sign https URLs:"),
            SIGN_URL,
            SIGN_COOKIES,
            Fix::new(
                "behind a load balancer, build URLs with X-Forwarded-Proto, not with the scheme of the inner request",
            ),
        ],
        needs: &[Need::Url, Need::PublicKey, Need::Distribution],
        sources: &[Source::SignatureCheck, Source::Function, Source::CloudFront, Source::Unknown],
        check: scheme_mismatch,
    },
    Cause {
        id: "distribution-not-deployed",
        about: About::Distribution,
        title: "the distribution is not in force for this host",
        meaning: "After a change a distribution is InProgress for some minutes, and edge locations still answer by the configuration before. A disabled distribution refuses every request, and so does one that does not list the host among its alternate domain names.",
        fix: &[
            Fix::when(
                is_deploying,
                "aws cloudfront wait distribution-deployed --id {distribution_id}",
            ),
            Fix::when(
                is_disabled,
                "enable it: set Enabled to true with aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
            ),
            Fix::when(
                lacks_alias,
                "add the host to Aliases, with a certificate for it: aws cloudfront associate-alias --target-distribution-id {distribution_id} --alias {host}",
            ),
        ],
        needs: &[Need::Url, Need::Distribution, Need::DistributionState],
        sources: &Source::ALL,
        check: not_deployed,
    },
    Cause {
        id: "earlier-behavior-unsigned",
        about: About::Distribution,
        title: "an earlier behaviour without trusted key groups answers this path: everyone can read it",
        meaning: "CloudFront tries behaviours in their order, and the first whose pattern matches decides. A pattern such as *.jpg before /private/* opens every picture in /private, and CloudFront never looks at passes for it. An open path is refused to nobody, so this explains no 403.",
        fix: &[
            Fix::new("if this path is meant to be public, change nothing"),
            Fix::new(
                "if it is meant to be private, put the signed behaviour first: aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
            ),
        ],
        needs: &[Need::Url, Need::Distribution],
        sources: UNCHECKED,
        check: earlier_behavior_unsigned,
    },
    Cause {
        id: "content-unprotected",
        about: About::Distribution,
        title: "the behaviour has no trusted key group: everyone can read the content",
        meaning: "Without a trusted key group CloudFront checks no signing parameters or cookies, and answers everyone: with a good pass, with a bad one, and without one. An open path is refused to nobody, so this explains no 403.",
        fix: &[
            Fix::new("if this content is meant to be public, change nothing"),
            Fix::new(
                "if it is meant to be private, name the key group in the behaviour's TrustedKeyGroups: aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
            ),
        ],
        needs: &[Need::Url, Need::Distribution],
        sources: UNCHECKED,
        check: content_unprotected,
    },
];

fn method_not_allowed(case: &Case<'_>) -> Verdict {
    let method = case.method();
    let mut facts = vec![format!("the method is {}", method.escape_debug())];
    let says = case.answer == Some(Answer::Method);
    if says {
        facts.push("CloudFront says that the distribution does not allow this method".to_owned());
    }
    let behavior = case.behavior();
    let allowed = behavior.and_then(|it| Some((it, it.allowed_methods.as_ref()?)));
    if let Some((behavior, allowed)) = allowed {
        let listed = allowed.items.iter().any(|it| it.eq_ignore_ascii_case(method));
        if listed && !says {
            return Verdict::ruled_out(format!("{} allows {method}", behavior.name()));
        }
        facts.push(if listed {
            format!(
                "{} allows {method}: the file is old, or of another distribution",
                behavior.name()
            )
        } else {
            format!("{} allows {} only", behavior.name(), allowed.items.join(", "))
        });
        return Verdict::Found(Certainty::Proved, facts);
    }
    match (says, &case.answer) {
        (true, _) => Verdict::Found(Certainty::Proved, facts),
        (false, Some(_)) if case.source != Source::Unknown => {
            Verdict::ruled_out("CloudFront does not say that the method is not allowed")
        }
        (false, _) if ["GET", "HEAD"].contains(&method) => {
            Verdict::ruled_out(format!("every behaviour allows {method}"))
        }
        (false, _) => Verdict::Open,
    }
}

fn needs_options(case: &Case<'_>) -> bool {
    case.method().eq_ignore_ascii_case("OPTIONS")
}

fn needs_all_methods(case: &Case<'_>) -> bool {
    !needs_options(case)
}

fn scheme_mismatch(case: &Case<'_>) -> Verdict {
    let mut facts = Vec::new();
    if let (Some(behavior), Some(target)) = (case.behavior(), &case.target)
        && behavior.viewer_protocol_policy == "https-only"
        && target.scheme == "http"
    {
        facts.push(format!("{} allows https only, the request is http", behavior.name()));
    }
    facts.extend(departures(case, Change::Scheme).unwrap_or_default());
    if let (false, Some(behavior)) = (facts.is_empty(), case.behavior())
        && behavior.viewer_protocol_policy == "redirect-to-https"
    {
        facts.push(format!("{} redirects http to https", behavior.name()));
    }
    let redirects = case.evidence.response.as_ref().map(|response| response.redirects.as_slice());
    if !facts.is_empty() && redirects.unwrap_or_default().iter().any(|to| to.starts_with("https:"))
    {
        facts.push("curl was redirected to https".to_owned());
    }
    if !facts.is_empty() {
        return Verdict::Found(Certainty::Proved, facts);
    }
    match (&case.target, case.readable_policy().is_some() || case.authorship.is_some()) {
        (Some(target), true) => {
            Verdict::ruled_out(format!("the pass is for {} too", target.scheme))
        }
        _ => Verdict::Open,
    }
}

fn not_deployed(case: &Case<'_>) -> Verdict {
    let Some(distribution) = case.distribution() else {
        return match case.answer {
            Some(Answer::Page("Bad request")) => Verdict::likely([
                "CloudFront answers `Bad request`, as it does for a host that is not an alternate domain name of any distribution".to_owned(),
            ]),
            _ => Verdict::Open,
        };
    };
    // Whoever got an answer from behind CloudFront, or from one of its checks, reached a
    // distribution that is in force.
    let in_force =
        !matches!(case.source, Source::Unknown | Source::CloudFront | Source::NotCloudFront);
    if !distribution.config.enabled {
        let fact = "`Enabled` is false".to_owned();
        return match in_force {
            true => Verdict::noted([fact, ANOTHER_FILE.to_owned()]),
            false => Verdict::proved([fact]),
        };
    }
    if let Some(verdict) = deploying(case, distribution) {
        return verdict;
    }
    let host = case.target.as_ref().map(|target| target.host.as_str());
    match host.and_then(|host| Some((host, distribution.answers_to(host)?))) {
        Some((host, false)) => {
            let fact = format!("`{host}` is not among the names of the distribution");
            if in_force || is_aws_host(host) {
                Verdict::noted([fact, ANOTHER_FILE.to_owned()])
            } else if matches!(case.answer, Some(Answer::Page(_))) {
                Verdict::proved([fact])
            } else {
                Verdict::likely([fact])
            }
        }
        Some((_, true)) => match distribution.state {
            Some(_) => Verdict::ruled_out("it is deployed, and answers to the host"),
            None => Verdict::Open,
        },
        None => Verdict::Open,
    }
}

const ANOTHER_FILE: &str = "a distribution did answer: the file is of another one, or old";

/// A change that edges may not know yet.
fn deploying(case: &Case<'_>, distribution: &Distribution) -> Option<Verdict> {
    let state = distribution.state.as_ref().filter(|state| state.status == "InProgress")?;
    let changed = from_rfc3339(&state.last_modified_time);
    let age = changed.map(|time| time.as_seconds().abs_diff(case.now.as_seconds()));
    let since =
        changed.map_or_else(String::new, |time| format!(", changed {}", distance(time, case.now)));
    let mut facts = vec![format!(
        "its status is InProgress{since}: edges may still answer by the configuration before"
    )];
    if let Some(age) = age.filter(|age| *age > DEPLOYMENT) {
        facts.push(format!(
            "a change takes minutes, not {}: the file is probably old",
            Seconds(age)
        ));
        return Some(Verdict::Noted(facts));
    }
    let check =
        matches!(case.source, Source::SignatureCheck | Source::Unknown | Source::CloudFront);
    Some(Verdict::Found(if check { Certainty::Likely } else { Certainty::Possible }, facts))
}

fn is_deploying(case: &Case<'_>) -> bool {
    case.distribution().is_none_or(|distribution| {
        distribution.state.as_ref().is_some_and(|state| state.status == "InProgress")
    })
}

fn is_disabled(case: &Case<'_>) -> bool {
    case.distribution().is_some_and(|distribution| !distribution.config.enabled)
}

/// AWS's own hosts cannot be an alternate domain name.
fn lacks_alias(case: &Case<'_>) -> bool {
    let Some(target) = &case.target else { return false };
    let known = case.distribution().and_then(|distribution| distribution.answers_to(&target.host));
    !is_aws_host(&target.host) && known != Some(true)
}

/// Whether somebody may complain that this path is open: no refusal is known, and a pass shows that
/// it is meant to be private, or the answer was given without one.
fn is_about_openness(case: &Case<'_>, meant: bool) -> bool {
    match case.outcome {
        Outcome::LetIn => (meant || case.pass().is_some()) && cors_faults(case).is_empty(),
        Outcome::Failed => false,
        Outcome::Refused => case.answer.is_none() && case.pass().is_some(),
    }
}

/// What is open is a cause where the complaint is that it is open, else a note: it refuses nothing.
fn open_to_all(case: &Case<'_>, meant: bool, mut facts: Vec<String>) -> Verdict {
    if is_about_openness(case, meant) {
        return Verdict::Found(Certainty::Proved, facts);
    }
    if matches!(&case.answer, Some(Answer::CloudFront(_))) {
        facts.push(
            "but CloudFront did check a signature, so the file is old or of another distribution"
                .to_owned(),
        );
    }
    Verdict::Noted(facts)
}

fn earlier_behavior_unsigned(case: &Case<'_>) -> Verdict {
    let behaviors = case.behaviors();
    let Some((first, later)) = behaviors.split_first() else { return Verdict::Open };
    if first.is_signed() || first.has_viewer_function() {
        return Verdict::ruled_out(format!("{} answers first, and checks", first.name()));
    }
    match later.iter().find(|behavior| behavior.is_signed()) {
        Some(signed) => open_to_all(
            case,
            true,
            vec![
                format!("{} answers this path and checks no signatures", first.name()),
                format!("{}, which checks them, comes after it", signed.name()),
            ],
        ),
        None => Verdict::ruled_out("no later behaviour checks signatures either"),
    }
}

fn content_unprotected(case: &Case<'_>) -> Verdict {
    let behaviors = case.behaviors();
    let Some(first) = behaviors.first() else { return Verdict::Open };
    if first.is_signed() {
        return Verdict::ruled_out(format!("{} checks signatures", first.name()));
    }
    if first.has_viewer_function() {
        return Verdict::noted([format!(
            "{} has no trusted key group; a viewer-request function sees the request, and may check it",
            first.name()
        )]);
    }
    if behaviors.iter().any(|behavior| behavior.is_signed()) {
        return Verdict::ruled_out("see earlier-behavior-unsigned");
    }
    let facts =
        vec![format!("{} answers this path, and its TrustedKeyGroups are off", first.name())];
    open_to_all(case, false, facts)
}
