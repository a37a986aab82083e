//! The server behind CloudFront, by its kind.

use super::bucket::{is_in_order, may_list};
use super::object;
use crate::case::{Case, Outcome};
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::evidence::{Behavior, OriginKind};
use crate::need::Need;
use crate::source::{Answer, Source};

const BEHIND: &[Source] = &[Source::Origin, Source::S3, Source::Unknown];

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "host-forwarded",
        about: About::Origin,
        title: "CloudFront forwards the viewer's Host to an origin that does not know it",
        meaning: "S3, Lambda function URLs and API Gateway know a request by its Host. CloudFront signs its own request with the origin's name; where the viewer's `Host` is forwarded, the origin gets another host than the signed one, and answers SignatureDoesNotMatch, Forbidden, or that it has no such bucket.",
        fix: &[
            Fix::when(
                is_bucket,
                "use the managed origin request policy CORS-S3Origin (88a5eaf4-2fd4-4709-b370-b4c650ea3fcf), or none",
            ),
            Fix::when(
                is_other_service,
                "use the managed origin request policy AllViewerExceptHostHeader (b689b0a8-53d0-40ab-baf2-68738e2966ac)",
            ),
            Fix::when(
                forwards_by_cache_policy,
                "and a cache policy without Host: the managed CachingOptimized (658327ea-f89d-4fab-a63d-7e88639e58f6) or CachingDisabled (4135ea2d-6df8-44a3-9df3-4b5a84be39ad)",
            ),
            Fix::when(
                has_unknown_policy,
                "see what a policy of your own forwards: aws cloudfront get-origin-request-policy --id ID, aws cloudfront get-cache-policy --id ID",
            ),
            Fix::when(
                has_forwarded_values,
                "take Host (and `*`) out of ForwardedValues.Headers, or replace ForwardedValues by a cache policy",
            ),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: BEHIND,
        check: host_forwarded,
    },
    Cause {
        id: "function-url-permission-missing",
        about: About::Origin,
        title: "the Lambda function URL refuses CloudFront",
        meaning: "A function URL with AuthType AWS_IAM takes signed requests of callers that its policy allows. CloudFront signs with an origin access control of the type `lambda`, and the function's policy has to allow the service cloudfront.amazonaws.com two actions: lambda:InvokeFunctionUrl and lambda:InvokeFunction. A request with a body also needs the header x-amz-content-sha256 from the viewer.",
        fix: &[
            Fix::when(
                has_no_access_control,
                "aws cloudfront create-origin-access-control --origin-access-control-config Name=FUNCTION,SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=lambda    # and name it in the origin",
            ),
            Fix::when(
                lacks_permission,
                "aws lambda add-permission --function-name FUNCTION --statement-id cloudfront-url --action lambda:InvokeFunctionUrl --principal cloudfront.amazonaws.com --source-arn {distribution_arn} --function-url-auth-type AWS_IAM",
            ),
            Fix::when(
                lacks_permission,
                "aws lambda add-permission --function-name FUNCTION --statement-id cloudfront-invoke --action lambda:InvokeFunction --principal cloudfront.amazonaws.com --source-arn {distribution_arn}",
            ),
            Fix::when(
                has_body,
                "let the viewer send the SHA-256 of the body in x-amz-content-sha256: CloudFront does not hash bodies",
            ),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Origin, Source::Unknown],
        check: function_url_permission_missing,
    },
];

/// After all that is more specific.
pub(super) const DENIED: &[Cause] = &[Cause {
    id: "origin-denied",
    about: About::Elsewhere,
    title: "the origin refused, and CloudFront passed its 403 on",
    meaning: "CloudFront let the request through. A server of one's own refuses by its own rules: a missing secret header, a Host that it does not know, its own firewall. S3 also says AccessDenied for an object that does not exist (unless CloudFront may list the bucket), for one that is encrypted with a KMS key that CloudFront may not use, and for one that another account owns.",
    fix: &[
        Fix::when(
            is_bucket,
            "see whether the object is there: aws s3api head-object --bucket {bucket} --key '{key}'    # 404: it does not exist",
        ),
        Fix::when(
            is_bucket,
            "let missing objects be 404: allow s3:ListBucket on arn:aws:s3:::{bucket} to cloudfront.amazonaws.com, with the same Condition",
        ),
        Fix::when(
            is_api,
            "see that OriginPath is the stage (/prod) and that the API has the path: Missing Authentication Token means that it has not",
        ),
        Fix::when(
            is_api,
            "see its API keys, resource policy, authorizer and web ACL: aws apigateway get-rest-api --rest-api-id ID",
        ),
        Fix::when(
            is_load_balancer,
            "see the rules of the listener, which may answer 403 by themselves, and the load balancer's web ACL",
        ),
        Fix::when(
            is_own_server,
            "ask the origin directly, with the Host and headers that CloudFront sends: curl -sv https://{origin}/...",
        ),
        Fix::when(is_own_server, "look for the request in the origin's own log"),
    ],
    needs: &[Need::Response, Need::Distribution, Need::BucketPolicy, Need::PublicAccessBlock],
    sources: BEHIND,
    check: origin_denied,
}];

fn is_bucket(case: &Case<'_>) -> bool {
    matches!(case.origin_kind(), None | Some(OriginKind::S3 | OriginKind::S3Website))
        && case.source != Source::Origin
}

fn is_other_service(case: &Case<'_>) -> bool {
    !is_bucket(case)
}

fn is_api(case: &Case<'_>) -> bool {
    case.origin_kind() == Some(OriginKind::ApiGateway)
}

fn is_load_balancer(case: &Case<'_>) -> bool {
    case.origin_kind() == Some(OriginKind::LoadBalancer)
}

fn is_own_server(case: &Case<'_>) -> bool {
    match case.origin_kind() {
        Some(kind) => matches!(kind, OriginKind::Other | OriginKind::LoadBalancer),
        None => case.source != Source::S3,
    }
}

fn has_no_access_control(case: &Case<'_>) -> bool {
    case.origin().is_some_and(|origin| !origin.has_access_control())
}

/// Unless it checked the signature, which comes before permissions.
fn lacks_permission(case: &Case<'_>) -> bool {
    !matches!(&case.answer, Some(Answer::Service(_, error)) if error == "InvalidSignatureException")
}

fn has_body(case: &Case<'_>) -> bool {
    !matches!(case.method(), "GET" | "HEAD" | "OPTIONS")
}

fn forwards_by_cache_policy(case: &Case<'_>) -> bool {
    let forwarding = case.behavior().and_then(Behavior::host_forwarding);
    forwarding.is_some_and(|how| how.contains("cache policy"))
}

fn has_forwarded_values(case: &Case<'_>) -> bool {
    case.behavior().is_some_and(|behavior| behavior.forwarded_values.is_some())
}

fn has_unknown_policy(case: &Case<'_>) -> bool {
    case.behavior().is_some_and(|behavior| {
        behavior.host_forwarding().is_none() && !behavior.unknown_policies().is_empty()
    })
}

fn host_forwarded(case: &Case<'_>) -> Verdict {
    let kind = case.origin_kind();
    let minds = matches!(
        kind,
        Some(
            OriginKind::S3
                | OriginKind::S3Website
                | OriginKind::FunctionUrl
                | OriginKind::ApiGateway
        )
    );
    if let (Some(kind), false) = (kind, minds) {
        return Verdict::ruled_out(format!("the origin is {}", kind.description()));
    }
    let how = case.behavior().and_then(|behavior| {
        let how = behavior.host_forwarding()?;
        Some(format!("{} forwards the viewer's `Host`, by {how}", behavior.name()))
    });
    let mut facts: Vec<String> = received_host(case).into_iter().collect();
    let proved = !facts.is_empty();
    facts.extend(how.clone());
    if proved {
        return Verdict::Found(Certainty::Proved, facts);
    }
    let refused = match &case.answer {
        Some(Answer::S3(code) | Answer::Website(code)) => {
            let of_host = ["SignatureDoesNotMatch", "NoSuchBucket"].contains(&code.as_str());
            Some(of_host.then_some(Certainty::Proved))
        }
        Some(Answer::Service(OriginKind::ApiGateway, error)) => {
            Some((error == "ForbiddenException").then_some(Certainty::Likely))
        }
        Some(Answer::Service(..)) => Some(Some(Certainty::Likely)),
        Some(_) if case.source != Source::Unknown => Some(None),
        // The origin was not heard yet.
        Some(_) | None => None,
    };
    match (refused, how) {
        (Some(None), _) => Verdict::ruled_out("the answer is not that of a wrong Host"),
        (Some(Some(certainty)), Some(_)) => Verdict::Found(certainty, facts),
        (None, Some(_)) if minds => Verdict::Found(Certainty::Likely, facts),
        (_, None) if case.behavior().is_some() && !has_unknown_policy(case) => {
            Verdict::ruled_out("the behaviour does not forward `Host`")
        }
        (Some(Some(_)), None) => Verdict::possible([
            "the origin answers as it does to a Host that it does not know".to_owned(),
        ]),
        _ => Verdict::Open,
    }
}

/// What S3's document says of the Host that it got, if that is not the origin's.
fn received_host(case: &Case<'_>) -> Option<String> {
    let Some(Answer::S3(code) | Answer::Website(code)) = &case.answer else { return None };
    let response = case.evidence.response.as_ref()?;
    let known = case.origin().map(|origin| origin.domain_name.as_str());
    let is_own = |host: &str| match known {
        Some(known) => known.eq_ignore_ascii_case(host),
        None => OriginKind::of_host(host) == OriginKind::S3,
    };
    if code == "SignatureDoesNotMatch" {
        let canonical = response.element("CanonicalRequest")?;
        let host = canonical.lines().find_map(|line| line.trim().strip_prefix("host:"))?.trim();
        return (!is_own(host)).then(|| {
            format!(
                "S3 checked CloudFront's signature for the host `{}`, which is not the origin's",
                host.escape_debug()
            )
        });
    }
    if code != "NoSuchBucket" {
        return None;
    }
    let bucket = response.element("BucketName").or(response.list_item("BucketName"))?;
    let viewers = case.target.as_ref().is_some_and(|target| target.host == bucket);
    viewers.then(|| {
        format!("S3 looked for a bucket called `{}`, the viewer's host", bucket.escape_debug())
    })
}

fn function_url_permission_missing(case: &Case<'_>) -> Verdict {
    let by_origin = case.origin().map(|origin| origin.kind() == OriginKind::FunctionUrl);
    let error = match &case.answer {
        Some(Answer::Service(OriginKind::FunctionUrl, error)) => Some(error.as_str()),
        Some(Answer::Service(OriginKind::Other, error)) if by_origin == Some(true) => {
            Some(error.as_str())
        }
        Some(Answer::Other) if by_origin == Some(true) && case.error_page.is_none() => None,
        Some(_) => return Verdict::ruled_out("the answer is not that of a function URL"),
        None => {
            return match by_origin {
                Some(true) if has_no_access_control(case) => Verdict::possible([
                    "the origin is a Lambda function URL without origin access control".to_owned(),
                ]),
                Some(true) | None => Verdict::Open,
                Some(false) => Verdict::ruled_out("the origin is not a Lambda function URL"),
            };
        }
    };
    let mut facts = Vec::new();
    if let Some(origin) = case.origin().filter(|_| by_origin == Some(true)) {
        facts.push(format!("the origin `{}` is a Lambda function URL", origin.domain_name));
    }
    match error {
        Some("InvalidSignatureException") => {
            facts.push("it says that the signature does not match: the Host or the body is not the signed one".to_owned());
            return Verdict::Found(Certainty::Likely, facts);
        }
        Some(error) if error.is_empty() || error.starts_with("AccessDenied") => {
            facts.push("it answers that CloudFront may not invoke it".to_owned());
        }
        Some(error) => {
            facts.push(format!("it answers `{}`", error.escape_debug()));
            return Verdict::Found(Certainty::Possible, facts);
        }
        None => return Verdict::Found(Certainty::Possible, facts),
    }
    if has_no_access_control(case) {
        facts.push(
            "the origin has no origin access control, so CloudFront does not sign".to_owned(),
        );
    }
    Verdict::Found(Certainty::Proved, facts)
}

fn origin_denied(case: &Case<'_>) -> Verdict {
    if let Some(id) = proved_otherwise(case) {
        return Verdict::ruled_out(format!("see {id}"));
    }
    match (&case.answer, case.source) {
        (None, _) => Verdict::Open,
        _ if case.outcome != Outcome::Refused => Verdict::ruled_out("the request was not refused"),
        (Some(Answer::S3(code) | Answer::Website(code)), _) if code != "AccessDenied" => {
            let mut facts = vec![format!("S3 says `{}`", code.escape_debug())];
            facts.extend(s3_meaning(code).map(str::to_owned));
            Verdict::Found(Certainty::Proved, facts)
        }
        (Some(Answer::S3(_)), Source::S3 | Source::NotCloudFront) => s3_denied(case),
        (Some(Answer::S3Headers), Source::S3) => Verdict::possible([
            "S3's headers came with the answer; S3's error document would tell more".to_owned(),
        ]),
        (Some(Answer::Service(kind, error)), _) => service_denied(case, *kind, error),
        (Some(_), Source::Origin) => {
            let response = case.evidence.response.as_ref();
            let server = response.and_then(|response| response.header("server"));
            Verdict::proved([format!(
                "the answer is the origin's own, by its header `server: {}`",
                server.unwrap_or_default().escape_debug()
            )])
        }
        (Some(_), Source::Unknown) => Verdict::Open,
        (Some(_), source) => {
            Verdict::ruled_out(format!("the answer is from {}", source.description()))
        }
    }
}

/// The more specific cause that the answer proves.
fn proved_otherwise(case: &Case<'_>) -> Option<&'static str> {
    let proved =
        |cause: &&Cause| matches!((cause.check)(case), Verdict::Found(Certainty::Proved, _));
    let specific = object::CAUSES.iter().chain(CAUSES);
    specific.into_iter().find(proved).map(|cause| cause.id)
}

fn s3_denied(case: &Case<'_>) -> Verdict {
    if case.origin().is_some_and(|origin| origin.bucket().is_none()) {
        return Verdict::proved(["the origin is not a bucket, but has one behind it".to_owned()]);
    }
    if !is_in_order(case) {
        return Verdict::possible([
            "S3 says AccessDenied for a missing object too, unless CloudFront may list the bucket"
                .to_owned(),
        ]);
    }
    let key = case.object_key().map_or_else(String::new, |key| format!(" `{}`", key.key));
    let probably = if may_list(case) {
        "CloudFront may list the bucket, so the object exists; it is probably encrypted with a key that CloudFront may not use, or another account's".to_owned()
    } else {
        format!(
            "so the object{key} probably does not exist, or is encrypted with a key that CloudFront may not use, or is another account's"
        )
    };
    Verdict::likely([
        "S3 says AccessDenied although CloudFront's access and the bucket policy are in order"
            .to_owned(),
        probably,
    ])
}

fn service_denied(case: &Case<'_>, kind: OriginKind, error: &str) -> Verdict {
    let kind = match kind {
        OriginKind::Other => case.origin_kind().unwrap_or(kind),
        known => known,
    };
    if kind == OriginKind::FunctionUrl {
        return Verdict::ruled_out("see function-url-permission-missing");
    }
    let mut facts = vec![format!("the answer is that of {}", kind.description())];
    facts.extend(match error {
        "" => None,
        error => Some(format!("it says `{}`", error.escape_debug())),
    });
    facts.extend(service_meaning(error).map(str::to_owned));
    let certainty = match host_forwarded(case) {
        Verdict::Found(..) => Certainty::Possible,
        _ => Certainty::Proved,
    };
    Verdict::Found(certainty, facts)
}

/// Errors of API Gateway (API Gateway developer guide, "Gateway response types").
fn service_meaning(error: &str) -> Option<&'static str> {
    Some(match error {
        "MissingAuthenticationTokenException" => {
            "the API has no such path or method, or OriginPath lacks the stage"
        }
        "ForbiddenException" => {
            "the API refuses: a Host that it does not know, a missing API key, its resource policy or its web ACL"
        }
        "AccessDeniedException" => "an authorizer, or IAM, refuses the caller",
        "UnauthorizedException" => {
            "the authorizer found no valid token: CloudFront does not forward `Authorization` unless a policy says so"
        }
        "IncompleteSignatureException" | "InvalidSignatureException" => {
            "an `Authorization` header of the application's was forwarded to an API that expects Signature Version 4"
        }
        _ => return None,
    })
}

/// Codes of S3 that come with 403 (Amazon S3 API reference, "Error responses").
fn s3_meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "InvalidObjectState" => "the object is archived in Glacier; restore it first",
        "AllAccessDisabled" => "AWS disabled the bucket's account",
        "AccountProblem" => "the account of the bucket has a problem with AWS",
        "SignatureDoesNotMatch" => {
            "the request reached S3 in another form than the one that was signed: with another Host, or with an `Authorization` header of the viewer's"
        }
        "InvalidAccessKeyId" | "InvalidToken" | "ExpiredToken" => {
            "an `Authorization` header or token of the viewer's was forwarded to the bucket; do not forward it"
        }
        "RequestTimeTooSkewed" => {
            "an `Authorization` header with an old date was forwarded to the bucket"
        }
        "NoSuchBucket" => {
            "the origin names a bucket that does not exist, or the viewer's Host reached S3"
        }
        _ => return None,
    })
}
