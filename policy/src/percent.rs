//! Percent-encoding (RFC 3986, 2.1).

use alloc::borrow::Cow;
use alloc::string::String;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn percent_decoding_is_strict() {
        assert_eq!(percent_decoded("a%7Eb").unwrap(), "a~b");
        assert_eq!(percent_decoded("a~b").unwrap(), "a~b");
        for text in ["%", "%7", "%zz", "%+1", "%0A", "%20", "%e9", " ", "é"] {
            assert_eq!(percent_decoded(text), None, "{text}");
        }
    }
}
