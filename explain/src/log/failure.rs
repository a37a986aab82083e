//! What failed when a request was answered 5xx.

use super::record::Record;

/// What a log says failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// CloudFront's own limits.
    Capacity,
    /// A function at the edge did not run to its end, or its answer is not one.
    Function,
    /// A function at the edge answered 5xx.
    FunctionAnswer,
    /// The origin answered 5xx, or CloudFront repeated such an answer from its cache.
    Origin,
    /// The connection to the origin broke or took too long.
    OriginConnection,
    /// The origin's name does not resolve.
    OriginDns,
    /// The origin's answer is no valid one.
    OriginResponse,
    /// The viewer was gone or too slow.
    Viewer,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Capacity,
        Self::Function,
        Self::FunctionAnswer,
        Self::Origin,
        Self::OriginConnection,
        Self::OriginDns,
        Self::OriginResponse,
        Self::Viewer,
    ];

    /// By the detailed result, else by the result (AWS: "Standard logging reference", fields 14 and
    /// 29; "Edge function logs").
    pub(super) fn of(record: &Record<'_>) -> Self {
        let results = [record.detail, record.result];
        let is = |names: &[&[u8]]| results.iter().any(|result| names.contains(result));
        let by_function =
            |result: &&[u8]| result.starts_with(b"Lambda") || result.starts_with(b"Function");
        if record.is_generated() {
            Self::FunctionAnswer
        } else if results.iter().any(by_function) {
            Self::Function
        } else if is(&[b"OriginDnsError"]) {
            Self::OriginDns
        } else if is(&[
            b"AbortedOrigin",
            b"OriginCommError",
            b"OriginConnectError",
            b"OriginReadError",
            b"OriginWriteError",
        ]) {
            Self::OriginConnection
        } else if is(&[
            b"OriginContentRangeLengthError",
            b"OriginError",
            b"OriginHeaderTooBigError",
            b"OriginInvalidResponseError",
            b"OriginZeroSizeObjectError",
        ]) {
            Self::OriginResponse
        } else if is(&[b"CapacityExceeded", b"LimitExceeded"]) {
            Self::Capacity
        } else if is(&[b"ClientCommError", b"ClientHungUpRequest", b"SlowReaderOriginError"]) {
            Self::Viewer
        } else {
            Self::Origin
        }
    }

    /// The cause's id where there is one, else a word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Capacity => "capacity-exceeded",
            Self::Function => "function-failed",
            Self::FunctionAnswer => "function-answered-5xx",
            Self::Origin => "origin-answered-5xx",
            Self::OriginConnection => "origin-unreachable",
            Self::OriginDns => "origin-name-unresolved",
            Self::OriginResponse => "origin-response-invalid",
            Self::Viewer => "viewer-gone",
        }
    }

    /// For people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Capacity => "CloudFront or a function reached a quota",
            Self::Function => "a function at the edge failed; its log is in the viewer's region",
            Self::FunctionAnswer => "a function at the edge answered 5xx",
            Self::Origin => "the origin answered 5xx, or CloudFront repeated that from its cache",
            Self::OriginConnection => {
                "the connection to the origin broke, timed out or was refused"
            }
            Self::OriginDns => "the domain name of the origin does not resolve",
            Self::OriginResponse => "the origin's response is not valid HTTP, or too big",
            Self::Viewer => "the viewer was gone, or too slow",
        }
    }
}
