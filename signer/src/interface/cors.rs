//! Which pages may call, and read what is answered (Fetch, 3.2).

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use http::{HeaderValue, Method, Response, StatusCode};

use crate::interface::origin::Origin;
use crate::interface::problem::{Cause, Problem};
use crate::interface::request::Request;

/// How long a browser may keep the answer to a preflight, in seconds.
const PREFLIGHT_MAX_AGE: &str = "600";

/// Whether a browser asks for permission. Preflights carry no identity.
pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method == Method::OPTIONS
        && request.origin().is_some()
        && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight; [`allow_origin`] adds whose.
pub(crate) fn preflight(
    request: &Request,
    origins: &[Origin],
) -> Result<Response<String>, Problem> {
    check_origin(request, origins)?;
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, idempotency-key"),
        (ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// Only pages of the configured origins, and clients that are no pages, may change anything.
pub(crate) fn check_origin(request: &Request, origins: &[Origin]) -> Result<(), Problem> {
    if request.origin().is_none() || allowed(request, origins).is_some() {
        return Ok(());
    }
    let detail = "this origin is not one of the configured `origins`";
    Err(Problem::new(Cause::OriginNotAllowed, detail))
}

/// Lets scripts of the configured origins read the response. The exact origin, never `*`: they
/// send credentials.
pub(crate) fn allow_origin(response: &mut Response<String>, request: &Request, origins: &[Origin]) {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = allowed(request, origins) else { return };
    // An origin that was parsed is visible ASCII.
    if let Ok(origin) = HeaderValue::from_str(origin.as_str()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    }
}

fn allowed<'o>(request: &Request, origins: &'o [Origin]) -> Option<&'o Origin> {
    let origin = request.single(&http::header::ORIGIN)?;
    origins.iter().find(|allowed| allowed.as_str() == origin)
}
