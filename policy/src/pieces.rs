//! The pieces of a text between separators, as `str::split` has them.
//!
//! A cookie header is a kilobyte of a few long values. The standard library looks for the separator
//! word by word; sixteen bytes at a time are one instruction where the target has SIMD.

/// How many bytes are looked at together.
const LANES: usize = 16;

/// The pieces of `text` between the `separator`s, which must be ASCII: for another nothing is found.
pub fn pieces(text: &str, separator: u8) -> Pieces<'_> {
    Pieces { rest: Some(text), separator }
}

/// What [`pieces`] gives.
#[derive(Clone, Debug)]
pub struct Pieces<'t> {
    rest: Option<&'t str>,
    separator: u8,
}

impl<'t> Pieces<'t> {
    /// All that is left, separators included.
    pub fn rest(self) -> Option<&'t str> {
        self.rest
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.rest.take()?;
        let (piece, rest) = match split_once(text, self.separator) {
            Some((piece, rest)) => (piece, Some(rest)),
            None => (text, None),
        };
        self.rest = rest;
        Some(piece)
    }
}

/// What is before and after the first `separator`, as `str::split_once` has it.
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(position(text.as_bytes(), separator)?)?;
    Some((before, rest.get(1..)?))
}

/// Where the first of these bytes is.
fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    let (chunks, _) = bytes.as_chunks::<LANES>();
    let without = |chunk: &&[u8; LANES]| !chunk.iter().fold(false, |any, &b| any | (b == wanted));
    let passed = chunks.iter().take_while(without).count().saturating_mul(LANES);
    let rest = bytes.get(passed..)?;
    Some(passed.saturating_add(rest.iter().position(|&byte| byte == wanted)?))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn are_those_of_the_standard_library(text in "([;é\n]|[a-z=]{0,40}){0,8}") {
            let ours: Vec<&str> = pieces(&text, b';').collect();
            let theirs: Vec<&str> = text.split(';').collect();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn the_rest_is_what_was_not_taken(text in "[;a]{0,40}") {
            let mut ours = pieces(&text, b';');
            let first = ours.next();
            prop_assert_eq!((first, ours.rest()), match text.split_once(';') {
                Some((piece, rest)) => (Some(piece), Some(rest)),
                None => (Some(&*text), None),
            });
        }
    }
}
