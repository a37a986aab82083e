//! What the APIs of the demo site have in common: how they fail, and what protects them.

use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Serialize;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

/// Far more than any body of these APIs needs, in bytes.
const MAX_BODY: usize = 4096;

/// Guards the routes: from other sites' pages, from caches, and from large bodies.
pub(super) fn guarded(routes: Router) -> Router {
    let no_store = HeaderValue::from_static("no-store");
    let no_sniffing = HeaderValue::from_static("nosniff");
    routes
        .fallback(async || not_found())
        .method_not_allowed_fallback(async || method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CsrfLayer::new().with_rejection_response(from_elsewhere))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, no_store))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, no_sniffing))
}

/// A failure as `application/problem+json` (RFC 9457).
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Members<'a> {
            title: &'a str,
            status: u16,
            detail: &'a str,
        }

        let members = Members {
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: &self.detail,
        };
        let media_type = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, media_type, Json(members)).into_response()
    }
}

fn not_found() -> Problem {
    Problem { status: StatusCode::NOT_FOUND, detail: "there is no such resource".to_owned() }
}

fn method_not_allowed() -> Problem {
    Problem {
        status: StatusCode::METHOD_NOT_ALLOWED,
        detail: "the resource is there, but not for this method".to_owned(),
    }
}

fn from_elsewhere(_: ProtectionError) -> Response<Body> {
    let detail = "a page of another origin sent this request".to_owned();
    Problem { status: StatusCode::FORBIDDEN, detail }.into_response()
}
