//! A request, wherever it came from.

use core::net::IpAddr;

use http::header::{CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, HeaderName, Method};
use serde::Deserialize;

use crate::interface::identity::{Identity, IdentityRefused};
use crate::interface::problem::{Cause, Problem};

/// The largest body, in bytes. 100 URLs of ordinary length are a sixth of it.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What the interface is asked. Cookies have no part in it: they prove nothing here.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, as it stood on the request line.
    pub path: String,
    /// The query, as it stood behind the `?`; empty without one.
    pub query: String,
    /// The headers; `Origin`, `Content-Type`, `Idempotency-Key` and those of preflights are read.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// The viewer's address, as whoever took the connection saw it; never from a header.
    pub address: Option<IpAddr>,
    /// Who asks, as the authorizer found out; never from a header, a cookie or the body.
    pub identity: Result<Identity, IdentityRefused>,
}

impl Request {
    /// The origin of the page that sent the request. None for other clients.
    pub(crate) fn origin(&self) -> Option<&[u8]> {
        self.headers.get(ORIGIN).map(|origin| origin.as_bytes())
    }

    /// The value of a header that may come once.
    pub(crate) fn single(&self, name: &HeaderName) -> Option<&str> {
        let mut values = self.headers.get_all(name).into_iter();
        let value = values.next()?;
        if values.next().is_some() { None } else { value.to_str().ok() }
    }

    /// Guards against requests that a page of another site could make a browser send: those need
    /// no permission for text or forms, and always for JSON (Fetch, 4.1, "CORS-preflight").
    pub(crate) fn check_mutation(&self) -> Result<(), Problem> {
        if self.body.len() > MAX_BODY_BYTES {
            let detail = format!("the body has more than {MAX_BODY_BYTES} bytes");
            return Err(Problem::new(Cause::BodyTooLarge, detail));
        }
        // A DELETE without a body is never sent without permission.
        let may_lack = self.method == Method::DELETE && self.body.is_empty();
        match (self.headers.contains_key(CONTENT_TYPE), self.single(&CONTENT_TYPE)) {
            (false, _) if may_lack => Ok(()),
            (_, Some(media_type)) if is_json(media_type) => Ok(()),
            _ => Err(Problem::new(Cause::MediaType, "send JSON, as `application/json`")),
        }
    }

    /// The body as JSON of this form; an empty one is `{}`.
    pub(crate) fn json<'b, T: Deserialize<'b>>(&'b self) -> Result<T, Problem> {
        let body = if self.body.is_empty() { b"{}" } else { self.body.as_slice() };
        serde_json::from_slice(body).map_err(|error| {
            // The message of a data error quotes at most member names and types that we know.
            let detail = format!(
                "the body is not the JSON that is expected, at line {}, column {}",
                error.line(),
                error.column()
            );
            Problem::new(Cause::BodyMalformed, detail)
        })
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or(media_type);
    essence.trim().eq_ignore_ascii_case("application/json")
}
