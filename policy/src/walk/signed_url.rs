//! The part of a requested URL that CloudFront's signature covers.

use alloc::string::String;
use alloc::vec::Vec;

use crate::carrier::{Carrier, Field};
use crate::split::{split, split_once};
use crate::url::{MAX_URL_BYTES, Url};

/// The URL that a canned policy is for: the request's, less the signing parameters, every other
/// byte as it came (AWS: "base URL including your query strings, if any").
pub(super) fn signed_url(url: &Url<'_>) -> String {
    let mut text = String::with_capacity(MAX_URL_BYTES.min(256));
    text.push_str(url.scheme().name());
    text.push_str("://");
    text.push_str(url.host());
    text.push_str(url.path());
    if let Some(query) = signed_query(url) {
        text.push('?');
        text.push_str(&query);
    }
    text
}

/// The query without the signing parameters; None if nothing is left of it.
pub(super) fn signed_query(url: &Url<'_>) -> Option<String> {
    let query = url.query()?;
    let own = |part: &&str| !is_signing_parameter(part);
    let parts: Vec<&str> = split(query, b'&').filter(own).collect();
    (!parts.is_empty()).then(|| parts.join("&"))
}

fn is_signing_parameter(component: &str) -> bool {
    let name = split_once(component, b'=').map_or(component, |(name, _)| name);
    Field::named(Carrier::Url, name).is_some()
}
