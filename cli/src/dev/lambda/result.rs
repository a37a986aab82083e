//! What a function returned, checked and carried out as CloudFront does (AWS: "Generate HTTP
//! responses in request triggers", "Restrictions on edge functions").

use axum::body::Body;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use policy::MAX_URL_BYTES;
use serde::Deserialize;
use serde_json::Value;

use crate::dev::decision::Decision;

use super::event::EdgeRequest;
use super::headers::Headers;
use super::invalid_result::InvalidResult;

/// The most that headers and body of a generated response may have together, in bytes.
const MAX_GENERATED_BYTES: usize = 40 * 1024;

/// A response that the function made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EdgeResponse {
    status: String,
    #[serde(default)]
    headers: Headers,
    body: Option<String>,
    #[serde(default)]
    body_encoding: BodyEncoding,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum BodyEncoding {
    Base64,
    #[default]
    Text,
}

/// Carries out a result. `shown` is what the function saw of the request.
pub(super) fn carry_out(
    result: Value,
    request: Request,
    shown: &EdgeRequest,
) -> Result<Decision, InvalidResult> {
    if result.get("status").is_some() {
        let response: EdgeResponse = serde_json::from_value(result).map_err(|_| {
            invalid(
                "it is no response; `status` is a string, and a header a list of `{key, value}`",
            )
        })?;
        response.generated().map(Decision::Respond)
    } else {
        let changed: EdgeRequest = serde_json::from_value(result).map_err(|_| {
            invalid("it is neither a response, which has a `status`, nor the request of the event")
        })?;
        changed.forwarded(request, shown).map(Decision::Forward)
    }
}

impl EdgeResponse {
    fn generated(self) -> Result<Response, InvalidResult> {
        let status = StatusCode::from_bytes(self.status.as_bytes())
            .ok()
            .filter(|status| (200..600).contains(&status.as_u16()))
            .ok_or_else(|| invalid("its `status` is not one from 200 to 599"))?;
        if status == StatusCode::NO_CONTENT && self.body.is_some() {
            return Err(invalid("it is a 204 with a `body`"));
        }
        let body = self.body.unwrap_or_default();
        if self.headers.bytes() + body.len() > MAX_GENERATED_BYTES {
            return Err(invalid("its headers and body have more than 40 KB"));
        }
        let body = match self.body_encoding {
            BodyEncoding::Text => body.into_bytes(),
            BodyEncoding::Base64 => {
                STANDARD.decode(body).map_err(|_| invalid("its `body` is not base64"))?
            }
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = self.headers.generated()?;
        Ok(response)
    }
}

impl EdgeRequest {
    fn forwarded(self, mut request: Request, shown: &Self) -> Result<Request, InvalidResult> {
        // What CloudFront makes of these is not documented beyond "read-only".
        if self.method != shown.method || self.client_ip != shown.client_ip {
            return Err(invalid("it changes `method` or `clientIp`, which are read-only"));
        }
        *request.uri_mut() = self.target()?;
        self.headers.replace(&shown.headers, request.headers_mut())?;
        Ok(request)
    }

    fn target(&self) -> Result<Uri, InvalidResult> {
        let Self { uri, querystring, .. } = self;
        if !uri.starts_with('/') || uri.contains(['?', '#']) {
            return Err(invalid("its `uri` is no path"));
        }
        if querystring.contains('#') {
            return Err(invalid("its `querystring` is no query"));
        }
        if uri.len() + querystring.len() >= MAX_URL_BYTES {
            return Err(invalid("its `uri` and `querystring` are too long together"));
        }
        let target = match querystring.as_str() {
            "" => uri.clone(),
            query => format!("{uri}?{query}"),
        };
        PathAndQuery::try_from(target)
            .map(Uri::from)
            .map_err(|_| invalid("its `uri` or `querystring` has a character that URLs have not"))
    }
}

fn invalid(why: &str) -> InvalidResult {
    InvalidResult(why.to_owned())
}

#[cfg(test)]
mod tests;
