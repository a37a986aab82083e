//! Whose answer it is, and whether it is a refusal.

use crate::case::{Case, Outcome};
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::evidence::{Behavior, FunctionAssociation, OriginKind};
use crate::need::Need;
use crate::source::{Answer, Source};
use crate::target::Target;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "not-through-cloudfront",
        about: About::Answer,
        title: "the request did not go through CloudFront",
        meaning: "Another server answered: the bucket, API or load balancer itself. It knows nothing of CloudFront's signed URLs and cookies, and a private one refuses everybody but CloudFront. This happens when the bucket's host is signed in place of the distribution's, when DNS still points at the origin, and when S3 redirects the viewer to the bucket, as it does for some hours after the bucket is made.",
        fix: &[
            Fix::new(
                "sign and request a host of the distribution: edgepass sign url 'https://DISTRIBUTION_HOST/...' --key private.pem --key-id {key_id} --expires +12h",
            ),
            Fix::new(
                "see where the name points: dig +short {host}    # a name of cloudfront.net is right",
            ),
            Fix::when(
                was_redirected,
                "give the origin its regional name, so that S3 does not redirect: {bucket}.s3.REGION.amazonaws.com",
            ),
        ],
        needs: &[Need::Url, Need::Response],
        sources: &[Source::NotCloudFront, Source::Unknown],
        check: not_through_cloudfront,
    },
    Cause {
        id: "function-failed",
        about: About::Answer,
        title: "a function at the edge refused the request, or failed",
        meaning: "A CloudFront Function or Lambda@Edge function of the behaviour answered in place of CloudFront. With a 4xx status the function's own code refused. With a 5xx status CloudFront could not run it, or could not use what it returned: CloudFront may not run it (its role, its version), it threw an error or took too long, or its result is not in the form that CloudFront takes. The reason is in the function's own log.",
        fix: &[
            Fix::when(
                has_lambda,
                "read its log, in the region near the viewer and not only in us-east-1: aws logs tail /aws/lambda/us-east-1.{lambda_name} --region REGION --since 1h",
            ),
            Fix::when(
                lambda_failed,
                "see that it is a published version, in us-east-1, and active: aws lambda get-function-configuration --region us-east-1 --function-name {lambda_arn} --query '[Version,State,Role,Runtime]'",
            ),
            Fix::when(
                lambda_failed,
                "see that its role trusts both lambda.amazonaws.com and edgelambda.amazonaws.com: aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument",
            ),
            Fix::when(
                lambda_failed,
                "after a change wait until it is replicated: aws cloudfront wait distribution-deployed --id {distribution_id}",
            ),
            Fix::when(
                has_function,
                "read its log: aws logs tail /aws/cloudfront/function/{function_name} --region us-east-1 --since 1h",
            ),
            Fix::when(
                has_function,
                "run it on a request: aws cloudfront test-function --name {function_name} --if-match ETAG --stage LIVE --event-object fileb://event.json",
            ),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Function, Source::Unknown],
        check: function_failed,
    },
    Cause {
        id: "custom-error-page",
        about: About::Answer,
        title: "the answer is the distribution's custom error page, which hides what was refused",
        meaning: "The distribution answers errors with a page of its own, often with another status: single-page applications answer 403 with /index.html and 200. Then body and `server` are those of the page. The refusal came before, from any place, and the page says nothing about it. The mapping counts for the whole distribution, so it also hides refusals of passes and real 404s.",
        fix: &[
            Fix::new("see who refuses, in a log of CloudFront: edgepass explain --log FILE"),
            Fix::new(
                "see the mapping: aws cloudfront get-distribution-config --id {distribution_id} --query DistributionConfig.CustomErrorResponses",
            ),
            Fix::new(
                "for an application's paths rewrite the path in a CloudFront Function, and remove the mapping of 403: refusals then stay visible",
            ),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: &[Source::Unknown],
        check: custom_error_page,
    },
    Cause {
        id: "not-refused",
        about: About::Answer,
        title: "the request was not refused: the status is not that of a refusal",
        meaning: "A refusal is a 403, or a 401. With a status of 2xx or 3xx the request was let in; if the browser still reports an error, it is one of CORS: the answer lacks the headers that a page of another origin needs. With 404 the origin has no such object. With 5xx a function or the origin failed.",
        fix: &[
            Fix::when(
                lacks_cors,
                "let CloudFront add the headers: a response headers policy with the page's origin in AccessControlAllowOrigins, and AccessControlAllowCredentials where cookies are sent (then `*` is not allowed)",
            ),
            Fix::when(
                lacks_cors,
                "let the origin see who asks: the managed origin request policy CORS-S3Origin, and a CORS configuration of the bucket",
            ),
            Fix::when(
                origin_failed,
                "see whether CloudFront can reach the origin: its host, port, certificate and firewall; ask it directly: curl -sv https://{origin}/",
            ),
            Fix::when(
                was_let_in,
                "if the pass should not have been good, ask again without it: curl -sI '{url}'",
            ),
        ],
        needs: &[Need::Response],
        sources: &Source::ALL,
        check: not_refused,
    },
];

fn not_through_cloudfront(case: &Case<'_>) -> Verdict {
    match &case.detour {
        Some(detour) if case.outcome == Outcome::LetIn => Verdict::Noted(detour.facts.clone()),
        Some(detour) => Verdict::Found(detour.certainty, detour.facts.clone()),
        None if case.answer.is_some() => Verdict::ruled_out("the answer came through CloudFront"),
        None => Verdict::Open,
    }
}

fn was_redirected(case: &Case<'_>) -> bool {
    let response = case.evidence.response.as_ref();
    let redirected = response.is_some_and(|response| !response.redirects.is_empty());
    redirected && response.is_some_and(|it| it.element("HostId").is_some())
}

fn function_failed(case: &Case<'_>) -> Verdict {
    let mut facts = match &case.answer {
        Some(Answer::FunctionFailed(what)) => vec![format!("CloudFront says: {what}")],
        Some(Answer::Generated) => {
            vec!["`x-cache` says that a function made this answer".to_owned()]
        }
        Some(Answer::Edgepass(_)) => {
            return Verdict::ruled_out("the answer is that of Edgepass's edge, which says why");
        }
        Some(_) => return Verdict::ruled_out("no function made the answer"),
        None => return Verdict::Open,
    };
    let functions = functions(case);
    if let Some(behavior) = case.behavior() {
        for function in &functions {
            facts.push(format!(
                "{} runs the function `{}` on {}",
                behavior.name(),
                function.name().escape_debug(),
                function.event_type.escape_debug()
            ));
        }
        if functions.is_empty() {
            facts.push(format!(
                "{} has no function: the file is old, or of another distribution",
                behavior.name()
            ));
        }
    }
    let response = case.evidence.response.as_ref();
    let lambda = kind_of_function(case) == Some(Runner::Lambda);
    if let Some(edge) = response.and_then(|it| it.header("x-amz-cf-pop")).filter(|_| lambda) {
        facts.push(format!(
            "the edge was `{}`: the log of a Lambda@Edge function is in the region near it",
            edge.escape_debug()
        ));
    }
    Verdict::Found(Certainty::Proved, facts)
}

/// The functions of the behaviour that can have made the answer.
fn functions<'e>(case: &Case<'e>) -> Vec<&'e FunctionAssociation> {
    let Some(behavior) = case.behavior() else { return Vec::new() };
    let lambdas = behavior.lambda_function_associations.items.iter();
    let functions = behavior.function_associations.items.iter();
    match kind_of_function(case) {
        Some(Runner::Lambda) => lambdas.collect(),
        Some(Runner::Function) => functions.collect(),
        None => lambdas.chain(functions).collect(),
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Runner {
    Lambda,
    Function,
}

/// Which of the two services the answer names, in `x-cache` or on CloudFront's page.
fn kind_of_function(case: &Case<'_>) -> Option<Runner> {
    let cache = case.evidence.response.as_ref().and_then(|response| response.header("x-cache"));
    let page = match &case.answer {
        Some(Answer::FunctionFailed(what)) => what.as_str(),
        _ => "",
    };
    [cache.unwrap_or_default(), page].into_iter().find_map(|said| {
        if said.contains("Lambda") {
            Some(Runner::Lambda)
        } else {
            (said.contains("Function") || said.contains("CloudFront function"))
                .then_some(Runner::Function)
        }
    })
}

fn runs(case: &Case<'_>, runner: Runner) -> bool {
    let has = |behavior: &Behavior| match runner {
        Runner::Lambda => !behavior.lambda_function_associations.items.is_empty(),
        Runner::Function => !behavior.function_associations.items.is_empty(),
    };
    match kind_of_function(case) {
        Some(named) => named == runner,
        None => case.behavior().is_none_or(has),
    }
}

fn has_lambda(case: &Case<'_>) -> bool {
    runs(case, Runner::Lambda)
}

fn lambda_failed(case: &Case<'_>) -> bool {
    has_lambda(case) && case.outcome == Outcome::Failed
}

fn has_function(case: &Case<'_>) -> bool {
    runs(case, Runner::Function)
}

fn custom_error_page(case: &Case<'_>) -> Verdict {
    match (&case.error_page, &case.answer) {
        (Some(page), _) => Verdict::Found(page.certainty, page.facts.clone()),
        (None, Some(_)) => Verdict::ruled_out("the answer is no custom error page"),
        (None, None) => Verdict::Open,
    }
}

fn not_refused(case: &Case<'_>) -> Verdict {
    let response = case.evidence.response.as_ref();
    let Some(status) = response.and_then(|response| response.status) else {
        return match response {
            Some(_) => Verdict::ruled_out("the status was not given"),
            None => Verdict::Open,
        };
    };
    if case.error_page.is_some() {
        return Verdict::ruled_out("the status is that of a custom error page");
    }
    let mut facts = vec![format!("the status is {status}")];
    match status {
        401 | 403 => return Verdict::ruled_out("the status is that of a refusal"),
        200..=299 => {
            facts.extend(cors_faults(case));
            if facts.len() == 1 {
                facts.push("if a browser reports an error all the same, it is one of CORS: give the answer to a request with `Origin`".to_owned());
            }
        }
        300..=399 => facts.extend(redirect(case)),
        500..=599 => match failure(case) {
            Some(what) => facts.push(what),
            None => return Verdict::ruled_out("a function failed: see function-failed"),
        },
        // S3 and CloudFront refuse some requests with 400, 404 and other statuses.
        _ if case.answer.as_ref().is_some_and(Answer::is_an_error_document) => {
            return Verdict::ruled_out("the answer is an error document, which says why");
        }
        404 | 410 => facts.push("the origin has nothing at this path".to_owned()),
        _ => {}
    }
    Verdict::Found(Certainty::Proved, facts)
}

/// What failed, unless it was a function.
fn failure(case: &Case<'_>) -> Option<String> {
    Some(match &case.answer {
        Some(Answer::FunctionFailed(_) | Answer::Generated) => return None,
        Some(Answer::Page(page)) => format!("CloudFront's page says: {page}"),
        Some(Answer::S3(code)) => format!("S3 says `{}`", code.escape_debug()),
        _ => "the origin failed, or CloudFront could not reach it".to_owned(),
    })
}

fn redirect(case: &Case<'_>) -> Option<String> {
    let to = case.evidence.response.as_ref()?.header("location")?;
    let host = Target::read(to).map(|target| target.host);
    Some(match host {
        Some(host) => {
            let kind = OriginKind::of_host(&host);
            let away = if kind == OriginKind::Other {
                String::new()
            } else {
                format!(", {}: the viewer leaves CloudFront there", kind.description())
            };
            format!("it redirects to `{}`{away}", host.escape_debug())
        }
        None => "it redirects to another path of the same host".to_owned(),
    })
}

/// What a browser would object to in an answer to a page of another origin (Fetch, "CORS check").
pub(super) fn cors_faults(case: &Case<'_>) -> Vec<String> {
    let Some(response) = &case.evidence.response else { return Vec::new() };
    let Some(sent) = &response.request else { return Vec::new() };
    let Some(origin) = sent.header("origin") else { return Vec::new() };
    let shown = origin.escape_debug();
    let allowed = response.header("access-control-allow-origin");
    let credentials = !case.in_cookies.is_empty() || !sent.cookies().is_empty();
    let mut faults = Vec::new();
    match allowed {
        None => faults.push(format!(
            "the page is on `{shown}`, and the answer has no `access-control-allow-origin`: the browser keeps it from the page"
        )),
        Some("*") if credentials => faults.push(
            "`access-control-allow-origin` is `*`, which browsers do not accept for requests with cookies"
                .to_owned(),
        ),
        Some("*") => {}
        Some(other) if other != origin => faults.push(format!(
            "`access-control-allow-origin` is `{}`, and the page is on `{shown}`: the answer was made for another page, perhaps from the cache",
            other.escape_debug()
        )),
        Some(_) => {}
    }
    if credentials && response.header("access-control-allow-credentials") != Some("true") {
        faults.push(
            "the request has cookies, and the answer has no `access-control-allow-credentials: true`"
                .to_owned(),
        );
    }
    faults
}

fn lacks_cors(case: &Case<'_>) -> bool {
    was_let_in(case) && !cors_faults(case).is_empty()
}

fn was_let_in(case: &Case<'_>) -> bool {
    case.outcome == Outcome::LetIn
}

fn origin_failed(case: &Case<'_>) -> bool {
    case.outcome == Outcome::Failed
}
