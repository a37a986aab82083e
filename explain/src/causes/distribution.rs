//! What CloudFront is configured to do.

use super::PASS;
use super::resource::departures;
use crate::case::Case;
use crate::cause::{About, Cause, Certainty, Need, Verdict};
use crate::moment::{distance, from_rfc3339};
use crate::rewriting::Change;
use crate::source::{Answer, Source};

/// Here nothing was checked, so that the 403, if there is one, comes from further behind.
const UNCHECKED: &[Source] =
    &[Source::Function, Source::Waf, Source::Geo, Source::S3, Source::Origin, Source::Unknown];

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "scheme-mismatch",
        about: About::Distribution,
        title: "http and https are mixed up",
        meaning: "The protocol is part of the signed resource. A URL signed with http that is redirected to https keeps its signature and loses its match; a behaviour that allows https only answers http with 403.",
        fix: &[
            "sign https URLs: edgepass sign url 'https://{host}/...' --key private.pem --key-id {key_id} --expires +12h",
            "behind a load balancer, build URLs with X-Forwarded-Proto, not with the scheme of the inner request",
        ],
        needs: &[Need::Url, Need::PublicKey, Need::Distribution],
        sources: PASS,
        check: scheme_mismatch,
    },
    Cause {
        id: "distribution-not-deployed",
        about: About::Distribution,
        title: "the distribution is not in force for this host",
        meaning: "After a change a distribution is InProgress for some minutes: edge locations still answer by the old configuration. A disabled one refuses, and so does one that does not list the host among its alternate domain names.",
        fix: &[
            "aws cloudfront wait distribution-deployed --id {distribution_id}",
            "add the host to Aliases, with a certificate for it: aws cloudfront associate-alias --target-distribution-id {distribution_id} --alias {host}",
        ],
        needs: &[Need::Url, Need::Distribution, Need::DistributionState],
        sources: &Source::ALL,
        check: not_deployed,
    },
    Cause {
        id: "earlier-behavior-unsigned",
        about: About::Distribution,
        title: "an earlier behaviour without trusted key groups answers this path: it is open to all",
        meaning: "CloudFront asks behaviours in their order, and the first whose pattern matches decides. A pattern such as *.jpg before /private/* opens every picture in /private, and passes for it are never looked at.",
        fix: &[
            "put the signed behaviour first: aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
        ],
        needs: &[Need::Url, Need::Distribution],
        sources: UNCHECKED,
        check: earlier_behavior_unsigned,
    },
    Cause {
        id: "content-unprotected",
        about: About::Distribution,
        title: "the behaviour has no trusted key group: the content is open to all",
        meaning: "Without a trusted key group CloudFront ignores signing parameters and cookies, and answers everyone. The pass works, and so does no pass. A 403 here comes from behind CloudFront.",
        fix: &[
            "add the key group to the behaviour: TrustedKeyGroups: [{key_group_id}] in the template, or aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
        ],
        needs: &[Need::Url, Need::Distribution],
        sources: UNCHECKED,
        check: content_unprotected,
    },
];

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
                "CloudFront answers `Bad request`, as it does for a host that is no alternate domain name of a distribution".to_owned(),
            ]),
            _ => Verdict::Open,
        };
    };
    if !distribution.config.enabled {
        return Verdict::proved(["`Enabled` is false".to_owned()]);
    }
    if let Some(state) = &distribution.state
        && state.status == "InProgress"
    {
        let since = from_rfc3339(&state.last_modified_time);
        let since = since
            .map_or_else(String::new, |time| format!(", changed {}", distance(time, case.now)));
        return Verdict::likely([format!(
            "its status is InProgress{since}: edges may still answer by the configuration before"
        )]);
    }
    let host = case.target.as_ref().map(|target| target.host.as_str());
    match host.and_then(|host| Some((host, distribution.answers_to(host)?))) {
        Some((host, false)) if !host.ends_with(".cloudfront.net") => Verdict::Found(
            if matches!(case.answer, Some(Answer::Page(_))) {
                Certainty::Proved
            } else {
                Certainty::Likely
            },
            vec![format!("`{host}` is not among its alternate domain names")],
        ),
        Some((host, false)) => {
            Verdict::likely([format!("`{host}` is another distribution than the file's")])
        }
        Some((_, true)) => match distribution.state {
            Some(_) => Verdict::ruled_out("it is deployed, and answers to the host"),
            None => Verdict::Open,
        },
        None => Verdict::Open,
    }
}

fn earlier_behavior_unsigned(case: &Case<'_>) -> Verdict {
    let behaviors = case.behaviors();
    let Some((first, later)) = behaviors.split_first() else { return Verdict::Open };
    if first.is_signed() || first.has_viewer_function() {
        return Verdict::ruled_out(format!("{} answers first, and checks", first.name()));
    }
    match later.iter().find(|behavior| behavior.is_signed()) {
        Some(signed) => Verdict::proved([
            format!("{} answers this path and checks no signatures", first.name()),
            format!("{}, which does, comes after it", signed.name()),
        ]),
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
        return Verdict::possible([format!(
            "{} has no trusted key group; a viewer-request function sees the request, and may check it",
            first.name()
        )]);
    }
    if behaviors.iter().any(|behavior| behavior.is_signed()) {
        return Verdict::ruled_out("see earlier-behavior-unsigned");
    }
    Verdict::proved([format!(
        "{} answers this path, and its TrustedKeyGroups are off",
        first.name()
    )])
}
