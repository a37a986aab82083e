//! The viewer-request event (AWS: "Lambda@Edge event structure").

use core::net::IpAddr;

use axum::extract::Request;
use serde::{Deserialize, Serialize};

use super::headers::Headers;

/// What the handler is called with.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Event<'e> {
    records: [Record<'e>; 1],
}

#[derive(Serialize)]
struct Record<'e> {
    cf: CloudFront<'e>,
}

#[derive(Serialize)]
struct CloudFront<'e> {
    config: Config<'e>,
    request: &'e EdgeRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'e> {
    distribution_domain_name: &'static str,
    distribution_id: &'static str,
    event_type: &'static str,
    request_id: &'e str,
}

/// The request of an event. What a function returns to let a request through is one too.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EdgeRequest {
    pub(super) client_ip: String,
    pub(super) headers: Headers,
    pub(super) method: String,
    pub(super) querystring: String,
    pub(super) uri: String,
}

impl<'e> Event<'e> {
    pub(super) fn viewer_request(request: &'e EdgeRequest, request_id: &'e str) -> Self {
        let config = Config {
            // Those of AWS's own examples.
            distribution_domain_name: "d111111abcdef8.cloudfront.net",
            distribution_id: "EDFDVBD6EXAMPLE",
            event_type: "viewer-request",
            request_id,
        };
        Self { records: [Record { cf: CloudFront { config, request } }] }
    }
}

impl EdgeRequest {
    /// A viewer's request as a function gets to see it.
    pub(super) fn shown(request: &Request, address: IpAddr) -> Self {
        Self {
            client_ip: address.to_string(),
            headers: Headers::shown(request.headers()),
            method: request.method().to_string(),
            querystring: request.uri().query().unwrap_or_default().to_owned(),
            uri: request.uri().path().to_owned(),
        }
    }
}
