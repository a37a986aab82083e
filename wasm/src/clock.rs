//! Times as JavaScript has them.

use policy::UnixTime;

/// A time in seconds. None for what is no time: a clock that is not a number must not look like
/// 1970.
pub(crate) fn time(seconds: f64) -> Option<UnixTime> {
    if !seconds.is_finite() {
        return None;
    }
    #[allow(clippy::as_conversions, reason = "saturates; there is no other way from a float")]
    UnixTime::from_seconds(seconds as i64)
}
