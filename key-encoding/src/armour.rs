//! PEM (RFC 7468) in a text, as programs, editors and secret stores leave it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::form::{self, is_one_value, stated_length};
use crate::{Form, Found, Key, KeyFault, Wanted};

/// The length of DER is checked afterwards, so that what is missing at the end cannot go unnoticed.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text of fewer symbols is no key: the shortest, a public key on P-256, has 124.
const MIN_SYMBOLS: usize = 100;

/// The keys between `-----BEGIN LABEL-----` and `-----END LABEL-----`.
pub(crate) fn keys(text: &str, wanted: Wanted) -> Result<Vec<Key>, KeyFault> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(begin) = Boundary::find(rest, "BEGIN") {
        let Some(end) = Boundary::find(begin.after, "END") else {
            return Err(KeyFault::CutOff { label: known(begin.label) });
        };
        if Boundary::find(end.before, "BEGIN").is_some() {
            return Err(KeyFault::CutOff { label: known(begin.label) });
        }
        if begin.label != end.label {
            return Err(KeyFault::OtherEnd);
        }
        // Names the curve of the key that follows, which names it again.
        if begin.label != "EC PARAMETERS" {
            let line = 1 + line_ends(text) - line_ends(begin.after);
            keys.push(key(begin.label, end.before, line, wanted)?);
        }
        rest = end.after;
    }
    if Boundary::find(rest, "END").is_some() {
        return Err(KeyFault::NoBeginning);
    }
    Ok(keys)
}

/// `-----BEGIN LABEL-----` or `-----END LABEL-----`, and the text around it.
struct Boundary<'t> {
    before: &'t str,
    label: &'t str,
    after: &'t str,
}

impl<'t> Boundary<'t> {
    fn find(text: &'t str, word: &str) -> Option<Self> {
        for (at, _) in text.match_indices(word) {
            let (before, rest) = text.split_at_checked(at)?;
            let rest = rest.strip_prefix(word)?;
            // Dashes may be lost when a key is copied; some, at least, show that this is no prose.
            let without_dashes = before.trim_end_matches(is_dash_or_blank);
            let has_dashes = before.strip_prefix(without_dashes)?.contains(is_dash);
            let label = label(rest);
            if has_dashes && !label.is_empty() && label.starts_with(' ') {
                let after = rest.strip_prefix(label)?.trim_start_matches(is_dash);
                return Some(Self { before: without_dashes, label: label.trim(), after });
            }
        }
        None
    }
}

/// The capital letters, figures and spaces with which a text begins.
fn label(text: &str) -> &str {
    let is_of_label = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ';
    let end = text.find(|c| !is_of_label(c)).unwrap_or(text.len());
    text.split_at_checked(end).map_or("", |(label, _)| label)
}

/// Word processors join hyphens to dashes.
fn is_dash(symbol: char) -> bool {
    matches!(symbol, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_dash_or_blank(symbol: char) -> bool {
    is_dash(symbol) || symbol == ' '
}

/// A label that programs write. Others are a stranger's words, which no message repeats.
fn known(label: &str) -> &'static str {
    const LABELS: [&str; 7] = [
        "CERTIFICATE",
        "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PRIVATE KEY",
        "PUBLIC KEY",
        "RSA PRIVATE KEY",
    ];
    LABELS.into_iter().find(|known| *known == label).unwrap_or("…")
}

fn key(label: &str, body: &str, line: usize, wanted: Wanted) -> Result<Key, KeyFault> {
    if let Some(found) = Found::of_label(label, body) {
        return Err(KeyFault::Instead { wanted, found });
    }
    let der = decoded(&symbols(body, line)?)?;
    whole(&der)?;
    Ok(Key { form: Form::of(&der), der })
}

/// Whether the bytes are exactly one DER value.
fn whole(der: &[u8]) -> Result<(), KeyFault> {
    let bytes = der.len();
    match stated_length(der) {
        Some(of) if bytes < of => Err(KeyFault::Short { bytes, of }),
        Some(of) if bytes > of => Err(KeyFault::Long { bytes, of }),
        Some(_) => Ok(()),
        None => Err(KeyFault::NotDer),
    }
}

fn decoded(symbols: &str) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let digits = symbols.trim_end_matches('=');
    if digits.len() % 4 == 1 {
        return Err(KeyFault::Length { symbols: digits.len() });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len()));
    match BASE64.decode_vec(digits, &mut bytes) {
        Ok(()) => Ok(bytes),
        // Padding, and after it more digits.
        Err(_) => Err(KeyFault::NotDer),
    }
}

/// The base64 of a body, without blanks, quotes, commas and what stands for a line end. `line` is
/// the number of its first line.
fn symbols(body: &str, mut line: usize) -> Result<Zeroizing<String>, KeyFault> {
    let mut symbols = Zeroizing::new(String::with_capacity(body.len()));
    let mut rest = body.chars();
    while let Some(symbol) = rest.next() {
        match symbol {
            '\n' => line += 1,
            '"' | '\'' | ',' => {}
            '\\' => symbols.extend(escaped(&mut rest)),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' | '=' => symbols.push(symbol),
            _ if symbol.is_whitespace() || is_invisible(symbol) => {}
            _ => return Err(KeyFault::Symbol { line, symbol }),
        }
    }
    Ok(symbols)
}

/// What follows a backslash: the `n` of a line end counts for nothing, `\/` and `\u002b` are what
/// encoders of JSON may write for `/` and `+`. Each encoder doubles the backslashes of the one
/// before.
fn escaped(rest: &mut core::str::Chars<'_>) -> Option<char> {
    let mut ahead = rest.clone();
    let mut symbol = ahead.next()?;
    while symbol == '\\' {
        symbol = ahead.next()?;
    }
    let code = match symbol {
        'n' | 'r' | 't' | '"' | '\n' | '\r' => None,
        '/' => Some('/'),
        'u' => {
            let digits: String = ahead.by_ref().take(4).collect();
            Some(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?)
        }
        // Left to be read, and refused if it is no base64.
        _ => return None,
    };
    *rest = ahead;
    code.filter(|code| matches!(code, '+' | '/' | '='))
}

/// The byte order mark, and spaces of no width.
fn is_invisible(symbol: char) -> bool {
    matches!(symbol, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Keys without armour: the base64 of DER or of a PEM file, alone or as a member of a document.
pub(crate) fn bare(text: &str) -> Result<Vec<Key>, KeyFault> {
    let mut keys = Vec::new();
    for part in text.split(['"', '\'']) {
        let Ok(symbols) = symbols(part, 1) else { continue };
        if symbols.len() < MIN_SYMBOLS {
            continue;
        }
        let Ok(bytes) = decoded(&symbols) else { continue };
        if is_one_value(&bytes) {
            keys.push(Key { form: Form::of(&bytes), der: bytes });
        } else if let Some(inner) = crate::characters::text(&bytes) {
            keys.extend(self::keys(&inner, Wanted::PrivateKey)?);
        } else if form::begins_like_a_key(&bytes) {
            whole(&bytes)?;
        }
    }
    Ok(keys)
}

fn line_ends(text: &str) -> usize {
    text.matches('\n').count()
}
