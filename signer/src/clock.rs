//! Clocks: what tells the time, and the operating system's.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use policy::UnixTime;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// Milliseconds since 1970; 0 by a clock set before.
pub(crate) fn system_milliseconds() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}

/// Now. A clock set before 1970 shows its first second, at which nobody is signed in yet.
#[cfg(feature = "lambda")]
pub(crate) fn system_clock() -> UnixTime {
    const EPOCH: UnixTime = match UnixTime::from_seconds(0) {
        Some(epoch) => epoch,
        None => UnixTime::MILLISECONDS_SUSPECTED,
    };
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs()).ok().and_then(UnixTime::from_seconds).unwrap_or(EPOCH)
}

/// Seconds since 1970; 0 by a clock set before.
#[cfg(feature = "aws")]
pub(crate) fn system_seconds() -> u64 {
    system_milliseconds() / 1000
}
