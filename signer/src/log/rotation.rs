//! What the rotation function writes.

use serde::Serialize;

use super::{Level, write};
use crate::log::metrics::RotationMetrics;
use crate::rotation::{Arrival, Step, Wait};

/// One change that a rotation made.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeLine<'l> {
    level: Level,
    event: &'static str,
    /// Lambda's id of the invocation.
    request_id: &'l str,
    change: &'static str,
    message: String,
}

impl<'l> ChangeLine<'l> {
    pub(crate) fn new(request_id: &'l str, step: &Step) -> Self {
        let (change, message) = (step.name(), step.to_string());
        Self { level: Level::Info, event: "rotation-changed", request_id, change, message }
    }

    pub(crate) fn write(&self) {
        write(self);
    }
}

/// One run of a rotation: why, and how far it came. The same line carries the metrics.
#[derive(Debug, Serialize)]
pub(crate) struct RotationLine<'l> {
    level: Level,
    event: &'static str,
    /// Lambda's id of the invocation.
    request_id: &'l str,
    /// The step that Secrets Manager asked for, or `finish`.
    step: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'static str>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(flatten)]
    metrics: RotationMetrics<'l>,
}

impl<'l> RotationLine<'l> {
    /// The line of a run that came as far as `arrival` says, or failed. `function` is the name of
    /// the Lambda function, `overdue` is [`crate::rotation::Inventory::overdue`].
    pub(crate) fn new(
        function: &'l str,
        request_id: &'l str,
        step: &'l str,
        arrival: Result<&Arrival, &str>,
        overdue: Option<u64>,
    ) -> Self {
        let (level, event, wait) = match arrival {
            Ok(Arrival::Reached) => (Level::Info, "rotation-reached", None),
            Ok(Arrival::Waiting(wait)) => (Level::Info, "rotation-waits", Some(wait)),
            Err(_) => (Level::Error, "rotation-failed", None),
        };
        Self {
            level,
            event,
            request_id,
            step,
            waits_for: wait.map(Wait::name),
            until: wait.and_then(Wait::until).map(policy::UnixTime::as_seconds),
            message: arrival.err().map(str::to_owned).or_else(|| wait.map(Wait::to_string)),
            metrics: RotationMetrics::new(function, arrival.is_err(), overdue),
        }
    }

    pub(crate) fn write(&self) {
        write(self);
    }
}
