//! The signing values of a request as they came, right or wrong.

use policy::{Carrier, Field};

use crate::encoded::Encoded;
use crate::evidence::SetCookie;

/// The values of one carrier. `policy::Credential` stops at the first fault; here all of them are
/// wanted.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) carrier: Carrier,
    /// In the order in which they stood, repetitions among them.
    values: Vec<(Field, String)>,
}

impl Pass {
    pub(crate) fn of_query(query: &str) -> Self {
        let mut values = Vec::new();
        for component in query.split('&') {
            let (name, value) = component.split_once('=').unwrap_or((component, ""));
            if let Some(field) = Field::named(Carrier::Url, name) {
                values.push((field, percent_decoded(value)));
            }
        }
        Self { carrier: Carrier::Url, values }
    }

    pub(crate) fn of_cookies(lines: &[String]) -> Self {
        let mut values = Vec::new();
        for cookie in lines.iter().flat_map(|line| line.split(';')) {
            let (name, value) = cookie.split_once('=').unwrap_or((cookie, ""));
            if let Some(field) = Field::named(Carrier::Cookie, name.trim()) {
                values.push((field, value.trim().to_owned()));
            }
        }
        Self { carrier: Carrier::Cookie, values }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first value, unless it is empty.
    pub(crate) fn value(&self, field: Field) -> Option<&str> {
        let of_field = |(other, _): &&(Field, String)| *other == field;
        let (_, value) = self.values.iter().find(of_field)?;
        (!value.is_empty()).then_some(value.as_str())
    }

    pub(crate) fn all(&self, field: Field) -> Vec<&str> {
        let of_field = |(other, _): &&(Field, String)| *other == field;
        self.values.iter().filter(of_field).map(|(_, value)| value.as_str()).collect()
    }

    /// The fields that a credential needs and that are missing or empty.
    pub(crate) fn lacks(&self) -> Vec<&'static str> {
        let mut lacks = Vec::new();
        if self.value(Field::Policy).is_none() && self.value(Field::Expires).is_none() {
            lacks.push(match self.carrier {
                Carrier::Url => "Expires or Policy",
                Carrier::Cookie => "CloudFront-Expires or CloudFront-Policy",
            });
        }
        for field in [Field::Signature, Field::KeyPairId] {
            if self.value(field).is_none() {
                lacks.push(field.name(self.carrier));
            }
        }
        lacks
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.lacks().is_empty()
    }

    pub(crate) fn encoded(&self, field: Field) -> Option<Encoded> {
        self.value(field).map(Encoded::read)
    }

    /// How the value is called where it stood.
    pub(crate) fn name(&self, field: Field) -> &'static str {
        field.name(self.carrier)
    }
}

pub(crate) fn is_signing_parameter(component: &str) -> bool {
    let name = component.split('=').next().unwrap_or(component);
    Field::named(Carrier::Url, name).is_some()
}

/// The cookies of a line that a person pasted, of a request or of a response, as a browser would
/// send them.
pub fn as_sent(line: &str) -> &str {
    if SetCookie::read(line).is_some() {
        return SetCookie::pair(line);
    }
    match line.split_once(':') {
        Some((name, rest)) if name.trim().eq_ignore_ascii_case("cookie") => rest.trim(),
        _ => line,
    }
}

/// Resolves `%XX`; what is no escape stays. Bytes that are no UTF-8 become U+FFFD.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let escaped =
            (byte == b'%').then(|| Some((hex(ahead.next()?)?, hex(ahead.next()?)?))).flatten();
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                bytes = ahead;
            }
            None => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
