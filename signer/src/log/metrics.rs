//! CloudWatch metrics, in the line of the log that CloudWatch reads them from.
//!
//! AWS: "Embedded metric format specification".

#[cfg(feature = "lambda")]
mod rotation;

use core::time::Duration;

use serde::Serialize;

#[cfg(feature = "lambda")]
pub(crate) use self::rotation::RotationMetrics;
use crate::interface::outcome::Outcome;
use crate::revocation::publish::Publication;

/// The namespace of all our metrics.
const NAMESPACE: &str = "Edgepass";

const LATENCY: Definition = Definition { name: "Latency", unit: "Milliseconds" };
const ISSUED: Definition = Definition { name: "Issued", unit: "Count" };
const REFUSED: Definition = Definition { name: "Refused", unit: "Count" };

const PUBLISHED: Definition = Definition { name: "Published", unit: "Count" };
const PUBLISH_FAILED: Definition = Definition { name: "PublishFailed", unit: "Count" };
const STATE_AGE: Definition = Definition { name: "StateAge", unit: "Seconds" };
const STATE_BYTES: Definition = Definition { name: "StateBytes", unit: "Bytes" };

/// By function: the sum over all reasons, for alarms.
const BY_FUNCTION: &[&str] = &["FunctionName"];
/// By function and reason.
const BY_REASON: &[&str] = &["FunctionName", "Reason"];

/// The metrics of one request: its latency, and that it was issued or refused, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Metrics<'m> {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    #[serde(rename = "FunctionName")]
    function: &'m str,
    /// The `type` of the problem, without its prefix.
    #[serde(rename = "Reason", skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(rename = "Latency")]
    latency: f64,
    #[serde(rename = "Issued", skip_serializing_if = "Option::is_none")]
    issued: Option<u8>,
    #[serde(rename = "Refused", skip_serializing_if = "Option::is_none")]
    refused: Option<u8>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    /// Milliseconds since 1970.
    timestamp: u64,
    cloud_watch_metrics: Vec<Directive>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: &'static [Definition],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl<'m> Metrics<'m> {
    /// What one request adds to the metrics of a function, at `timestamp` in milliseconds since
    /// 1970.
    pub(crate) fn new(
        function: &'m str,
        timestamp: u64,
        outcome: &Outcome,
        latency: Duration,
    ) -> Self {
        let by_function =
            |metrics| Directive { namespace: NAMESPACE, dimensions: &[BY_FUNCTION], metrics };
        let (reason, directives) = match outcome {
            Outcome::Issued(_) => (None, vec![by_function(&[LATENCY, ISSUED])]),
            Outcome::Refused { cause, .. } => {
                let refused = Directive {
                    namespace: NAMESPACE,
                    dimensions: &[BY_FUNCTION, BY_REASON],
                    metrics: &[REFUSED],
                };
                (Some(cause.name()), vec![by_function(&[LATENCY]), refused])
            }
            Outcome::LoggedOut { .. }
            | Outcome::Preflight
            | Outcome::Repeated
            | Outcome::Reported
            | Outcome::Revoked(_)
            | Outcome::Unrevoked(_) => (None, vec![by_function(&[LATENCY])]),
        };
        Self {
            metadata: Metadata { timestamp, cloud_watch_metrics: directives },
            function,
            reason,
            latency: latency.as_secs_f64() * 1000.0,
            issued: matches!(outcome, Outcome::Issued(_)).then_some(1),
            refused: reason.map(|_| 1),
        }
    }
}

/// The metrics of one publication: that the state was published or not, how old the one before had
/// become, and how large the new one is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PublicationMetrics<'m> {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    #[serde(rename = "FunctionName")]
    function: &'m str,
    latency: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_failed: Option<u8>,
    /// Missing for the first state of a site.
    #[serde(skip_serializing_if = "Option::is_none")]
    state_age: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_bytes: Option<u32>,
}

impl<'m> PublicationMetrics<'m> {
    /// What was published at `timestamp` in milliseconds since 1970; None if that failed.
    pub(crate) fn new(
        function: &'m str,
        timestamp: u64,
        publication: Option<&Publication>,
        latency: Duration,
    ) -> Self {
        let age = |publication: &Publication| {
            let before = publication.generated_before?.as_seconds();
            Some(publication.head.generated_at.as_seconds().saturating_sub(before).max(0))
        };
        let state_age = publication.and_then(age);
        let metrics: &[Definition] = match (publication, state_age) {
            (None, _) => &[LATENCY, PUBLISH_FAILED],
            (Some(_), None) => &[LATENCY, PUBLISHED, STATE_BYTES],
            (Some(_), Some(_)) => &[LATENCY, PUBLISHED, STATE_BYTES, STATE_AGE],
        };
        let directive = Directive { namespace: NAMESPACE, dimensions: &[BY_FUNCTION], metrics };
        Self {
            metadata: Metadata { timestamp, cloud_watch_metrics: vec![directive] },
            function,
            latency: latency.as_secs_f64() * 1000.0,
            published: publication.map(|_| 1),
            publish_failed: publication.is_none().then_some(1),
            state_age,
            state_bytes: publication.map(|publication| publication.head.body_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use serde_json::{Value, json};

    use super::*;
    use crate::interface::problem::Cause;

    fn written(outcome: &Outcome) -> Value {
        let metrics = Metrics::new("session", 7, outcome, Duration::from_micros(1500));
        serde_json::to_value(metrics).unwrap()
    }

    #[test]
    fn every_metric_that_is_declared_is_there() {
        let refused = Outcome::Refused { cause: Cause::NoGrant, internal: None };
        assert_eq!(
            written(&refused),
            json!({
                "_aws": {
                    "Timestamp": 7,
                    "CloudWatchMetrics": [
                        {
                            "Namespace": "Edgepass",
                            "Dimensions": [["FunctionName"]],
                            "Metrics": [{ "Name": "Latency", "Unit": "Milliseconds" }],
                        },
                        {
                            "Namespace": "Edgepass",
                            "Dimensions": [["FunctionName"], ["FunctionName", "Reason"]],
                            "Metrics": [{ "Name": "Refused", "Unit": "Count" }],
                        },
                    ],
                },
                "FunctionName": "session",
                "Reason": "no-grant",
                "Latency": 1.5,
                "Refused": 1,
            })
        );
        let reported = written(&Outcome::Reported);
        assert_eq!(reported.get("Refused"), None);
        assert_eq!(reported.get("Issued"), None);
    }
}
