//! A viewer's request: the part of it that decides.

use core::net::IpAddr;

use crate::url::{Scheme, Url};

/// The parts of a request that the verifier decides by.
///
/// The URL is already a [`Url`]: a target on which CloudFront and the origin could disagree never
/// becomes a request, and its fault turns into [`crate::Denied::RequestMalformed`].
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The URL, as the viewer sent it.
    pub url: Url<'r>,
    /// The values of the `Cookie` header, one for each header line.
    pub cookies: &'r [&'r str],
    /// The viewer's address, if the platform tells it.
    pub address: Option<IpAddr>,
    /// The method, as it was sent.
    pub method: &'r str,
    /// The `Origin` header. None only if there is none: several lines are one value, joined by `, `
    /// (RFC 9110, 5.2), which like an empty one is no origin that a token allows.
    pub origin: Option<&'r str>,
    /// The `Referer` header likewise.
    pub referer: Option<&'r str>,
}

impl<'r> Request<'r> {
    /// A GET without cookies, address, origin and referer: what a URL alone says.
    pub const fn get(url: Url<'r>) -> Self {
        Self { url, cookies: &[], address: None, method: "GET", origin: None, referer: None }
    }

    /// Where the request comes from: its `Origin`, else the origin of its `Referer`.
    pub(crate) fn source(&self) -> Option<&'r str> {
        self.origin.or_else(|| origin_of(self.referer?))
    }
}

/// The origin of a URL: everything before its path. Two URLs, with a blank between them, have none.
fn origin_of(url: &str) -> Option<&str> {
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (_, rest) = scheme_and_rest(url)?;
    let path = rest.find(['/', '?', '#']).map_or(0, |host| rest.len().saturating_sub(host));
    url.get(..url.len().checked_sub(path)?)
}

/// Whether a text is an origin as browsers write it (RFC 6454, 6.2): `http` or `https`, a host in
/// lower case, no default port, and nothing after it. `*` and `null` are none.
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = scheme_and_rest(text) else { return false };
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b':' | b'[' | b']');
    !host.is_empty() && host.bytes().all(plain) && !host.ends_with(scheme.default_port())
}

fn scheme_and_rest(url: &str) -> Option<(Scheme, &str)> {
    let of = |scheme, prefix| Some((scheme, url.strip_prefix(prefix)?));
    of(Scheme::Https, "https://").or_else(|| of(Scheme::Http, "http://"))
}
