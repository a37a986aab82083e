//! Points in time as people and AWS write them.

use core::fmt;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use policy::UnixTime;

/// RFC 3339, or the bare number where a year has more than four digits.
pub(crate) fn rfc3339(time: UnixTime) -> String {
    Timestamp::from_second(time.as_seconds())
        .map_or_else(|_| format!("epoch second {time}"), |time| time.to_string())
}

/// `Sun, 22 Nov 2026 01:16:25 GMT`, the form of HTTP's `Date` (RFC 9110, 5.6.7).
pub(crate) fn from_http_date(text: &str) -> Option<UnixTime> {
    let time = DateTimeParser::new().parse_timestamp(text).ok()?;
    UnixTime::from_seconds(time.as_second())
}

/// `2026-11-22T01:16:25.123000+00:00`, the form of the AWS CLI's timestamps.
pub(crate) fn from_rfc3339(text: &str) -> Option<UnixTime> {
    let time: Timestamp = text.parse().ok()?;
    UnixTime::from_seconds(time.as_second())
}

/// How far `time` lies from `now`: `3h 12m ago`, `in 40s`.
pub(crate) fn distance(time: UnixTime, now: UnixTime) -> String {
    let apart = Seconds(time.as_seconds().abs_diff(now.as_seconds()));
    if time > now { format!("in {apart}") } else { format!("{apart} ago") }
}

/// A number of seconds, shown in the largest unit that fits and the next one.
pub(crate) struct Seconds(pub(crate) u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{seconds}s"),
            (0, 0, _) => write!(f, "{minutes}m {}s", seconds % 60),
            (0, _, _) => write!(f, "{hours}h {minutes}m"),
            _ => write!(f, "{days}d {hours}h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let time = UnixTime::from_seconds(1_795_310_185);
        assert_eq!(from_http_date("Sun, 22 Nov 2026 01:16:25 GMT"), time);
        assert_eq!(from_rfc3339("2026-11-22T01:16:25.120000+00:00"), time);
        assert_eq!(time.map(rfc3339).as_deref(), Some("2026-11-22T01:16:25Z"));
        assert_eq!(from_http_date("yesterday"), None);
    }
}
