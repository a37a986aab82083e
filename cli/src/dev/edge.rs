//! CloudFront's part: which behaviour a request meets, whether it is let through, and what of it
//! the origin sees.

use core::net::IpAddr;
use core::time::Duration;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, SERVER};
use axum::http::uri::{Authority, InvalidUri, Uri};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use policy::{
    CloudFrontError, Denied, Scheme, Url, forwarded_cookies, forwarded_query, is_own_header,
};
use tokio::time::timeout;
use tower::ServiceExt;

use crate::output::tell;

use super::api::Problem;
use super::validator::Validator;

/// How long an origin may take to begin its answer (AWS: "Response timeout", the default).
const ORIGIN_TIMEOUT: Duration = Duration::from_secs(30);

/// A local edge.
pub(super) struct Edge {
    behaviours: Vec<Behaviour>,
    default: Behaviour,
    validator: Arc<Validator>,
    hosts: Vec<String>,
}

/// What holds for the requests to some paths.
pub(super) struct Behaviour {
    /// A path; a `*` at its end stands for any rest.
    paths: &'static str,
    access: Access,
    origin: Router,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Access {
    Public,
    Signed,
}

impl Behaviour {
    /// Everyone is let through.
    pub(super) fn public(paths: &'static str, origin: Router) -> Self {
        Self { paths, access: Access::Public, origin }
    }

    /// Only requests that the validator admits are let through.
    pub(super) fn signed(paths: &'static str, origin: Router) -> Self {
        Self { paths, access: Access::Signed, origin }
    }

    fn covers(&self, path: &str) -> bool {
        match self.paths.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.paths,
        }
    }
}

impl Edge {
    /// Of the behaviours the first that covers a path holds, and for all other paths `rest`, an
    /// origin that is open to everyone.
    pub(super) fn new(
        behaviours: Vec<Behaviour>,
        rest: Router,
        validator: Arc<Validator>,
        port: u16,
    ) -> Self {
        let default = Behaviour::public("*", rest);
        // Clients leave the default port out.
        let port = if port == 80 { String::new() } else { format!(":{port}") };
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}{port}")).to_vec();
        Self { behaviours, default, validator, hosts }
    }

    /// The paths that need a pass.
    pub(super) fn protected(&self) -> Vec<&'static str> {
        self.paths(Access::Signed)
    }

    /// The paths that are open to everyone.
    pub(super) fn public(&self) -> Vec<&'static str> {
        self.paths(Access::Public)
    }

    fn paths(&self, access: Access) -> Vec<&'static str> {
        let behaviours = self.behaviours.iter().chain([&self.default]);
        behaviours.filter(|one| one.access == access).map(|one| one.paths).collect()
    }

    /// Answers a request that came from this address.
    pub(super) async fn answer(&self, request: Request, address: IpAddr) -> Response {
        let host = match self.host_of(&request) {
            Ok(host) => host,
            Err(problem) => return problem.into_response(),
        };
        let viewer = Viewer::new(host, address, request.headers());
        let behaviour = match self.behaviour_for(&viewer, request.uri()) {
            Ok(behaviour) => behaviour,
            Err(denied) => {
                log_refusal(&denied, &request);
                return refusal(&denied);
            }
        };
        match forwarded(request, viewer) {
            Ok(request) => from_origin(&behaviour.origin, request).await,
            Err(_) => StatusCode::BAD_REQUEST.into_response(),
        }
    }

    /// The host of the request, which must be ours. A page whose own name was made to resolve to
    /// this machine (DNS rebinding) would send its own.
    fn host_of(&self, request: &Request) -> Result<String, Problem> {
        let mut lines = request.headers().get_all(HOST).into_iter();
        let (Some(host), None) = (lines.next(), lines.next()) else {
            let detail = "a request names one host".to_owned();
            return Err(Problem { status: StatusCode::BAD_REQUEST, detail });
        };
        // A target in absolute form names one too (RFC 9112, 3.2.2).
        let target = request.uri().authority().map(Authority::as_str);
        let named = |ours: &&String| {
            host == ours.as_str() && target.is_none_or(|target| target == ours.as_str())
        };
        self.hosts.iter().find(named).cloned().ok_or_else(|| {
            let detail = format!("this edge answers for `{}` only", self.hosts.join("` and `"));
            Problem { status: StatusCode::MISDIRECTED_REQUEST, detail }
        })
    }

    /// The whole decision, on the target as it stood on the request line.
    fn behaviour_for(&self, viewer: &Viewer, target: &Uri) -> Result<&Behaviour, Denied> {
        let url = Url::from_parts(Scheme::Http, &viewer.host, target.path(), target.query())?;
        let covers = |behaviour: &&Behaviour| behaviour.covers(url.path());
        let behaviour = self.behaviours.iter().find(covers).unwrap_or(&self.default);
        if behaviour.access == Access::Signed {
            // The proof has done its work once it exists.
            let _ = self.validator.verify(&viewer.request(url, &viewer.cookies()))?;
        }
        Ok(behaviour)
    }
}

/// What the edge saw of the sender of a request. It travels to the origins beside the request, for
/// those that issue and explain passes; the request itself carries no credential any more.
#[derive(Clone)]
pub(super) struct Viewer {
    /// The edge as the viewer calls it, with the port.
    pub(super) host: String,
    address: IpAddr,
    cookie_lines: Vec<String>,
}

impl Viewer {
    fn new(host: String, address: IpAddr, headers: &HeaderMap) -> Self {
        // All programs on `localhost` share their cookies, so those of others may hold anything.
        // What replaces a byte that is no text can make no name or value of ours.
        let text = |line: &HeaderValue| String::from_utf8_lossy(line.as_bytes()).into_owned();
        let cookie_lines = headers.get_all(COOKIE).into_iter().map(text).collect();
        Self { host, address, cookie_lines }
    }

    /// The lines of the `Cookie` header.
    pub(super) fn cookies(&self) -> Vec<&str> {
        self.cookie_lines.iter().map(String::as_str).collect()
    }

    /// The viewer's request for a URL.
    pub(super) fn request<'r>(&self, url: Url<'r>, cookies: &'r [&'r str]) -> policy::Request<'r> {
        policy::Request { url, cookies, address: Some(self.address) }
    }
}

/// The request without what only the edge is to see.
fn forwarded(mut request: Request, viewer: Viewer) -> Result<Request, InvalidUri> {
    let query = request.uri().query().map(forwarded_query).filter(|query| !query.is_empty());
    let path = request.uri().path();
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    *request.uri_mut() = target.parse()?;

    let headers = request.headers_mut();
    let own: Vec<_> = headers.keys().filter(|name| is_own_header(name.as_str())).cloned().collect();
    for name in own {
        headers.remove(name);
    }
    headers.remove(COOKIE);
    let cookies = forwarded_cookies(&viewer.cookies());
    if let Some(cookies) = cookies.and_then(|text| HeaderValue::try_from(text.into_bytes()).ok()) {
        headers.insert(COOKIE, cookies);
    }
    request.extensions_mut().insert(viewer);
    Ok(request)
}

async fn from_origin(origin: &Router, request: Request) -> Response {
    match timeout(ORIGIN_TIMEOUT, origin.clone().oneshot(request)).await {
        Ok(answer) => answer.into_response(),
        Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}

/// The 403 as CloudFront sends it, and the reason that it does not give.
fn refusal(denied: &Denied) -> Response {
    let error = denied.cloudfront().unwrap_or(CloudFrontError::AccessDenied);
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{}</Message></Error>"#,
        error.code(),
        error.message(),
    );
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/xml")),
        (SERVER, HeaderValue::from_static("CloudFront")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let reason =
        [("x-cache", "Error from cloudfront"), ("x-edgepass-reason", denied.code().as_str())];
    (StatusCode::FORBIDDEN, headers, reason, Body::from(body)).into_response()
}

/// Never the query or the cookies: they may be a pass.
fn log_refusal(denied: &Denied, request: &Request) {
    let path = request.uri().path().escape_default();
    let (method, stage, code) = (request.method(), denied.stage(), denied.code());
    tell(&format!("403 {code} at {stage}: {denied} ({method} {path})"));
}

#[cfg(test)]
mod tests;
