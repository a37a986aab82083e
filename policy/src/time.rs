//! Points in time, as CloudFront writes them.

use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds: `AWS:EpochTime`, `exp`, `iat`.
///
/// AWS allows up to 9223372036854775807, which is `i64::MAX`; nothing before 1970 is meant.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(i64);

impl UnixTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The end of time.
    pub const MAX: Self = Self(i64::MAX);

    /// From this value on (the year 5138) a number of seconds was probably meant as milliseconds:
    /// today's milliseconds have 13 digits, this has 12.
    pub const MILLISECONDS_SUSPECTED: Self = Self(100_000_000_000);

    /// None before 1970.
    pub const fn from_seconds(seconds: i64) -> Option<Self> {
        if seconds < 0 { None } else { Some(Self(seconds)) }
    }

    /// Seconds since the epoch, never negative.
    pub const fn as_seconds(self) -> i64 {
        self.0
    }

    /// Reads decimal digits as CloudFront's `Expires` has them: no sign, no leading zero.
    pub fn from_digits(digits: &str) -> Option<Self> {
        let canonical = digits == "0" || !digits.starts_with('0');
        if digits.is_empty() || !canonical || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self)
    }

    /// How many seconds this is later than another time; negative if it is earlier.
    pub const fn seconds_since(self, other: Self) -> i64 {
        // Neither is negative, so this never saturates.
        self.0.saturating_sub(other.0)
    }

    /// Later by some seconds; stays at the end of time rather than wrapping.
    pub const fn plus_seconds(self, seconds: u32) -> Self {
        // u32 always fits an i64; `From` is not const yet.
        #[allow(clippy::as_conversions, reason = "u32 to i64 loses nothing")]
        Self(self.0.saturating_add(seconds as i64))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_strictly() {
        assert_eq!(UnixTime::from_digits("0"), UnixTime::from_seconds(0));
        assert_eq!(UnixTime::from_digits("1767290400"), UnixTime::from_seconds(1_767_290_400));
        assert_eq!(UnixTime::from_digits("9223372036854775807"), UnixTime::from_seconds(i64::MAX));
        for digits in ["", "-1", "+1", "01", "1.0", "1e3", " 1", "1 ", "9223372036854775808", "١"]
        {
            assert_eq!(UnixTime::from_digits(digits), None, "{digits}");
        }
    }
}
