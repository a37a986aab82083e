//! Names from requests and policies, in messages.

use alloc::string::String;
use core::fmt;

/// How many characters of such a name a message repeats.
const LONGEST_SHOWN: usize = 40;

/// As much of a name as [`Shown`] needs.
pub(crate) fn shortened(name: &str) -> String {
    name.chars().take(LONGEST_SHOWN + 1).collect()
}

/// The beginning of a name that anybody may have chosen, with control characters escaped, so that
/// it can be printed on a terminal.
pub(crate) struct Shown<'n>(pub(crate) &'n str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(LONGEST_SHOWN) {
            write!(f, "{}", character.escape_default())?;
        }
        if characters.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}
