//! CloudFront's part: which behaviour a request meets, whether it is let through, and what of it
//! the origin sees.

use core::net::IpAddr;
use core::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;
use tower::ServiceExt;

use super::api::Problem;
use super::check::Check;
use super::decision::Decision;
use super::native::without_pass;
use super::viewer::Viewer;

/// How long an origin may take to begin its answer (AWS: "Response timeout", the default).
const ORIGIN_TIMEOUT: Duration = Duration::from_secs(30);

/// A local edge.
pub(super) struct Edge {
    behaviours: Vec<Behaviour>,
    default: Behaviour,
    check: Check,
    hosts: [String; 2],
}

/// The names that a local edge answers for, with the port as clients write it.
pub(super) fn hosts(port: u16) -> [String; 2] {
    // They leave the default port out.
    let port = if port == 80 { String::new() } else { format!(":{port}") };
    ["127.0.0.1", "localhost"].map(|name| format!("{name}{port}"))
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

    /// Only requests that the check admits are let through.
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
        check: Check,
        hosts: [String; 2],
    ) -> Self {
        Self { behaviours, default: Behaviour::public("*", rest), check, hosts }
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
        let viewer = Viewer::new(host, address, request.method(), request.headers());
        let behaviour = self.behaviour_for(request.uri().path());
        // Of a target that could mean two things nobody can say which behaviour holds.
        let is_ambiguous = viewer.url(request.uri()).is_err();
        let decision = if behaviour.access == Access::Signed || is_ambiguous {
            self.check.decide(request, &viewer).await
        } else {
            without_pass(request, &viewer)
        };
        match decision {
            Decision::Forward(mut request) => {
                request.extensions_mut().insert(viewer);
                from_origin(&behaviour.origin, request).await
            }
            Decision::Respond(response) => response,
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

    /// By the path as it stood on the request line.
    fn behaviour_for(&self, path: &str) -> &Behaviour {
        self.behaviours.iter().find(|behaviour| behaviour.covers(path)).unwrap_or(&self.default)
    }
}

async fn from_origin(origin: &Router, request: Request) -> Response {
    match timeout(ORIGIN_TIMEOUT, origin.clone().oneshot(request)).await {
        Ok(answer) => answer.into_response(),
        Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}

#[cfg(test)]
mod tests;
