//! Lifetimes as the configuration writes them.

use core::fmt;
use core::str::FromStr;

/// How long a pass is good, in seconds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Lifetime(u32);

impl Lifetime {
    /// The shortest: below it, differences between clocks decide.
    pub const SHORTEST: Self = Self(60);

    /// The longest: a pass can be copied, so that none is for ever.
    pub const LONGEST: Self = Self(30 * 24 * 60 * 60);

    /// In seconds.
    pub const fn as_seconds(self) -> u32 {
        self.0
    }
}

/// Reads `90s`, `30m`, `12h` or `7d`.
impl FromStr for Lifetime {
    type Err = NotALifetime;

    fn from_str(text: &str) -> Result<Self, NotALifetime> {
        let units = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
        let seconds = units.into_iter().find_map(|(unit, seconds)| {
            let count = text.strip_suffix(unit)?;
            let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| count.parse::<u32>().ok()?.checked_mul(seconds))?
        });
        let lifetime = Self(seconds.ok_or(NotALifetime)?);
        if (Self::SHORTEST..=Self::LONGEST).contains(&lifetime) {
            Ok(lifetime)
        } else {
            Err(NotALifetime)
        }
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// Not a lifetime, or one that is too short or too long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotALifetime;

impl fmt::Display for NotALifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "is not a duration from `60s` to `30d`; write it as `90s`, `30m`, `12h` or `7d`",
        )
    }
}

impl core::error::Error for NotALifetime {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, seconds) in
            [("60s", 60), ("90s", 90), ("30m", 1_800), ("12h", 43_200), ("30d", 2_592_000)]
        {
            assert_eq!(text.parse(), Ok(Lifetime(seconds)), "{text}");
        }
        for text in ["", "s", "1", "59s", "31d", "1.5h", "-1h", "1h30m", "1 h", "1H", "99999999d"] {
            assert_eq!(text.parse::<Lifetime>(), Err(NotALifetime), "{text}");
        }
    }
}
