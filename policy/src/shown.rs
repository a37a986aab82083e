//! Names that strangers chose, in messages.

use alloc::string::String;
use core::fmt;

/// How many characters of a stranger's name a message repeats.
const LONGEST_SHOWN: usize = 40;

/// As much of a stranger's name as [`Shown`] needs.
pub(crate) fn shortened(name: &str) -> String {
    name.chars().take(LONGEST_SHOWN + 1).collect()
}

/// A stranger's name in a message: its beginning, without what a terminal would obey.
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
