//! Base64 as it arrives: in CloudFront's alphabet or in another, whole or cut off.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use policy::from_cloudfront_base64;

/// A value that should be in CloudFront's base64, and as much of it as can be decoded.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    pub(crate) form: Form,
    /// What could be decoded.
    pub(crate) bytes: Vec<u8>,
}

/// How the value is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// As AWS documents it.
    CloudFront,
    /// In CloudFront's alphabet, but its end is missing: digits, or only the padding.
    CloudFrontUnpadded,
    /// `+`, `/` or `=`: RFC 4648, section 4.
    Plain { symbol: char },
    /// `_` as a digit: base64url, RFC 4648, section 5.
    UrlSafe,
    /// Percent-encoded once more than it should be.
    PercentEncoded,
    /// In double quotes, as some frameworks set cookies.
    Quoted,
    /// Has a symbol that is in no base64 alphabet.
    Foreign { symbol: char },
}

impl Encoded {
    pub(crate) fn read(text: &str) -> Self {
        if let Ok(bytes) = from_cloudfront_base64(text) {
            return Self { form: Form::CloudFront, bytes };
        }
        if let Some(inside) = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
            return Self { form: Form::Quoted, bytes: Self::read(inside).bytes };
        }
        if let Some(decoded) = without_escapes(text) {
            return Self { form: Form::PercentEncoded, bytes: Self::read(&decoded).bytes };
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

/// How often an encoder is assumed to have run over a value.
const MOST_ROUNDS: usize = 3;

/// With the escapes resolved that encoders write for symbols of base64; None if there are none.
fn without_escapes(text: &str) -> Option<String> {
    const ESCAPES: [(&str, &str); 12] = [
        ("%2B", "-"),
        ("%2b", "-"),
        ("%2D", "-"),
        ("%2d", "-"),
        ("%2F", "~"),
        ("%2f", "~"),
        ("%3D", "_"),
        ("%3d", "_"),
        ("%5F", "_"),
        ("%5f", "_"),
        ("%7E", "~"),
        ("%7e", "~"),
    ];
    let mut decoded = text.to_owned();
    for _ in 0..MOST_ROUNDS {
        decoded = decoded.replace("%25", "%");
    }
    let decoded =
        ESCAPES.into_iter().fold(decoded, |text, (escape, symbol)| text.replace(escape, symbol));
    (decoded != text).then_some(decoded)
}

fn is_symbol(symbol: char) -> bool {
    symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '~' | '_')
}

/// The bytes of the digits, up to the first symbol that is not a digit. A last digit that makes no
/// whole byte is left out.
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
            ("-%7e8_", Form::PercentEncoded, &[0xfb, 0xff]),
            ("-%257E8_", Form::PercentEncoded, &[0xfb, 0xff]),
            ("%2B%2F8%3D", Form::PercentEncoded, &[0xfb, 0xff]),
            ("\"-~8_\"", Form::Quoted, &[0xfb, 0xff]),
            ("\"+/8=\"", Form::Quoted, &[0xfb, 0xff]),
            ("AA!A", Form::Foreign { symbol: '!' }, &[0]),
        ] {
            let encoded = Encoded::read(text);
            assert_eq!((encoded.form, encoded.bytes.as_slice()), (form, bytes), "{text}");
        }
    }
}
