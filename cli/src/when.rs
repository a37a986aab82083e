//! Times on the command line: how they are typed and how they are shown.

use core::fmt;
use core::str::FromStr;

use jiff::Timestamp;
use policy::UnixTime;

use crate::outcome::Failure;

/// What the machine's clock says.
pub(crate) fn system_clock() -> Result<UnixTime, Failure> {
    UnixTime::from_seconds(Timestamp::now().as_second()).ok_or_else(|| {
        Failure::Service("the clock of this machine is before 1970; set it".to_owned())
    })
}

/// A time as it was typed: RFC 3339, epoch seconds, or a duration from now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum When {
    At(UnixTime),
    /// So many seconds from now.
    In(u32),
}

impl When {
    /// The time that is meant, if it is now `now`.
    pub(crate) fn from(self, now: UnixTime) -> UnixTime {
        match self {
            Self::At(time) => time,
            Self::In(seconds) => now.plus_seconds(seconds),
        }
    }
}

impl FromStr for When {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Some(duration) = text.strip_prefix('+') {
            return self::duration(duration).map(Self::In);
        }
        if let Some(time) = UnixTime::from_digits(text) {
            return if time < UnixTime::MILLISECONDS_SUSPECTED {
                Ok(Self::At(time))
            } else {
                Err(NotATime::Milliseconds)
            };
        }
        let time: Timestamp = text.parse().map_err(|_| NotATime::Malformed)?;
        if time.subsec_nanosecond() != 0 {
            return Err(NotATime::Fraction);
        }
        UnixTime::from_seconds(time.as_second()).map(Self::At).ok_or(NotATime::BeforeEpoch)
    }
}

/// The duration of `90m`, in seconds.
pub(crate) fn duration(duration: &str) -> Result<u32, NotATime> {
    const UNITS: [(char, u32); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let (digits, unit) = UNITS
        .into_iter()
        .find_map(|(name, seconds)| Some((duration.strip_suffix(name)?, seconds)))
        .ok_or(NotATime::Malformed)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotATime::Malformed);
    }
    let count: Option<u32> = digits.parse().ok();
    count.and_then(|count| count.checked_mul(unit)).ok_or(NotATime::TooFar)
}

/// Why a text is not a time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotATime {
    BeforeEpoch,
    Fraction,
    Malformed,
    Milliseconds,
    TooFar,
}

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeEpoch => "is before 1970, where CloudFront's time begins",
            Self::Fraction => "has a fraction of a second; CloudFront counts whole seconds",
            Self::Malformed => {
                "is not a time; write it as `2027-01-31T18:00:00Z`, as epoch seconds, or from now as `+90m`, `+12h`, `+7d`"
            }
            Self::Milliseconds => {
                "looks like milliseconds; CloudFront counts seconds, so leave out the last three digits"
            }
            Self::TooFar => "is more than 136 years from now",
        })
    }
}

impl core::error::Error for NotATime {}

/// A time as people read it, with its distance from now: `2027-01-31T18:00:00Z (in 11h 59m)`.
pub(crate) struct Shown {
    pub(crate) time: UnixTime,
    pub(crate) now: UnixTime,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, now } = self;
        match rfc3339(*time) {
            Some(text) => write!(f, "{text} ")?,
            None => write!(f, "{time} ")?,
        }
        let distance = Distance(time.as_seconds().abs_diff(now.as_seconds()));
        match time.cmp(now) {
            core::cmp::Ordering::Less => write!(f, "({distance} ago)"),
            core::cmp::Ordering::Equal => f.write_str("(now)"),
            core::cmp::Ordering::Greater => write!(f, "(in {distance})"),
        }
    }
}

/// None after the year 9999.
pub(crate) fn rfc3339(time: UnixTime) -> Option<String> {
    Timestamp::from_second(time.as_seconds()).ok().map(|time| time.to_string())
}

/// Seconds, shown in the largest unit that fits and the next one.
struct Distance(u64);

impl fmt::Display for Distance {
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
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    fn time(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds).unwrap()
    }

    #[test]
    fn read() {
        use NotATime::{BeforeEpoch, Fraction, Malformed, Milliseconds, TooFar};
        let at = |seconds| Ok(When::At(time(seconds)));
        for (text, result) in [
            ("0", at(0)),
            ("1798740000", at(1_798_740_000)),
            ("2026-12-31T18:00:00Z", at(1_798_740_000)),
            ("2026-12-31T19:00:00+01:00", at(1_798_740_000)),
            ("+0s", Ok(When::In(0))),
            ("+90m", Ok(When::In(5400))),
            ("+12h", Ok(When::In(43_200))),
            ("+7d", Ok(When::In(604_800))),
            ("1798740000000", Err(Milliseconds)),
            ("1969-12-31T23:59:59Z", Err(BeforeEpoch)),
            ("2026-12-31T18:00:00.5Z", Err(Fraction)),
            ("+50000d", Err(TooFar)),
            ("+99999999999s", Err(TooFar)),
            ("2026-12-31T18:00:00", Err(Malformed)),
            ("2026-12-31", Err(Malformed)),
            ("2026-02-30T00:00:00Z", Err(Malformed)),
            ("tomorrow", Err(Malformed)),
            ("+7w", Err(Malformed)),
            ("+h", Err(Malformed)),
            ("++7d", Err(Malformed)),
            ("+1.5h", Err(Malformed)),
            ("7d", Err(Malformed)),
            ("01", Err(Malformed)),
            ("", Err(Malformed)),
        ] {
            assert_eq!(text.parse(), result, "{text}");
        }
    }

    #[test]
    fn from_now() {
        assert_eq!(When::In(60).from(time(100)), time(160));
        assert_eq!(When::At(time(7)).from(time(100)), time(7));
    }

    #[test]
    fn shown() {
        let now = time(1_798_740_000);
        for (seconds, text) in [
            (1_798_740_000, "2026-12-31T18:00:00Z (now)"),
            (1_798_740_059, "2026-12-31T18:00:59Z (in 59s)"),
            (1_798_739_910, "2026-12-31T17:58:30Z (1m 30s ago)"),
            (1_798_747_260, "2026-12-31T20:01:00Z (in 2h 1m)"),
            (1_798_999_200, "2027-01-03T18:00:00Z (in 3d 0h)"),
            (i64::MAX, "9223372036854775807 (in 106751991146481d 21h)"),
        ] {
            assert_eq!(Shown { time: time(seconds), now }.to_string(), text);
        }
    }
}
