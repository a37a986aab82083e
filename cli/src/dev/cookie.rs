//! The cookies that the demo sets, as `Set-Cookie` headers.

use axum::http::header::{HeaderName, SET_COOKIE};
use axum::response::AppendHeaders;

/// Sets each name to its value, or takes the cookie back where there is none.
pub(super) fn set_cookies<'n>(
    cookies: impl IntoIterator<Item = (&'n str, Option<String>)>,
) -> AppendHeaders<Vec<(HeaderName, String)>> {
    let header = |(name, value): (&str, Option<String>)| {
        let expired = if value.is_none() { "; Max-Age=0" } else { "" };
        let value = value.unwrap_or_default();
        // Without `Secure`: Safari keeps no such cookie from `http://localhost`.
        (SET_COOKIE, format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{expired}"))
    };
    AppendHeaders(cookies.into_iter().map(header).collect())
}
