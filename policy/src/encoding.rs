//! CloudFront's base64 with its errors, and percent-encoding.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::base64::CLOUDFRONT;

/// Encodes as CloudFront does.
pub fn to_cloudfront_base64(bytes: &[u8]) -> String {
    CLOUDFRONT.encode(bytes)
}

/// Decodes CloudFront's base64, strictly: whole padding, no stray bits, no other alphabet.
pub fn from_cloudfront_base64(text: &str) -> Result<Vec<u8>, Base64Fault> {
    let symbol = |symbol: char| match symbol {
        '+' | '/' | '=' => Some(Base64Fault::OtherAlphabet(symbol)),
        '-' | '_' | '~' => None,
        other => (!other.is_ascii_alphanumeric()).then_some(Base64Fault::Symbol),
    };
    CLOUDFRONT
        .decode(text.as_bytes())
        .ok_or_else(|| text.chars().find_map(symbol).unwrap_or(Base64Fault::Length))
}

/// Why a text is not CloudFront's base64.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Base64Fault {
    /// Padding is missing or too much, or the last symbol carries stray bits.
    Length,
    /// A symbol of plain base64: `+`, `/` or `=`.
    OtherAlphabet(char),
    /// A symbol of no base64 alphabet.
    Symbol,
}

impl fmt::Display for Base64Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => {
                f.write_str("is cut off or not padded with `_` to a multiple of four symbols")
            }
            Self::OtherAlphabet(symbol) => write!(
                f,
                "has a `{symbol}` of plain base64; CloudFront writes `+` as `-`, `=` as `_`, `/` as `~`"
            ),
            Self::Symbol => f.write_str("has a symbol that is not base64"),
        }
    }
}

/// Resolves `%XX`. None if an escape is invalid or the result is not visible ASCII: no value that
/// CloudFront defines needs more.
pub(crate) fn percent_decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.as_bytes().contains(&b'%') {
        return text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(Cow::Borrowed(text));
    }
    let mut decoded = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => escaped(bytes.next(), bytes.next())?,
            plain => plain,
        };
        if !byte.is_ascii_graphic() {
            return None;
        }
        decoded.push(char::from(byte));
    }
    Some(Cow::Owned(decoded))
}

/// The byte that the two digits after a `%` stand for.
pub(crate) fn escaped(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..=bytes.len() {
            let bytes: Vec<u8> = bytes.iter().copied().take(length).collect();
            let text = to_cloudfront_base64(&bytes);
            assert!(!text.contains(['+', '/', '=']));
            assert_eq!(from_cloudfront_base64(&text).unwrap(), bytes);
        }
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        assert_eq!(from_cloudfront_base64("TQ__").unwrap(), b"M");
        for (text, why) in [
            ("TQ", Base64Fault::Length),
            ("TQ_", Base64Fault::Length),
            ("TR__", Base64Fault::Length),
            ("TQ___", Base64Fault::Length),
            ("T_Q_", Base64Fault::Length),
            ("TQ==", Base64Fault::OtherAlphabet('=')),
            ("ab+c", Base64Fault::OtherAlphabet('+')),
            ("ab c", Base64Fault::Symbol),
            ("abc\n", Base64Fault::Symbol),
        ] {
            assert_eq!(from_cloudfront_base64(text), Err(why), "{text}");
        }
    }

    #[test]
    fn percent_decoding_is_strict() {
        assert_eq!(percent_decoded("a%7Eb").unwrap(), "a~b");
        assert_eq!(percent_decoded("a~b").unwrap(), "a~b");
        for text in ["%", "%7", "%zz", "%+1", "%0A", "%20", "%e9", " ", "é"] {
            assert_eq!(percent_decoded(text), None, "{text}");
        }
    }
}
