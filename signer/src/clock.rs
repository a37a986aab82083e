//! The operating system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use policy::UnixTime;

/// Now. A clock set before 1970 shows its first second, at which nobody is signed in yet.
pub(crate) fn system_clock() -> UnixTime {
    const EPOCH: UnixTime = match UnixTime::from_seconds(0) {
        Some(epoch) => epoch,
        None => UnixTime::MILLISECONDS_SUSPECTED,
    };
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs()).ok().and_then(UnixTime::from_seconds).unwrap_or(EPOCH)
}
