//! What a platform's viewer-request event says of a request.

/// The fields of an event that decide, as the platform gave them: nothing is checked yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct ViewerRequest<'e> {
    /// The method, in upper case.
    pub method: &'e str,
    /// The path, raw.
    pub path: &'e str,
    /// The query without its `?`; empty if there is none. (Lambda@Edge does not tell `/a` from
    /// `/a?`.)
    pub query: &'e str,
    /// The `Host` header; empty if there is none, which is refused.
    pub host: &'e str,
    /// The viewer's address as text; empty if the platform does not tell it.
    pub address: &'e str,
    /// The values of the `Cookie` header, one for each line.
    pub cookies: &'e [&'e str],
    /// The `Origin` header, several lines joined by `, ` (RFC 9110, 5.2). None only if there is none:
    /// an empty one is not allowed either.
    pub origin: Option<&'e str>,
    /// The `Referer` header likewise.
    pub referer: Option<&'e str>,
    /// The `Access-Control-Request-Method` header: with `Origin` it makes an OPTIONS a preflight.
    pub requested_method: Option<&'e str>,
    /// The `Sec-Fetch-Mode` header: `navigate` when a person opens a page.
    pub fetch_mode: Option<&'e str>,
}
