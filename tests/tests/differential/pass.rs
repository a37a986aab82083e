//! A pass as a viewer holds it, whoever signed it.

use core::fmt;
use std::collections::BTreeMap;

use policy::{
    Admitted, Carrier, Denied, Field, Request, Signed, UnixTime, Url, from_cloudfront_base64,
    to_cloudfront_base64,
};

use crate::keys;
use crate::order::Order;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Pass {
    /// What is requested: the signed URL, or one that the cookies are good for.
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Pass {
    pub(crate) fn signed_url(url: String) -> Self {
        Self { url, cookies: BTreeMap::new() }
    }

    pub(crate) fn cookies(order: &Order, cookies: BTreeMap<String, String>) -> Self {
        Self { url: order.example(), cookies }
    }

    /// Ours.
    pub(crate) fn of(order: &Order, signed: &Signed) -> Self {
        if order.url.is_some() {
            return Self::signed_url(signed.url().unwrap());
        }
        let cookies = signed.cookies().unwrap().into_iter();
        Self::cookies(order, cookies.map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What the edge says to a viewer that the order is for, in its last second.
    pub(crate) fn decide(&self, order: &Order) -> Result<Admitted, Denied> {
        let address = order.ip.as_deref().and_then(|network| network.split('/').next());
        let request = Request {
            cookies: &[&self.cookie_header()],
            address: address.and_then(|address| address.parse().ok()),
            ..Request::get(Url::parse(&self.url)?)
        };
        policy::verify(
            &request,
            keys::trust(),
            None,
            UnixTime::from_seconds(order.expires - 1).unwrap(),
        )
        .result
    }

    /// The URL without what the signer appended.
    pub(crate) fn requested(&self) -> &str {
        let appended = |(at, separator): &(usize, &str)| {
            let name = self.url[at + separator.len()..].split('=').next().unwrap_or_default();
            Field::named(Carrier::Url, name).is_some()
        };
        let end = self.url.match_indices(['?', '&']).find(appended).map(|(at, _)| at);
        end.map_or(&self.url, |end| &self.url[..end])
    }

    /// What the signer appended or put into cookies, by the names of the parameters.
    pub(crate) fn values(&self) -> BTreeMap<&'static str, &str> {
        let named = |field: Field| Some((field.name(Carrier::Url), self.value(field)?));
        Field::ALL.into_iter().filter_map(named).collect()
    }

    /// The signature's bytes.
    pub(crate) fn signature(&self) -> Vec<u8> {
        from_cloudfront_base64(self.value(Field::Signature).unwrap()).unwrap()
    }

    /// The pass with one byte of what is signed changed: of the policy, or where that is rebuilt
    /// from the request, of the expiry or the URL.
    pub(crate) fn altered(&self, place: usize) -> Self {
        if let Some(policy) = self.value(Field::Policy) {
            let text = with_changed_byte(&from_cloudfront_base64(policy).unwrap(), place);
            return self.with(Field::Policy, &to_cloudfront_base64(&text));
        }
        let expires = self.value(Field::Expires).unwrap();
        let requested = self.requested();
        let host = requested.find("://").unwrap() + 3;
        let place = place % (expires.len() + requested.len() - host);
        match place.checked_sub(expires.len()) {
            None => self.with(Field::Expires, &with_next_character(expires, place)),
            Some(place) => {
                let url = with_next_character(&self.url, host + place);
                Self { url, cookies: self.cookies.clone() }
            }
        }
    }

    fn value(&self, field: Field) -> Option<&str> {
        let cookie = self.cookies.get(field.name(Carrier::Cookie)).map(String::as_str);
        let (_, query) = self.url.split_once('?').unwrap_or_default();
        let mut parameters = query.split('&').filter_map(|part| part.split_once('='));
        let parameter = parameters.find(|(name, _)| *name == field.name(Carrier::Url));
        cookie.or(parameter.map(|(_, value)| value))
    }

    /// The pass with another value.
    fn with(&self, field: Field, other: &str) -> Self {
        let Some(value) = self.value(field) else { return self.clone() };
        let mut cookies = self.cookies.clone();
        if let Some(cookie) = cookies.get_mut(field.name(Carrier::Cookie)) {
            *cookie = other.to_owned();
            return Self { cookies, ..self.clone() };
        }
        let name = field.name(Carrier::Url);
        let url = self.url.replacen(&format!("{name}={value}"), &format!("{name}={other}"), 1);
        Self { url, cookies }
    }

    fn cookie_header(&self) -> String {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }
}

/// Readable, and the same whatever the key: the policy decoded, the signature left out.
impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.with(Field::Signature, "...");
        if let Some(policy) = self.value(Field::Policy) {
            let text = from_cloudfront_base64(policy).map_err(|_| fmt::Error)?;
            shown = shown.with(Field::Policy, &String::from_utf8_lossy(&text));
        }
        f.write_str(&if shown.cookies.is_empty() { shown.url } else { shown.cookie_header() })
    }
}

/// The bytes with one changed.
pub(crate) fn with_changed_byte(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = place % bytes.len();
    bytes[place] ^= 1;
    bytes
}

/// The text with a digit or letter changed into another, or some other character into a letter.
fn with_next_character(text: &str, at: usize) -> String {
    let next = match text.as_bytes()[at] {
        b'9' => '0',
        b'z' => 'a',
        b'Z' => 'A',
        other if other.is_ascii_alphanumeric() => char::from(other + 1),
        _ => 'x',
    };
    format!("{}{next}{}", &text[..at], &text[at + 1..])
}
