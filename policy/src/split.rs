//! `str::split` and `str::split_once` by an ASCII separator.
//!
//! A cookie header is a kilobyte of a few long values. The standard library searches it a word at a
//! time, `memchr` with SIMD.

use memchr::memchr;

/// The parts of `text` between the separators.
pub(crate) fn split(text: &str, separator: u8) -> Split<'_> {
    Split { rest: Some(text), separator }
}

/// See [`split`].
pub(crate) struct Split<'t> {
    rest: Option<&'t str>,
    separator: u8,
}

impl<'t> Iterator for Split<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.rest.take()?;
        let (part, rest) = match split_once(text, self.separator) {
            Some((part, rest)) => (part, Some(rest)),
            None => (text, None),
        };
        self.rest = rest;
        Some(part)
    }
}

/// What is before and after the first separator. None if there is no separator, or one that is not
/// ASCII.
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(memchr(separator, text.as_bytes())?)?;
    Some((before, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn as_the_standard_library(text in "([;é\n]|[a-z=]{0,40}){0,8}") {
            let ours: Vec<&str> = split(&text, b';').collect();
            let theirs: Vec<&str> = text.split(';').collect();
            prop_assert_eq!(ours, theirs);
            prop_assert_eq!(split_once(&text, b';'), text.split_once(';'));
        }
    }
}
