//! What is no pass's fault.

use crate::case::Case;
use crate::cause::{About, Cause, Need, Verdict};
use crate::source::{Answer, Source};

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "revoked",
        about: About::Elsewhere,
        title: "the pass was revoked, or the edge does not know whether it was",
        meaning: "Edgepass's edge refuses passes of a subject, session or key that was revoked after they were issued. It refuses too when it has no recent revocation state.",
        fix: &[
            "edgepass revocations list",
            "sign in again: a pass issued after the revocation is good",
        ],
        needs: &[Need::Response],
        sources: &[Source::Function, Source::Unknown],
        check: revoked,
    },
    Cause {
        id: "geo-restriction",
        about: About::Elsewhere,
        title: "the viewer's country is shut out",
        meaning: "The distribution's geographic restriction refuses countries by the viewer's address, before anything else matters. VPNs, roaming and misplaced addresses make it look random.",
        fix: &[
            "aws cloudfront get-distribution-config --id {distribution_id} --query DistributionConfig.Restrictions",
            "allow the country, or ask the viewer to switch the VPN off",
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Geo, Source::Unknown],
        check: geo_restriction,
    },
    Cause {
        id: "web-acl",
        about: About::Elsewhere,
        title: "AWS WAF blocked the request",
        meaning: "A rule of the web ACL refused the request before CloudFront looked at the pass: a rate limit, a managed rule group that dislikes the user agent, a long query or cookie (signed ones are long), an address list.",
        fix: &[
            "aws wafv2 get-sampled-requests --scope CLOUDFRONT --region us-east-1 --web-acl-arn {web_acl} --rule-metric-name METRIC --time-window StartTime=START,EndTime=END --max-items 100",
            "exclude the rule for this path, or set it to count: SizeRestrictions_QUERYSTRING and SizeRestrictions_COOKIE_HEADER meet signed requests",
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Waf, Source::Unknown],
        check: web_acl,
    },
    Cause {
        id: "origin-denied",
        about: About::Elsewhere,
        title: "the origin refused, and CloudFront passed its 403 on",
        meaning: "CloudFront let the request through. A custom origin refuses by its own rules: a missing secret header, a Host that it does not know, its own firewall. S3 says AccessDenied also for an object that does not exist (unless CloudFront may list the bucket), for one that KMS encrypts with a key that CloudFront may not use, and for one that another account owns.",
        fix: &[
            "ask the origin directly, with the Host and headers that CloudFront sends",
            "aws s3api head-object --bucket {bucket} --key KEY    # 404: it does not exist",
            "allow CloudFront to list, then missing objects are 404: s3:ListBucket on arn:aws:s3:::{bucket}",
        ],
        needs: &[Need::Response, Need::Distribution, Need::BucketPolicy, Need::PublicAccessBlock],
        sources: &[Source::Origin, Source::S3, Source::Unknown],
        check: origin_denied,
    },
];

fn revoked(case: &Case<'_>) -> Verdict {
    match (case.edgepass_code(), &case.answer) {
        (Some(code @ ("revoked" | "revocation-unknown" | "revocation-stale")), _) => {
            Verdict::proved([format!("the edge says `{code}` in `x-edgepass-reason`")])
        }
        (Some(code), _) => Verdict::ruled_out(format!("the edge says `{code}`")),
        (None, Some(Answer::Generated)) => Verdict::possible([
            "a function made the answer; if it is Edgepass's, its log has the code (expose_reason = true shows it)".to_owned(),
        ]),
        (None, Some(_)) => Verdict::ruled_out("no function made the answer"),
        (None, None) => Verdict::Open,
    }
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
                    "the distribution has no web ACL: the origin's own refused, or the file is old"
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

fn origin_denied(case: &Case<'_>) -> Verdict {
    let server = case.evidence.response.as_ref().and_then(|response| response.header("server"));
    match (&case.answer, case.source) {
        (Some(Answer::S3(code) | Answer::Website(code)), _) if code != "AccessDenied" => {
            let mut facts = vec![format!("S3 says `{code}`")];
            facts.extend(s3_meaning(code).map(str::to_owned));
            Verdict::Found(crate::cause::Certainty::Proved, facts)
        }
        (Some(Answer::S3(_)), _) => match case.origin().map(|origin| origin.bucket().is_some()) {
            Some(false) => Verdict::proved(["the origin is no bucket, but has one behind it".to_owned()]),
            _ if is_in_order(case) => Verdict::likely([
                "S3 says AccessDenied although origin access control and bucket policy are in order".to_owned(),
                "so the object is probably missing, encrypted with a key that CloudFront may not use, or another account's".to_owned(),
            ]),
            _ => Verdict::possible(["S3 says AccessDenied for a missing object too, unless CloudFront may list the bucket".to_owned()]),
        },
        (_, Source::Origin) => Verdict::proved([format!(
            "the answer is the origin's own, by its header `server: {}`",
            server.unwrap_or_default().escape_debug()
        )]),
        (None, _) => Verdict::Open,
        (Some(_), Source::Unknown) => Verdict::possible(["a custom error page hides where the 403 is from".to_owned()]),
        (Some(_), source) => Verdict::ruled_out(format!("the answer is from {}", source.description())),
    }
}

/// Whether everything that is known of the way to the bucket is as it should be.
fn is_in_order(case: &Case<'_>) -> bool {
    let known = case.evidence.bucket_policy.is_some() && case.origin().is_some();
    known
        && super::origin::CAUSES
            .iter()
            .all(|cause| !matches!((cause.check)(case), Verdict::Found(..)))
}

/// Codes of S3 that come with 403 (Amazon S3 API reference, "Error responses").
fn s3_meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "InvalidObjectState" => "the object is archived in Glacier; restore it first",
        "AllAccessDisabled" => "the bucket's account was shut off",
        "AccountProblem" => "the account of the bucket has a problem with AWS",
        "SignatureDoesNotMatch" => {
            "the origin request was signed twice, or changed after signing: an Authorization header of the viewer's was forwarded to the bucket"
        }
        "InvalidAccessKeyId" | "InvalidToken" | "ExpiredToken" => {
            "an Authorization header or token of the viewer's was forwarded to the bucket; do not forward it"
        }
        "RequestTimeTooSkewed" => {
            "an Authorization header with an old date was forwarded to the bucket"
        }
        "KMS.DisabledException" | "KMS.NotFoundException" => {
            "the KMS key of the object is disabled or gone"
        }
        _ => return None,
    })
}
