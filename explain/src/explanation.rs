//! From evidence to causes.

use core::cmp::Reverse;

use policy::CloudFrontError;

use crate::case::Case;
use crate::cause::{Cause, Certainty, Need, Verdict};
use crate::causes;
use crate::evidence::Evidence;
use crate::moment::rfc3339;
use crate::source::{Answer, Source};

/// Why a request was refused, as far as the evidence tells.
#[derive(Debug)]
pub struct Explanation {
    /// Where the 403 came from.
    pub source: Source,
    /// How that is known, for people.
    pub answer: Option<String>,
    /// The causes, the most certain first.
    pub causes: Vec<Explained>,
    /// What was looked at and is none, with the reason, for people.
    pub ruled_out: Vec<(&'static Cause, String)>,
    /// The commands that would settle the rest.
    pub missing: Vec<String>,
}

/// A cause of this case.
#[derive(Debug)]
pub struct Explained {
    /// Which.
    pub cause: &'static Cause,
    /// How sure it is.
    pub certainty: Certainty,
    /// The facts that speak for it. No signature, cookie value, policy or query value is among
    /// them.
    pub evidence: Vec<String>,
    /// What to do, with the values of the case.
    pub fix: Vec<String>,
}

/// Checks every cause against the evidence.
///
/// What the evidence shows to be wrong but not to be this 403's cause, since that came from
/// somewhere else, is `possible`: it is the next one.
pub fn explain(evidence: &Evidence) -> Explanation {
    let case = Case::of(evidence);
    let mut found: Vec<Explained> = Vec::new();
    let mut ruled_out = Vec::new();
    let mut open: Vec<&'static Cause> = Vec::new();
    for cause in causes::all() {
        match (cause.check)(&case) {
            Verdict::Found(certainty, evidence) => {
                let (certainty, evidence) = fitted(cause, &case, certainty, evidence);
                let fix = cause.fix.iter().map(|line| filled(line, &case)).collect();
                found.push(Explained { cause, certainty, evidence, fix });
            }
            Verdict::RuledOut(why) => ruled_out.push((cause, why)),
            Verdict::Open if !cause.sources.contains(&case.source) => {
                ruled_out.push((cause, came_from(&case)));
            }
            Verdict::Open => open.push(cause),
        }
    }
    // Stable: equally certain ones keep the order of the table, but for what CloudFront named.
    found.sort_by_key(|explained| {
        let fits = explained.cause.sources.contains(&case.source);
        (explained.certainty, Reverse(fits), Reverse(is_named(explained.cause, &case)))
    });
    let missing = missing(&case, &found, &open);
    Explanation { source: case.source, answer: answer(&case), causes: found, ruled_out, missing }
}

/// A finding that has nothing to do with where the 403 came from cannot be its cause.
fn fitted(
    cause: &Cause,
    case: &Case<'_>,
    certainty: Certainty,
    mut evidence: Vec<String>,
) -> (Certainty, Vec<String>) {
    if cause.sources.contains(&case.source) {
        return (certainty, evidence);
    }
    let open = matches!(cause.id, "content-unprotected" | "earlier-behavior-unsigned");
    evidence.push(if open {
        "but CloudFront did check a signature, so the file is old or of another distribution"
            .to_owned()
    } else {
        format!("but {}, so it is the next 403, not this one", came_from(case))
    });
    (Certainty::Possible, evidence)
}

fn came_from(case: &Case<'_>) -> String {
    format!("this answer came from {}", case.source.description())
}

/// Whether CloudFront's error is the one that this cause leads to.
fn is_named(cause: &Cause, case: &Case<'_>) -> bool {
    let Some(Answer::CloudFront(error)) = &case.answer else { return false };
    let ids: &[&str] = match error {
        CloudFrontError::MissingKey => &[
            "unsigned-request",
            "cookies-not-sent",
            "preflight-without-cookies",
            "parameter-hides-cookies",
            "pem-as-key-id",
        ],
        CloudFrontError::InvalidKey => {
            &["key-not-in-group", "key-removed-before-drain", "pem-as-key-id"]
        }
        CloudFrontError::MalformedSignature => &["wrong-base64-alphabet", "truncated-cookie"],
        CloudFrontError::MalformedPolicy => {
            &["policy-malformed", "epoch-milliseconds", "truncated-cookie", "wrong-base64-alphabet"]
        }
        // Everything else says this.
        CloudFrontError::AccessDenied => return !matches!(cause.id, "key-not-in-group"),
    };
    ids.contains(&cause.id)
}

fn answer(case: &Case<'_>) -> Option<String> {
    let text = match case.answer.as_ref()? {
        Answer::CloudFront(error) => format!("{}: {}", error.code(), error.message()),
        Answer::Blocked => "its page says: Request blocked.".to_owned(),
        Answer::Country => "its page says: configured to block access from your country".to_owned(),
        Answer::Page(page) => format!("CloudFront's page says: {page}"),
        Answer::Edgepass(code) => format!("x-edgepass-reason: {}", code.escape_debug()),
        Answer::Generated => "x-cache says that a function made the answer".to_owned(),
        Answer::S3(code) => format!("S3's error document: {}", code.escape_debug()),
        Answer::Website(code) => format!("the website endpoint's page: {}", code.escape_debug()),
        Answer::Other => "no known error document".to_owned(),
    };
    let status = case.evidence.response.as_ref().and_then(|response| response.status);
    Some(match status {
        Some(403) | None => text,
        Some(other) => format!("{text}; the status is {other}, not 403"),
    })
}

/// The evidence that would raise what is not proved, or find what is still open.
fn missing(case: &Case<'_>, found: &[Explained], open: &[&'static Cause]) -> Vec<String> {
    let unproven = found.iter().filter(|explained| {
        explained.certainty != Certainty::Proved && explained.cause.sources.contains(&case.source)
    });
    let settled = found.iter().any(|explained| explained.certainty == Certainty::Proved);
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
    needs.into_iter().map(|need| filled(need.command(), case)).collect()
}

/// Whether there is any sense in asking for it.
fn is_fetchable(need: Need, case: &Case<'_>) -> bool {
    match need {
        Need::PublicKey => case.key_id().is_some(),
        Need::KeyGroup => case.behavior().is_some_and(|behavior| behavior.is_signed()),
        Need::Address => case.network().is_some(),
        Need::SetCookie => !case.in_cookies.is_empty() || case.said(CloudFrontError::MissingKey),
        Need::BucketPolicy | Need::PublicAccessBlock => {
            case.source == Source::S3
                || case.origin().is_some_and(|origin| origin.bucket().is_some())
                    && case.source == Source::Unknown
        }
        Need::Url | Need::Response | Need::Distribution | Need::DistributionState => true,
    }
}

/// The line with the values of the case; what is not known stays a word in capitals.
fn filled(line: &str, case: &Case<'_>) -> String {
    let distribution = case.distribution();
    let group = case.behavior().and_then(|it| it.trusted_key_groups.items.first());
    let acl = distribution.map(|it| it.config.web_acl_id.clone()).filter(|acl| !acl.is_empty());
    let values = [
        ("{url}", case.target.as_ref().map(|target| shell_safe(&target.without_query()))),
        ("{host}", case.target.as_ref().map(|target| shell_safe(&target.host))),
        ("{key_id}", plain_key_id(case)),
        ("{key_group_id}", group.cloned()),
        ("{distribution_id}", distribution.and_then(|it| it.id()).map(str::to_owned)),
        ("{bucket}", case.origin().and_then(|origin| origin.bucket()).map(str::to_owned)),
        ("{expires}", case.expires().map(rfc3339)),
        ("{web_acl}", acl),
    ];
    values.into_iter().fold(line.to_owned(), |line, (place, value)| {
        let value = value.unwrap_or_else(|| in_capitals(place));
        line.replace(place, &value)
    })
}

/// The id of the key that the pass names, if a shell may see it.
fn plain_key_id(case: &Case<'_>) -> Option<String> {
    let plain = |id: &&str| id.len() <= 64 && policy::check_key_id(id).is_ok();
    case.key_id().filter(plain).map(str::to_owned)
}

impl Evidence {
    /// The id of the key that CloudFront would verify with, if it is one.
    pub fn key_id(&self) -> Option<String> {
        plain_key_id(&Case::of(self))
    }
}

/// `{key_id}` as `KEY_ID`.
pub(crate) fn in_capitals(place: &str) -> String {
    place.trim_matches(['{', '}']).to_ascii_uppercase()
}

/// A stranger's URL in a line that will be pasted into a shell, between single quotes.
fn shell_safe(text: &str) -> String {
    text.chars().filter(|character| character.is_ascii_graphic() && *character != '\'').collect()
}
