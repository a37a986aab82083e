//! The origin of `/edgepass/state/*`: what edges fetch, with the headers of a bucket's objects.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use signer::{Destination, DestinationUnavailable, FolderDestination};
use tower_http::set_header::SetResponseHeaderLayer;

use super::rules::HEAD_SECONDS;

/// A body never changes under its name, which is its digest.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Where edges fetch the head.
pub(super) fn head_url(host: &str) -> String {
    format!("http://{host}/edgepass/state/head")
}

/// The origin of `/edgepass/state/*`.
pub(super) fn origin(published: FolderDestination) -> Router {
    // That something is missing or failed is true for no longer than this answer.
    let no_store = HeaderValue::from_static("no-store");
    Router::new()
        .route("/edgepass/state/head", get(head))
        .route("/edgepass/state/body/{name}", get(body))
        .with_state(published)
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, no_store))
}

async fn head(
    State(published): State<FolderDestination>,
    asked: HeaderMap,
) -> Result<Response, StatusCode> {
    let head = published.head().await.map_err(failed)?.ok_or(StatusCode::NOT_FOUND)?;
    let tag = format!("\"{}\"", head.version.0);
    let is_known = asked.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let cached = format!("public, max-age={HEAD_SECONDS}");
    let headers = [(CACHE_CONTROL, cached), (ETAG, tag)];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, binary(head.bytes)).into_response())
}

async fn body(
    State(published): State<FolderDestination>,
    Path(name): Path<String>,
) -> Result<Response, StatusCode> {
    if !is_digest(&name) {
        return Err(StatusCode::NOT_FOUND);
    }
    let body = published.body(&name).await.map_err(failed)?.ok_or(StatusCode::NOT_FOUND)?;
    Ok(([(CACHE_CONTROL, FOR_EVER)], binary(body)).into_response())
}

/// What has another name is none of a publisher's bodies, and might lie anywhere.
fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn binary(bytes: Vec<u8>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/octet-stream")], bytes)
}

fn failed(_: DestinationUnavailable) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}
