//! The log: one JSON object a line on standard output, which Lambda hands to CloudWatch Logs.
//!
//! It never holds a signature, a cookie, a policy, a token or a key, and of people only the
//! pseudonym.

pub(crate) mod metrics;

mod pruning;
#[cfg(feature = "lambda")]
mod rotation;

use core::time::Duration;
use std::io::{Write, stdout};

use policy::UnixTime;
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::pruning::PruningLine;
#[cfg(feature = "lambda")]
pub(crate) use self::rotation::{ChangeLine, RotationLine};
use crate::clock::system_milliseconds;
use crate::interface::Answer;
use crate::interface::identity::UnreadClaim;
use crate::interface::outcome::Outcome;
use crate::log::metrics::{Metrics, PublicationMetrics};
use crate::revocation::publish::Publication;

/// One request: what was asked and what became of it. The same line carries the metrics.
#[derive(Debug, Serialize)]
pub struct RequestLine<'l> {
    level: Level,
    event: &'static str,
    /// Lambda's id of the invocation.
    request_id: &'l str,
    method: &'l str,
    route: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'l str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    grants: &'l [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    urls: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// Who revoked, or took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'l str>,
    /// What was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'l str>,
    /// The cut-off of what was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    /// What the client was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'l str>,
    /// Claims that match no grant because nobody can tell what they say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread_claims: Vec<String>,
    #[serde(flatten)]
    metrics: Metrics<'l>,
}

impl<'l> RequestLine<'l> {
    /// The line of one answered request. `function` is the name of the Lambda function.
    pub fn new(
        function: &'l str,
        request_id: &'l str,
        (method, path): (&'l str, &str),
        answer: &'l Answer,
        latency: Duration,
    ) -> Self {
        let Answer { response, outcome, unread } = answer;
        let status = response.status().as_u16();
        let line = Self {
            level: match status {
                500.. => Level::Error,
                _ if unread.is_empty() => Level::Info,
                _ => Level::Warn,
            },
            event: outcome.name(),
            request_id,
            method: known_method(method),
            route: known_route(path),
            status,
            subject: None,
            session: None,
            grants: &[],
            urls: None,
            expires_at: None,
            actor: None,
            scope: None,
            before: None,
            changed: None,
            detail: None,
            unread_claims: unread.iter().map(UnreadClaim::to_string).collect(),
            metrics: Metrics::new(function, system_milliseconds(), outcome, latency),
        };
        match outcome {
            Outcome::Issued(issued) => Self {
                subject: Some(&issued.subject),
                session: Some(&issued.session),
                grants: &issued.grants,
                urls: Some(issued.urls).filter(|urls| *urls > 0),
                expires_at: Some(issued.expires.as_seconds()),
                ..line
            },
            Outcome::LoggedOut { subject, session } => {
                Self { subject: Some(subject), session: Some(session), ..line }
            }
            Outcome::Refused { internal, .. } => Self { detail: internal.as_deref(), ..line },
            Outcome::Revoked(change) | Outcome::Unrevoked(change) => Self {
                actor: Some(&change.actor),
                scope: Some(&change.scope),
                before: change.up_to.map(UnixTime::as_seconds),
                changed: Some(change.changed),
                ..line
            },
            Outcome::Preflight | Outcome::Repeated | Outcome::Reported => line,
        }
    }

    /// Writes the line.
    pub fn write(&self) {
        write(self);
    }
}

/// One publication of the state, or the failure of one. The same line carries the metrics.
#[derive(Debug, Serialize)]
pub struct PublicationLine<'l> {
    level: Level,
    event: &'static str,
    /// Lambda's id of the invocation.
    request_id: &'l str,
    trigger: Trigger,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    /// The name of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Bodies from before.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_a_stranger: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'l str>,
    #[serde(flatten)]
    metrics: PublicationMetrics<'l>,
}

impl<'l> PublicationLine<'l> {
    /// The line of what was published at `now` in Unix milliseconds, or of why nothing was.
    /// `function` is the name of the Lambda function.
    pub fn new(
        function: &'l str,
        request_id: &'l str,
        trigger: Trigger,
        now: u64,
        published: Result<&Publication, &'l str>,
        latency: Duration,
    ) -> Self {
        let publication = published.ok();
        let (level, event) = match publication {
            None => (Level::Error, "publish-failed"),
            Some(Publication { replaced_a_stranger: true, .. }) => (Level::Warn, "published"),
            Some(_) => (Level::Info, "published"),
        };
        Self {
            level,
            event,
            request_id,
            trigger,
            sequence: publication.map(|publication| publication.head.sequence),
            body: publication.map(|publication| publication.head.body_digest.to_string()),
            removed: publication.map(|publication| publication.removed),
            replaced_a_stranger: publication
                .and_then(|publication| publication.replaced_a_stranger.then_some(true)),
            message: published.err(),
            metrics: PublicationMetrics::new(function, now, publication, latency),
        }
    }

    /// Writes the line.
    pub fn write(&self) {
        write(self);
    }
}

/// Why the publisher runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// The stream of the store's table.
    Change,
    /// The schedule.
    Heartbeat,
    /// Somebody by hand.
    Other,
}

impl Trigger {
    /// Of a Lambda event.
    pub fn of(event: &Value) -> Self {
        if event.get("Records").is_some() {
            Self::Change
        } else if event.get("detail-type").is_some_and(|kind| kind == "Scheduled Event") {
            Self::Heartbeat
        } else {
            Self::Other
        }
    }
}

/// Something that needs attention, though the request goes on.
pub fn warning(event: &str, message: &str) {
    write(&Notice { level: Level::Warn, event, message });
}

/// Something without which the function cannot go on.
pub fn error(event: &str, message: &str) {
    write(&Notice { level: Level::Error, event, message });
}

#[derive(Serialize)]
struct Notice<'n> {
    level: Level,
    event: &'n str,
    message: &'n str,
}

/// As Lambda's own log filter calls them.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Level {
    Error,
    Info,
    Warn,
}

/// A line is written at once, so that lines of several threads do not mix. Where nobody reads the
/// log, requests are answered all the same.
fn write(line: &impl Serialize) {
    if let Ok(mut text) = serde_json::to_vec(line) {
        text.push(b'\n');
        let _ = stdout().lock().write_all(&text);
    }
}

/// Anybody can ask with any method; the log is not theirs to fill.
fn known_method(method: &str) -> &str {
    match method {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" => method,
        _ => "other",
    }
}

fn known_route(path: &str) -> &'static str {
    ["/edgepass/session", "/edgepass/urls", "/edgepass/revocations"]
        .into_iter()
        .find(|route| *route == path)
        .unwrap_or("other")
}
