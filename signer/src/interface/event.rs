//! Events of API Gateway (HTTP API) and of Lambda function URLs: both have payload version 2.0.

use aws_lambda_events::apigw::{
    ApiGatewayRequestAuthorizer, ApiGatewayV2httpRequest, ApiGatewayV2httpResponse,
};
use aws_lambda_events::encodings::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::SET_COOKIE;
use http::{HeaderName, Response};

use crate::interface::identity::{Identity, IdentityRefused, TokenUnknown, VerifiedToken, Viewer};
use crate::interface::request::Request;

/// The stage that is no part of the path.
const DEFAULT_STAGE: &str = "$default";

impl Request {
    /// What an event asks. A body that is not the base64 that it should be is handed on as it is.
    ///
    /// `token_header` is the header from which the API's JWT authorizer reads its token, if that is
    /// known: see [`VerifiedToken`].
    pub fn from_event(event: ApiGatewayV2httpRequest, token_header: Option<&HeaderName>) -> Self {
        let context = event.request_context;
        let path = event.raw_path.unwrap_or_default();
        let stage = context.stage.filter(|stage| stage != DEFAULT_STAGE);
        let path = match stage.and_then(|stage| {
            Some(path.strip_prefix('/')?.strip_prefix(stage.as_str())?.to_owned())
        }) {
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        };
        let body = event.body.unwrap_or_default().into_bytes();
        let body =
            if event.is_base64_encoded { STANDARD.decode(&body).unwrap_or(body) } else { body };
        let token = VerifiedToken::from_headers(&event.headers, token_header);
        let identity = identity(context.authorizer, token);
        Self {
            method: context.http.method,
            path,
            query: event.raw_query_string.unwrap_or_default(),
            headers: event.headers,
            body,
            address: context.http.source_ip.and_then(|address| address.parse().ok()),
            identity,
        }
    }
}

/// A viewer if an authorizer speaks of one; IAM only where nobody else does.
fn identity(
    authorizer: Option<ApiGatewayRequestAuthorizer>,
    token: Result<VerifiedToken, TokenUnknown>,
) -> Result<Identity, IdentityRefused> {
    let authorizer = authorizer.ok_or(IdentityRefused::Absent)?;
    if let Some(jwt) = authorizer.jwt {
        return Viewer::from_jwt_claims(jwt.claims, token).map(Identity::Viewer);
    }
    if !authorizer.fields.is_empty() {
        return Viewer::from_context(authorizer.fields).map(Identity::Viewer);
    }
    let arn = authorizer.iam.and_then(|iam| iam.user_arn).filter(|arn| !arn.is_empty());
    arn.map(Identity::Principal).ok_or(IdentityRefused::Absent)
}

/// The response as both want it: cookies in a list of their own, since their headers are joined.
pub fn event_response(response: Response<String>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut headers = parts.headers;
    let cookies = headers.get_all(SET_COOKIE).into_iter();
    let cookies = cookies.filter_map(|line| line.to_str().ok().map(str::to_owned)).collect();
    headers.remove(SET_COOKIE);
    let mut event = ApiGatewayV2httpResponse::default();
    event.status_code = i64::from(parts.status.as_u16());
    event.headers = headers;
    event.cookies = cookies;
    event.body = Some(Body::Text(body));
    event
}
