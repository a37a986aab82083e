//! The metrics of a rotation.

use serde::Serialize;

use super::{BY_FUNCTION, Definition, Directive, Metadata, NAMESPACE};
use crate::clock::system_milliseconds;

const FAILED: Definition = Definition { name: "RotationFailed", unit: "Count" };
const OVERDUE: Definition = Definition { name: "RotationOverdue", unit: "Seconds" };

/// Whether a run failed, and for how long the rotation could have been further than it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RotationMetrics<'m> {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    #[serde(rename = "FunctionName")]
    function: &'m str,
    rotation_failed: u8,
    /// Missing where it could not be found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_overdue: Option<u64>,
}

impl<'m> RotationMetrics<'m> {
    pub(crate) fn new(function: &'m str, failed: bool, overdue: Option<u64>) -> Self {
        let metrics: &[Definition] = if overdue.is_some() { &[FAILED, OVERDUE] } else { &[FAILED] };
        let directive = Directive { namespace: NAMESPACE, dimensions: &[BY_FUNCTION], metrics };
        let timestamp = system_milliseconds();
        Self {
            metadata: Metadata { timestamp, cloud_watch_metrics: vec![directive] },
            function,
            rotation_failed: failed.into(),
            rotation_overdue: overdue,
        }
    }
}
