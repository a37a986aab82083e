//! What a viewer gets instead of the content.
//!
//! The body says nothing: why a request was refused is the operator's to know, from the log or,
//! where the configuration says so, from `x-edgepass-reason`.

use policy::Code;

use crate::settings::Settings;
use crate::viewer::ViewerRequest;

/// A response made at the edge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Its reason phrase (RFC 9110, 15).
    pub reason: &'static str,
    /// Names in lower case, none twice.
    pub headers: Vec<(&'static str, String)>,
    /// Plain text, or nothing.
    pub body: &'static str,
}

/// How long a browser may keep the answer to a preflight, in seconds.
const PREFLIGHT_MAX_AGE: &str = "600";

impl Response {
    /// A 403, or a redirect for a person who opens a page.
    pub(crate) fn refusal(code: Code, request: &ViewerRequest<'_>, settings: &Settings) -> Self {
        let navigates = request.method == "GET" && request.fetch_mode == Some("navigate");
        let mut response = match &settings.redirect_to {
            Some(url) if navigates => Self {
                status: 302,
                reason: "Found",
                headers: vec![("location", url.clone())],
                body: "",
            },
            _ => Self {
                status: 403,
                reason: "Forbidden",
                headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
                body: "403 Forbidden\n",
            },
        };
        response.headers.push(("cache-control", "no-store".to_owned()));
        if settings.expose_reason {
            response.headers.push(("x-edgepass-reason", code.as_str().to_owned()));
        }
        response.allow_origin(request, settings);
        response
    }

    /// The answer to a preflight, which never carries cookies (Fetch, 4.8). None if it is not one
    /// or its origin is not configured.
    pub(crate) fn preflight(request: &ViewerRequest<'_>, settings: &Settings) -> Option<Self> {
        let asks = request.method == "OPTIONS" && request.requested_method.is_some();
        if !asks || !is_allowed(request, settings) {
            return None;
        }
        let mut response = Self {
            status: 204,
            reason: "No Content",
            headers: vec![
                ("access-control-allow-methods", "GET, HEAD".to_owned()),
                ("access-control-allow-headers", "range, if-none-match, if-range".to_owned()),
                ("access-control-max-age", PREFLIGHT_MAX_AGE.to_owned()),
                ("cache-control", "no-store".to_owned()),
            ],
            body: "",
        };
        response.allow_origin(request, settings);
        Some(response)
    }

    /// Lets scripts of the configured origins read the response. The exact origin, never `*`:
    /// players send cookies.
    fn allow_origin(&mut self, request: &ViewerRequest<'_>, settings: &Settings) {
        if settings.cors_origins.is_empty() {
            return;
        }
        self.headers.push(("vary", "Origin".to_owned()));
        if let Some(origin) = request.origin
            && is_allowed(request, settings)
        {
            self.headers.push(("access-control-allow-origin", origin.to_owned()));
            self.headers.push(("access-control-allow-credentials", "true".to_owned()));
            if settings.expose_reason {
                let name = "x-edgepass-reason".to_owned();
                self.headers.push(("access-control-expose-headers", name));
            }
        }
    }
}

fn is_allowed(request: &ViewerRequest<'_>, settings: &Settings) -> bool {
    settings.cors_origins.iter().any(|allowed| Some(allowed.as_str()) == request.origin)
}
