//! The check in this process: the validator's verdict, and CloudFront's own answer to a refusal.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, REFERER, SERVER};
use axum::http::uri::{InvalidUri, Uri};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use policy::{
    CloudFrontError, Denied, forwarded_cookies, forwarded_query, forwarded_referer,
    is_removed_header,
};

use crate::output::tell;

use super::decision::Decision;
use super::validator::Validator;
use super::viewer::Viewer;

/// Decides by a validator.
pub(super) struct Native {
    validator: Arc<Validator>,
}

impl Native {
    pub(super) fn new(validator: Arc<Validator>) -> Self {
        Self { validator }
    }

    pub(super) async fn decide(&self, request: Request, viewer: &Viewer) -> Decision {
        match self.verify(request.uri(), viewer).await {
            Ok(()) => without_pass(request, viewer),
            Err(denied) => {
                log_refusal(&denied, &request);
                Decision::Respond(refusal(&denied))
            }
        }
    }

    async fn verify(&self, target: &Uri, viewer: &Viewer) -> Result<(), Denied> {
        let url = viewer.url(target)?;
        self.validator.verify(&viewer.request(url, &viewer.cookies())).await
    }
}

/// Lets a request on without what only the edge is to see.
pub(super) fn without_pass(request: Request, viewer: &Viewer) -> Decision {
    match forwarded(request, viewer) {
        Ok(request) => Decision::Forward(request),
        Err(_) => Decision::Respond(StatusCode::BAD_REQUEST.into_response()),
    }
}

fn forwarded(mut request: Request, viewer: &Viewer) -> Result<Request, InvalidUri> {
    let query = request.uri().query().map(forwarded_query).filter(|query| !query.is_empty());
    let path = request.uri().path();
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    *request.uri_mut() = target.parse()?;

    let headers = request.headers_mut();
    let removed = headers.keys().filter(|name| is_removed_header(name.as_str()));
    for name in removed.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
    let others = [
        (COOKIE, forwarded_cookies(&viewer.cookies())),
        (REFERER, viewer.referer().and_then(forwarded_referer)),
    ];
    for (name, text) in others {
        headers.remove(&name);
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text.into_bytes()).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(request)
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
