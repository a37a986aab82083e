//! Causes that have nothing to do with passes, or not with what CloudFront checks of them.

use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::need::Need;
use crate::source::{Answer, Source};

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "revoked",
        about: About::Elsewhere,
        title: "the pass was revoked, or the edge does not know whether it was",
        meaning: "Edgepass's edge refuses a pass if its subject, its session or its key was revoked after the pass was issued. It also refuses while it has no recent revocation state.",
        fix: &[
            Fix::new("edgepass revocations list"),
            Fix::new("sign in again: a pass issued after the revocation is good"),
        ],
        needs: &[Need::Response],
        sources: &[Source::Function, Source::Unknown],
        check: revoked,
    },
    Cause {
        id: "geo-restriction",
        about: About::Elsewhere,
        title: "the distribution does not serve the viewer's country",
        meaning: "The distribution's geographic restriction refuses countries by the viewer's address, whatever the pass says. VPNs, roaming, and addresses that are registered in another country make it look random.",
        fix: &[
            Fix::new(
                "aws cloudfront get-distribution-config --id {distribution_id} --query DistributionConfig.Restrictions",
            ),
            Fix::new("allow the country, or ask the viewer to switch the VPN off"),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Geo, Source::Unknown],
        check: geo_restriction,
    },
    Cause {
        id: "web-acl",
        about: About::Elsewhere,
        title: "AWS WAF blocked the request",
        meaning: "A rule of the web ACL refused the request before CloudFront looked at the pass: a rate limit, an address list, or a managed rule group that objects to the user agent, to a long query or to a long cookie header. Signed URLs and cookies are long.",
        fix: &[
            Fix::new(
                "see which rule it was: aws wafv2 get-sampled-requests --scope CLOUDFRONT --region us-east-1 --web-acl-arn {web_acl} --rule-metric-name METRIC --time-window StartTime=START,EndTime=END --max-items 100",
            ),
            Fix::new(
                "exclude the rule for this path, or set it to count: SizeRestrictions_QUERYSTRING, SizeRestrictions_Cookie_HEADER and NoUserAgent_HEADER of AWSManagedRulesCommonRuleSet block signed requests and players",
            ),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Waf, Source::Unknown],
        check: web_acl,
    },
];

fn revoked(case: &Case<'_>) -> Verdict {
    match (case.edgepass_code(), &case.answer) {
        (Some(code @ ("revoked" | "revocation-unknown" | "revocation-stale")), _) => {
            Verdict::proved([format!("the edge says `{code}` in `x-edgepass-reason`")])
        }
        (Some(code), _) => {
            Verdict::ruled_out(format!("the edge says `{}`", code.escape_debug()))
        }
        (None, Some(Answer::Generated)) if is_edgepass(case) => Verdict::possible([
            "Edgepass's edge made the answer; its log has the code (expose_reason = true shows it in the answer)".to_owned(),
        ]),
        (None, Some(Answer::Generated)) => {
            Verdict::ruled_out("a function made the answer, and it is not known to be Edgepass's")
        }
        (None, Some(_)) => Verdict::ruled_out("no function made the answer"),
        (None, None) => Verdict::Open,
    }
}

/// Whether the function that made the answer looks like Edgepass's: by the refusal that Edgepass
/// writes, or by the name that its template gives.
fn is_edgepass(case: &Case<'_>) -> bool {
    let response = case.evidence.response.as_ref();
    let own = response.is_some_and(|response| {
        response.body.trim() == "403 Forbidden"
            && response.header("cache-control") == Some("no-store")
    });
    let functions = case.behavior().map(|behavior| {
        let lambdas = behavior.lambda_function_associations.items.iter();
        lambdas.chain(&behavior.function_associations.items)
    });
    let named = functions.into_iter().flatten().any(|function| {
        let name = function.name().to_ascii_lowercase();
        name.contains("edgepass") || name.contains("validatorfunction")
    });
    own || named
}

fn geo_restriction(case: &Case<'_>) -> Verdict {
    let restriction = case.distribution().map(|it| &it.config.restrictions.geo_restriction);
    match (&case.answer, restriction) {
        (Some(Answer::Country), restriction) => {
            let says = "CloudFront says that it blocks access from the viewer's country".to_owned();
            match restriction.filter(|restriction| !restriction.items.is_empty()) {
                Some(restriction) => Verdict::proved([
                    says,
                    format!(
                        "the distribution has a {} of {}",
                        restriction.restriction_type,
                        restriction.items.join(", ")
                    ),
                ]),
                None => Verdict::proved([says]),
            }
        }
        (Some(_), _) if case.source != Source::Unknown => {
            Verdict::ruled_out("the answer is not that of a restriction")
        }
        (_, Some(restriction))
            if restriction.restriction_type == "none"
                || restriction.restriction_type.is_empty() =>
        {
            Verdict::ruled_out("the distribution has no geographic restriction")
        }
        (_, Some(restriction)) => Verdict::possible([format!(
            "the distribution has a {} of {}",
            restriction.restriction_type,
            restriction.items.join(", ")
        )]),
        (_, None) => Verdict::Open,
    }
}

fn web_acl(case: &Case<'_>) -> Verdict {
    let acl = case.distribution().map(|distribution| distribution.config.web_acl_id.as_str());
    match (&case.answer, acl) {
        (Some(Answer::Blocked), acl) => {
            let says = "CloudFront says `Request blocked.`".to_owned();
            match acl {
                Some("") => Verdict::likely([
                    says,
                    "the distribution has no web ACL: the origin has one that refused, or the file is old"
                        .to_owned(),
                ]),
                Some(acl) => {
                    Verdict::proved([says, format!("the distribution has the web ACL `{acl}`")])
                }
                None => Verdict::proved([says]),
            }
        }
        (Some(_), _) if case.source != Source::Unknown => {
            Verdict::ruled_out("the answer is not that of WAF")
        }
        (_, Some("")) => Verdict::ruled_out("the distribution has no web ACL"),
        (_, Some(acl)) => Verdict::possible([format!("the distribution has the web ACL `{acl}`")]),
        (_, None) => Verdict::Open,
    }
}
