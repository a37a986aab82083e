//! Base64 (RFC 4648) in the three alphabets of passes and keys, strictly: two texts are equal if and
//! only if their bytes are, so that texts can be compared in place of bytes.
//!
//! The crate `base64` would be a twentieth of the edge module, and takes twice as long to decode a
//! policy.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Encodes in standard base64 with padding (RFC 4648, 4).
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes standard base64, strictly: whole padding, no stray bits, no white space.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.as_bytes())
}

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

/// Encodes in base64url without padding (RFC 7515, 2).
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE.encode(bytes)
}

/// Decodes base64url, strictly: no padding, no stray bits.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE.decode(text.as_bytes())
}

/// The 64 digits, and the padding if there is any.
struct Alphabet {
    digits: [u8; 64],
    values: [u8; 256],
    padding: Option<u8>,
}

/// CloudFront's: `+` as `-`, `/` as `~`, and the padding `=` as `_` (AWS: "Code examples for
/// creating a signature"). It is not base64url, where `_` is a digit.
const CLOUDFRONT: &Alphabet = &Alphabet::new(b"-~", Some(b'_'));

/// The plain one, with padding (RFC 4648, 4).
const STANDARD: &Alphabet = &Alphabet::new(b"+/", Some(b'='));

/// base64url without padding (RFC 7515, 2).
const URL_SAFE: &Alphabet = &Alphabet::new(b"-_", None);

/// The value of a byte that is no digit.
const NONE: u8 = 0xff;

impl Alphabet {
    /// The letters, the figures 0 to 9, and two more digits.
    #[allow(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "evaluated by the compiler, which has no other way"
    )]
    const fn new(last: &[u8; 2], padding: Option<u8>) -> Self {
        let mut digits = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789??";
        digits[62] = last[0];
        digits[63] = last[1];
        let mut values = [NONE; 256];
        let mut value = 0;
        while value < digits.len() {
            values[digits[value] as usize] = value as u8;
            value += 1;
        }
        Self { digits, values, padding }
    }

    /// Encodes.
    fn encode(&self, bytes: &[u8]) -> String {
        let mut text: Vec<u8> = Vec::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
        let (groups, rest) = bytes.as_chunks::<3>();
        for &group in groups {
            text.extend(self.digits_of(group));
        }
        if let [one, others @ ..] = rest {
            let two = others.first().copied();
            let digits = self.digits_of([*one, two.unwrap_or(0), 0]);
            text.extend(digits.into_iter().take(rest.len().saturating_add(1)));
            let missing = 3_usize.saturating_sub(rest.len());
            text.extend(self.padding.into_iter().cycle().take(missing));
        }
        // They are all ASCII.
        String::from_utf8(text).unwrap_or_default()
    }

    fn digits_of(&self, [one, two, three]: [u8; 3]) -> [u8; 4] {
        let bits = u32::from_be_bytes([0, one, two, three]);
        [18, 12, 6, 0].map(|shift| {
            let digit = usize::try_from(bits >> shift & 63).unwrap_or(0);
            self.digits.get(digit).copied().unwrap_or(b'?')
        })
    }

    /// Decodes what [`Alphabet::encode`] writes and nothing else: whole padding, no stray bits, no
    /// other symbol.
    fn decode(&self, text: &[u8]) -> Option<Vec<u8>> {
        let text = self.without_padding(text)?;
        let (groups, rest) = text.as_chunks::<4>();
        let mut bytes = Vec::with_capacity(text.len()); // more than enough, so that nothing is reallocated
        bytes.resize(groups.len().saturating_mul(3), 0);
        let (triples, _) = bytes.as_chunks_mut::<3>();
        let mut all = 0;
        for (&[a, b, c, d], triple) in groups.iter().zip(triples) {
            let [a, b, c, d] = [self.value(a), self.value(b), self.value(c), self.value(d)];
            all |= a | b | c | d;
            let [_, one, two, three] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
            *triple = [one, two, three];
        }
        // No value of a digit has the bits that `NONE` has.
        if all > 63 {
            return None;
        }
        match *rest {
            [] => {}
            [a, b] => {
                let bits = self.value(a) << 6 | self.value(b);
                if bits > 0xfff || bits & 0xf != 0 {
                    return None;
                }
                bytes.push(u8::try_from(bits >> 4).ok()?);
            }
            [a, b, c] => {
                let bits = self.value(a) << 12 | self.value(b) << 6 | self.value(c);
                if self.value(a) | self.value(b) | self.value(c) > 63 || bits & 3 != 0 {
                    return None;
                }
                bytes.extend(u16::try_from(bits >> 2).ok()?.to_be_bytes());
            }
            _ => return None,
        }
        Some(bytes)
    }

    /// The text without its padding. None if the padding is wrong.
    fn without_padding<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let Some(padding) = self.padding else { return Some(text) };
        if !text.len().is_multiple_of(4) {
            return None;
        }
        Some(match text {
            [digits @ .., one, two] if *one == padding && *two == padding => digits,
            [digits @ .., one] if *one == padding => digits,
            digits => digits,
        })
    }

    fn value(&self, symbol: u8) -> u32 {
        u32::from(self.values.get(usize::from(symbol)).copied().unwrap_or(NONE))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use base64::Engine;
    use base64::engine::general_purpose;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(STANDARD.encode(bytes.as_bytes()), text);
            assert_eq!(STANDARD.decode(text.as_bytes()).unwrap(), bytes.as_bytes());
            let bare = text.trim_end_matches('=');
            assert_eq!(URL_SAFE.encode(bytes.as_bytes()), bare);
            assert_eq!(URL_SAFE.decode(bare.as_bytes()).unwrap(), bytes.as_bytes());
        }
    }

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

    proptest! {
        #[test]
        fn reads_and_writes_what_the_general_crate_does(bytes: Vec<u8>, spoil in any::<(usize, u8)>()) {
            for (ours, theirs) in [
                (STANDARD, &general_purpose::STANDARD),
                (URL_SAFE, &general_purpose::URL_SAFE_NO_PAD),
            ] {
                let text = theirs.encode(&bytes);
                prop_assert_eq!(ours.encode(&bytes), text.clone());
                prop_assert_eq!(ours.decode(text.as_bytes()), Some(bytes.clone()));
                let mut spoiled = text.into_bytes();
                if let Some(symbol) = spoiled.len().checked_sub(1).and_then(|last| {
                    spoiled.get_mut(spoil.0 % (last + 1))
                }) {
                    *symbol = spoil.1;
                }
                prop_assert_eq!(ours.decode(&spoiled), theirs.decode(&spoiled).ok());
                spoiled.pop();
                prop_assert_eq!(ours.decode(&spoiled), theirs.decode(&spoiled).ok());
            }
        }
    }
}
