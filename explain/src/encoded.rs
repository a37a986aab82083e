//! Base64 as it arrives: in CloudFront's alphabet or in another, whole or cut off.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use policy::from_cloudfront_base64;

/// A value that should be CloudFront's base64, and what can be made of it.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    pub(crate) form: Form,
    /// As many bytes as there are.
    pub(crate) bytes: Vec<u8>,
}

/// Whose base64 it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// As AWS documents it.
    CloudFront,
    /// CloudFront's symbols, but the end is missing: symbols, or only the padding.
    CloudFrontUnpadded,
    /// `+`, `/` or `=`: RFC 4648, section 4.
    Plain { symbol: char },
    /// `_` as a digit: base64url, RFC 4648, section 5.
    UrlSafe,
    /// Percent-encoded once more than it should be.
    PercentEncoded,
    /// A symbol of no base64.
    Foreign { symbol: char },
}

impl Encoded {
    pub(crate) fn read(text: &str) -> Self {
        if let Ok(bytes) = from_cloudfront_base64(text) {
            return Self { form: Form::CloudFront, bytes };
        }
        if text.contains("%2B")
            || text.contains("%3D")
            || text.contains("%2F")
            || text.contains("%7E")
        {
            let text = text
                .replace("%2B", "-")
                .replace("%3D", "_")
                .replace("%2F", "~")
                .replace("%7E", "~");
            return Self { form: Form::PercentEncoded, bytes: Self::read(&text).bytes };
        }
        // A form decoder makes a space of a `+`.
        if let Some(symbol) = text.chars().find(|symbol| matches!(symbol, '+' | '/' | '=' | ' ')) {
            let symbol = if symbol == ' ' { '+' } else { symbol };
            return Self { form: Form::Plain { symbol }, bytes: bytes(text) };
        }
        if let Some(symbol) = text.chars().find(|symbol| !is_symbol(*symbol)) {
            return Self { form: Form::Foreign { symbol }, bytes: bytes(text) };
        }
        let digits = text.trim_end_matches('_');
        if digits.contains('_') && !digits.contains('~') {
            return Self { form: Form::UrlSafe, bytes: bytes(&digits.replace('_', "/")) };
        }
        Self { form: Form::CloudFrontUnpadded, bytes: bytes(digits) }
    }
}

fn is_symbol(symbol: char) -> bool {
    symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '~' | '_')
}

/// What the digits stand for, up to the first that is none; a last one that is half a byte is left
/// out.
fn bytes(text: &str) -> Vec<u8> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let mut digits: String = text
        .chars()
        .map(|symbol| match symbol {
            '-' | ' ' => '+',
            '~' => '/',
            other => other,
        })
        .take_while(|symbol| symbol.is_ascii_alphanumeric() || matches!(symbol, '+' | '/'))
        .collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    LENIENT.decode(&digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        for (text, form, bytes) in [
            ("-~8_", Form::CloudFront, &[0xfb, 0xff][..]),
            ("+/8=", Form::Plain { symbol: '+' }, &[0xfb, 0xff]),
            (" /8=", Form::Plain { symbol: '+' }, &[0xfb, 0xff]),
            ("-_8", Form::UrlSafe, &[0xfb, 0xff]),
            ("-~8", Form::CloudFrontUnpadded, &[0xfb, 0xff]),
            ("AAAAA", Form::CloudFrontUnpadded, &[0, 0, 0]),
            ("-%7E8_", Form::PercentEncoded, &[0xfb, 0xff]),
            ("AA!A", Form::Foreign { symbol: '!' }, &[0]),
        ] {
            let encoded = Encoded::read(text);
            assert_eq!((encoded.form, encoded.bytes.as_slice()), (form, bytes), "{text}");
        }
    }
}
