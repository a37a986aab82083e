//! The check by what is deployed: each request becomes a viewer-request event for the Lambda@Edge
//! bundle, and its result is carried out as CloudFront would.

mod event;
mod headers;
mod invalid_result;
mod process;
mod result;

use core::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, SERVER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use edge_validator::Settings;

use crate::bundle::{lambda_edge_files, write_folder};
use crate::outcome::Failure;
use crate::output::tell;

use super::decision::Decision;
use super::state::StateFolder;
use super::viewer::Viewer;

use self::event::{EdgeRequest, Event};
use self::invalid_result::InvalidResult;
use self::process::{Caller, NoResult};
use self::result::carry_out;

pub(super) use self::process::{Process, Unstarted};

/// The folder of the bundle, inside the state folder.
const FOLDER: &str = "lambda-edge";

/// The deployed function.
pub(super) struct Function {
    caller: Caller,
    requests: AtomicU64,
}

impl Function {
    /// Bundles the function for a process of its own.
    pub(super) fn new(
        state: &StateFolder,
        settings: &Settings,
    ) -> Result<(Self, Unstarted), Failure> {
        let files = lambda_edge_files(settings)?;
        write_folder(&state.path.join(FOLDER), &files)?;
        let driver =
            state.write(&format!("{FOLDER}/driver.mjs"), include_bytes!("lambda/driver.mjs"))?;
        let (caller, process) = Unstarted::new(driver);
        Ok((Self { caller, requests: AtomicU64::new(1) }, process))
    }

    pub(super) async fn decide(&self, request: Request, viewer: &Viewer) -> Decision {
        let id = self.requests.fetch_add(1, Ordering::Relaxed);
        let request_id = format!("edgepass-dev-{id}");
        let shown = EdgeRequest::shown(&request, viewer.address);
        let event = Event::viewer_request(&shown, &request_id);
        let decided = match self.caller.call(id, &event).await {
            Ok(result) => carry_out(result, request, &shown).map_err(Failed::from),
            Err(no_result) => Err(Failed::from(no_result)),
        };
        match decided {
            Ok(Decision::Respond(response)) => Decision::Respond(sent(response, &request_id)),
            Ok(forward) => forward,
            Err(failed) => {
                log_failure(&failed, &shown, &request_id);
                Decision::Respond(sent(failed.into_response(), &request_id))
            }
        }
    }
}

/// The function did not decide, and so nobody is let in.
struct Failed {
    status: StatusCode,
    why: String,
}

impl From<InvalidResult> for Failed {
    fn from(InvalidResult(why): InvalidResult) -> Self {
        let why = format!("the function's result is invalid: {why}");
        Self { status: StatusCode::BAD_GATEWAY, why }
    }
}

impl From<NoResult> for Failed {
    fn from(no_result: NoResult) -> Self {
        let why = match no_result {
            NoResult::Down => "the function is down",
            NoResult::Threw => "the function threw",
        };
        Self { status: StatusCode::SERVICE_UNAVAILABLE, why: why.to_owned() }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (self.status, [(CACHE_CONTROL, "no-store")]).into_response()
    }
}

/// As CloudFront sends a response of its own: the id leads to the function's log.
fn sent(mut response: Response, request_id: &str) -> Response {
    let headers = response.headers_mut();
    headers.entry(SERVER).or_insert(HeaderValue::from_static("CloudFront"));
    if let Ok(id) = HeaderValue::try_from(request_id) {
        headers.insert("x-amz-cf-id", id);
    }
    response
}

/// Never the query or the cookies: they may be a pass.
fn log_failure(failed: &Failed, shown: &EdgeRequest, request_id: &str) {
    let EdgeRequest { method, uri, .. } = shown;
    let (status, why) = (failed.status.as_u16(), &failed.why);
    tell(&format!("{status} {why} ({method} {}, {request_id})", uri.escape_default()));
}
