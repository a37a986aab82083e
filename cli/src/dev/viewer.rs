//! The sender of a request, as the edge sees it.

use core::net::IpAddr;

use axum::http::header::{COOKIE, ORIGIN, REFERER};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use policy::{Denied, Scheme, Url};

/// What the edge saw of the sender of a request. It travels to the origins beside the request, for
/// those that issue and explain passes; the request itself carries no credential any more.
#[derive(Clone)]
pub(super) struct Viewer {
    /// The edge as the viewer calls it, with the port.
    pub(super) host: String,
    pub(super) address: IpAddr,
    cookie_lines: Vec<String>,
    method: String,
    origin: Option<String>,
    referer: Option<String>,
}

impl Viewer {
    pub(super) fn new(host: String, address: IpAddr, method: &Method, headers: &HeaderMap) -> Self {
        // All programs on `localhost` share their cookies, so those of others may hold anything.
        // What replaces a byte that is no text can make no name or value of ours.
        let text = |line: &HeaderValue| String::from_utf8_lossy(line.as_bytes()).into_owned();
        let cookie_lines = headers.get_all(COOKIE).into_iter().map(text).collect();
        let value = |name| {
            let lines: Vec<String> = headers.get_all(name).into_iter().map(text).collect();
            (!lines.is_empty()).then(|| lines.join(", "))
        };
        let (origin, referer) = (value(ORIGIN), value(REFERER));
        Self { host, address, cookie_lines, method: method.to_string(), origin, referer }
    }

    /// The lines of the `Cookie` header.
    pub(super) fn cookies(&self) -> Vec<&str> {
        self.cookie_lines.iter().map(String::as_str).collect()
    }

    /// The `Referer` header.
    pub(super) fn referer(&self) -> Option<&str> {
        self.referer.as_deref()
    }

    /// The URL that the viewer asked for, from the target as it stood on the request line.
    pub(super) fn url<'r>(&'r self, target: &'r Uri) -> Result<Url<'r>, Denied> {
        Ok(Url::from_parts(Scheme::Http, &self.host, target.path(), target.query())?)
    }

    /// The viewer's request for a URL.
    pub(super) fn request<'r>(
        &'r self,
        url: Url<'r>,
        cookies: &'r [&'r str],
    ) -> policy::Request<'r> {
        policy::Request {
            url,
            cookies,
            address: Some(self.address),
            method: &self.method,
            origin: self.origin.as_deref(),
            referer: self.referer.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use core::net::Ipv4Addr;

    use super::*;

    #[test]
    fn several_lines_are_one_value_and_an_empty_one_is_a_value() {
        let value = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ORIGIN, HeaderValue::from_static(line));
                headers.append(REFERER, HeaderValue::from_static(line));
            }
            let address = Ipv4Addr::LOCALHOST.into();
            let viewer = Viewer::new("h".to_owned(), address, &Method::GET, &headers);
            let request = viewer.request(Url::parse("https://h/").unwrap(), &[]);
            assert_eq!(request.origin, request.referer);
            request.origin.map(str::to_owned)
        };
        assert_eq!(value(&[]), None);
        assert_eq!(value(&["https://a"]).unwrap(), "https://a");
        assert_eq!(value(&[""]).unwrap(), "");
        assert_eq!(value(&["https://a", "https://a"]).unwrap(), "https://a, https://a");
    }
}
