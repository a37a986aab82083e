//! From evidence to causes.

use core::cmp::Reverse;

use policy::CloudFrontError;

use crate::case::{Case, Outcome};
use crate::cause::{About, Cause, Verdict};
use crate::causes;
use crate::certainty::Certainty;
use crate::evidence::{Evidence, OriginKind};
use crate::key_id::KeyIdForm;
use crate::moment::rfc3339;
use crate::need::Need;
use crate::source::{Answer, Source};

/// Why a request was refused, as far as the evidence tells.
#[derive(Debug)]
pub struct Explanation {
    /// Who answered.
    pub source: Source,
    /// Who answered with which status, for people.
    pub heading: String,
    /// How that is known, for people.
    pub answer: Option<String>,
    /// The causes, the most certain first.
    pub causes: Vec<Explained>,
    /// What did not refuse the request, but is worth knowing.
    pub notes: Vec<Noted>,
    /// What was checked and is not a cause, with the reason, for people.
    pub ruled_out: Vec<(&'static Cause, String)>,
    /// The commands that would settle the rest.
    pub missing: Vec<String>,
}

/// A cause of this case.
#[derive(Debug)]
pub struct Explained {
    /// The cause.
    pub cause: &'static Cause,
    /// How sure it is.
    pub certainty: Certainty,
    /// The facts that point to it. No signature, cookie value, policy or query value is among
    /// them.
    pub evidence: Vec<String>,
    /// What to do, with the values of the case.
    pub fix: Vec<String>,
}

/// A fact that did not refuse the request.
#[derive(Debug)]
pub struct Noted {
    /// The cause under which it is documented.
    pub cause: &'static Cause,
    /// The facts. No signature, cookie value, policy or query value is among them.
    pub evidence: Vec<String>,
    /// What to do if it is not intended.
    pub fix: Vec<String>,
}

/// Checks every cause against the evidence.
///
/// What is wrong but cannot be the cause of *this* answer, because something else answered, is
/// `possible`: it is the next obstacle.
pub fn explain(evidence: &Evidence) -> Explanation {
    let case = Case::of(evidence);
    let mut found: Vec<Explained> = Vec::new();
    let mut notes = Vec::new();
    let mut ruled_out = Vec::new();
    let mut open: Vec<&'static Cause> = Vec::new();
    for cause in causes::all() {
        match (cause.check)(&case) {
            Verdict::Found(certainty, evidence) => {
                let (certainty, evidence) = fitted(cause, &case, certainty, evidence);
                found.push(Explained { cause, certainty, evidence, fix: fix(cause, &case) });
            }
            Verdict::Noted(evidence) => {
                notes.push(Noted { cause, evidence, fix: fix(cause, &case) });
            }
            Verdict::RuledOut(why) => ruled_out.push((cause, why)),
            Verdict::Open if !fits(cause, &case) => ruled_out.push((cause, answered(&case))),
            Verdict::Open => open.push(cause),
        }
    }
    let others = |explained: &Explained| !is_open(explained.cause) && fits(explained.cause, &case);
    if case.outcome != Outcome::LetIn && found.iter().any(others) {
        let open = found.extract_if(.., |explained| is_open(explained.cause));
        notes.extend(open.map(|Explained { cause, evidence, fix, .. }| Noted {
            cause,
            evidence,
            fix,
        }));
    }
    // Stable: equally certain ones keep the order of the table, except for those that the answer
    // names.
    found.sort_by_key(|explained| {
        let fits = fits(explained.cause, &case);
        (explained.certainty, Reverse(fits), Reverse(is_named(explained.cause, &case)))
    });
    let missing = missing(&case, &found, &open);
    Explanation {
        source: case.source,
        heading: heading(&case),
        answer: answer(&case),
        causes: found,
        notes,
        ruled_out,
        missing,
    }
}

fn fix(cause: &Cause, case: &Case<'_>) -> Vec<String> {
    let lines = cause.fix.iter().filter(|fix| fix.applies(case));
    lines.map(|fix| filled(fix.line, case)).collect()
}

/// Whether a cause can lead to the answer at hand.
fn fits(cause: &Cause, case: &Case<'_>) -> bool {
    let answers = case.outcome != Outcome::Failed || cause.about == About::Answer;
    let checked = !cause.sources.contains(&Source::SignatureCheck) || !case.checks_no_pass();
    answers && checked && cause.sources.contains(&case.source)
}

/// A finding that cannot have led to the answer at hand is not its cause.
fn fitted(
    cause: &Cause,
    case: &Case<'_>,
    certainty: Certainty,
    mut evidence: Vec<String>,
) -> (Certainty, Vec<String>) {
    if fits(cause, case) {
        return (certainty, evidence);
    }
    evidence.push(format!("but {}, so this is the next obstacle, not this one", answered(case)));
    (Certainty::Possible, evidence)
}

fn answered(case: &Case<'_>) -> String {
    let status = case.evidence.response.as_ref().and_then(|response| response.status);
    match (case.outcome, status) {
        (Outcome::LetIn, Some(status)) => {
            format!("the request was not refused: the status is {status}")
        }
        (Outcome::Failed, Some(status)) => {
            format!("the status is {status}: something failed, nothing was refused")
        }
        _ if case.source == Source::Unknown => {
            let behavior = case.behavior().map_or_else(String::new, |it| it.name());
            format!("{behavior} checks no signatures")
        }
        _ => format!("this answer came from {}", case.source.description()),
    }
}

fn heading(case: &Case<'_>) -> String {
    let status = case.evidence.response.as_ref().and_then(|response| response.status);
    let place = case.source.description();
    match (case.outcome, status) {
        (_, Some(status)) if case.error_page.is_some() => {
            format!("{status}, in place of an error")
        }
        (Outcome::LetIn, Some(status)) => format!("{status}: the request was not refused"),
        (_, Some(status)) => format!("{status} from {place}"),
        (_, None) => format!("403 from {place}"),
    }
}

/// What refuses nothing is no cause while anything else may have refused the request.
fn is_open(cause: &Cause) -> bool {
    matches!(cause.id, "content-unprotected" | "earlier-behavior-unsigned")
}

/// Whether CloudFront's error is the one that this cause leads to, or what was let in was open.
fn is_named(cause: &Cause, case: &Case<'_>) -> bool {
    if case.outcome == Outcome::LetIn {
        return is_open(cause);
    }
    let Some(Answer::CloudFront(error)) = &case.answer else { return false };
    let ids: &[&str] = match error {
        CloudFrontError::MissingKey => &[
            "unsigned-request",
            "cookies-not-sent",
            "preflight-without-cookies",
            "parameter-hides-cookies",
            "pem-as-key-id",
            "wrong-key-id",
        ],
        CloudFrontError::InvalidKey => &[
            "key-not-in-group",
            "key-removed-before-drain",
            "pem-as-key-id",
            "wrong-key-id",
            "trusted-signer-account",
        ],
        CloudFrontError::MalformedSignature => &["wrong-base64-alphabet", "truncated-cookie"],
        CloudFrontError::MalformedPolicy => {
            &["policy-malformed", "epoch-milliseconds", "truncated-cookie", "wrong-base64-alphabet"]
        }
        // All other causes lead to this one.
        CloudFrontError::AccessDenied => {
            return !matches!(cause.id, "key-not-in-group" | "trusted-signer-account");
        }
    };
    ids.contains(&cause.id)
}

fn answer(case: &Case<'_>) -> Option<String> {
    let text = match case.answer.as_ref()? {
        Answer::CloudFront(error) => format!("{}: {}", error.code(), error.message()),
        Answer::Blocked => "its page says: Request blocked.".to_owned(),
        Answer::Country => "its page says: configured to block access from your country".to_owned(),
        Answer::Method => {
            "its page says: not configured to allow the HTTP request method".to_owned()
        }
        Answer::Page(page) => format!("CloudFront's page says: {page}"),
        Answer::Edgepass(code) => format!("x-edgepass-reason: {}", code.escape_debug()),
        Answer::Generated => "x-cache says that a function made the answer".to_owned(),
        Answer::FunctionFailed(what) => what.trim_end_matches('.').to_owned(),
        Answer::S3(code) => format!("S3's error document: {}", code.escape_debug()),
        Answer::Website(code) => format!("the website endpoint's page: {}", code.escape_debug()),
        Answer::S3Headers => "S3's headers, without its error document".to_owned(),
        Answer::Service(kind, error) => service(*kind, error),
        Answer::Other if case.error_page.is_some() => {
            "a custom error page of the distribution".to_owned()
        }
        Answer::Other => "no known error document".to_owned(),
    };
    let status = case.evidence.response.as_ref().and_then(|response| response.status);
    Some(match status {
        Some(403) | None => text,
        Some(other) => format!("{text}; the status is {other}, not 403"),
    })
}

fn service(kind: OriginKind, error: &str) -> String {
    let who = match kind {
        OriginKind::Other => "an AWS service",
        known => known.description(),
    };
    match error {
        "" => format!("the error of {who}"),
        error => format!("the error of {who}: {}", error.escape_debug()),
    }
}

/// The evidence that would raise what is not proved, or find what is still open.
fn missing(case: &Case<'_>, found: &[Explained], open: &[&'static Cause]) -> Vec<String> {
    let unproven = found.iter().filter(|explained| {
        explained.certainty != Certainty::Proved && fits(explained.cause, case)
    });
    // That an error page hides the refusal says nothing about the refusal.
    let settled = found.iter().any(|explained| {
        explained.certainty == Certainty::Proved && explained.cause.id != "custom-error-page"
    });
    let mut needs: Vec<Need> = if settled {
        Vec::new()
    } else {
        let open = open.iter().flat_map(|cause| cause.needs);
        unproven.flat_map(|explained| explained.cause.needs).chain(open).copied().collect()
    };
    needs.sort();
    needs.dedup();
    needs.retain(|need| !case.has(*need) && is_fetchable(*need, case));
    if needs.contains(&Need::Distribution) {
        needs.retain(|need| *need != Need::DistributionState);
    }
    let command = |need: Need| match case.key_id() {
        // The key that the pass names is wanted, not the one to sign with.
        Some(id) if need == Need::PublicKey => need.command().replace("{key_id}", id),
        _ => filled(need.command(), case),
    };
    let mut commands: Vec<String> = needs.into_iter().map(command).collect();
    if found.is_empty() && case.said(CloudFrontError::AccessDenied) && case.named_key().is_some() {
        // The pass holds with the key given, yet CloudFront refuses it.
        commands.push(format!("{}, and compare it with the key given", command(Need::PublicKey)));
    }
    commands
}

/// Whether the need can be met in this case.
fn is_fetchable(need: Need, case: &Case<'_>) -> bool {
    match need {
        Need::PublicKey => {
            case.key_id().is_some_and(|id| KeyIdForm::of(id) == KeyIdForm::PublicKey)
        }
        Need::KeyGroup => case.behavior().is_some_and(|it| it.trusted_key_groups.enabled),
        Need::Address => case.network().is_some(),
        Need::SetCookie => !case.in_cookies.is_empty() || case.said(CloudFrontError::MissingKey),
        Need::BucketPolicy | Need::PublicAccessBlock => {
            case.source == Source::S3
                || case.origin().is_some_and(|origin| origin.bucket().is_some())
                    && case.source == Source::Unknown
        }
        Need::Url
        | Need::SignedUrl
        | Need::Response
        | Need::Distribution
        | Need::DistributionState => true,
    }
}

/// The places in a line that stand for a value of the case.
pub(crate) const PLACES: [&str; 16] = [
    "{bucket}",
    "{distribution_arn}",
    "{distribution_id}",
    "{expires}",
    "{folder}",
    "{function_name}",
    "{host}",
    "{identity}",
    "{key_group_id}",
    "{key_id}",
    "{key}",
    "{lambda_arn}",
    "{lambda_name}",
    "{origin}",
    "{url}",
    "{web_acl}",
];

/// The line with the values of the case; what is not known stays a word in capitals.
fn filled(line: &str, case: &Case<'_>) -> String {
    PLACES.into_iter().filter(|place| line.contains(place)).fold(line.to_owned(), |line, place| {
        let value = value(place, case).unwrap_or_else(|| in_capitals(place));
        line.replace(place, &value)
    })
}

/// Of a faulty request nothing gets into a command but its URL without the query, if a shell takes
/// that as it is, and an id that has the form of a public key's.
fn value(place: &str, case: &Case<'_>) -> Option<String> {
    let distribution = case.distribution();
    let behavior = case.behavior();
    let origin = case.origin();
    let target = case.target.as_ref();
    match place {
        "{bucket}" => origin.and_then(|origin| origin.bucket()).and_then(shell_safe),
        "{distribution_arn}" => distribution.and_then(|it| it.arn()).and_then(shell_safe),
        "{distribution_id}" => distribution.and_then(|it| it.id()).and_then(shell_safe),
        "{expires}" => case.expires().map(rfc3339),
        "{folder}" => case.common_folder().and_then(|folder| shell_safe(&folder)),
        "{function_name}" => {
            let function = behavior.and_then(|it| it.function_associations.items.first());
            function.and_then(|it| shell_safe(it.name()))
        }
        "{host}" => target.and_then(|target| shell_safe(&target.host)),
        "{identity}" => origin.and_then(|it| it.access_identity()).and_then(shell_safe),
        "{key_group_id}" => {
            let groups = behavior.map(|it| it.trusted_key_groups.items.as_slice());
            groups.and_then(|groups| groups.first()).and_then(|group| shell_safe(group))
        }
        "{key_id}" => case.usable_key_id(),
        "{key}" => case.object_key().and_then(|key| shell_safe(&key.key)),
        "{lambda_arn}" | "{lambda_name}" => {
            let lambda = behavior.and_then(|it| it.lambda_function_associations.items.first())?;
            shell_safe(if place == "{lambda_arn}" { &lambda.arn } else { lambda.name() })
        }
        "{origin}" => origin.and_then(|origin| shell_safe(&origin.domain_name)),
        "{url}" => target.and_then(|target| shell_safe(&target.without_query())),
        "{web_acl}" => distribution.and_then(|it| shell_safe(&it.config.web_acl_id)),
        _ => None,
    }
}

impl Evidence {
    /// The id of the public key that CloudFront would verify with, if it has the form of one.
    pub fn key_id(&self) -> Option<String> {
        let case = Case::of(self);
        let id = case.key_id()?;
        (KeyIdForm::of(id) == KeyIdForm::PublicKey).then(|| id.to_owned())
    }
}

/// `{key_id}` as `KEY_ID`.
pub(crate) fn in_capitals(place: &str) -> String {
    place.trim_matches(['{', '}']).to_ascii_uppercase()
}

/// The text, if a shell takes it as it is between single quotes: the text is a stranger's.
fn shell_safe(text: &str) -> Option<String> {
    let safe = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'\\' | b'`' | b'"');
    (!text.is_empty() && text.bytes().all(safe)).then(|| text.to_owned())
}
