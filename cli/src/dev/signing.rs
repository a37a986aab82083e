//! The origin of `/edgepass/*`: the signer's own handler, told by the demo who is signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::{Extension, Router};
use http_body_util::BodyExt;
use policy::CLAIMS_NAME;
use signer::{
    Answer, Clock, EdgeClaims, FixedKeys, IdentityRefused, Interface, KeyRing, MAX_BODY_BYTES,
    Outcome, Store,
};
use tokio::sync::Notify;

use crate::outcome::Failure;
use crate::output::tell;

use super::api::Problem;
use super::grants::LocalGrants;
use super::sign_in::SignIn;
use super::viewer::Viewer;

/// The origin of `/edgepass/*`.
pub(super) fn origin(signer: Arc<Signer>) -> Router {
    Router::new().fallback(answer).with_state(signer)
}

/// The interface, once for each name of the edge. All share the keys and the store of revocations.
pub(super) struct Signer {
    interfaces: Vec<(String, Interface)>,
    /// Told of every change of the store.
    changes: Arc<Notify>,
}

impl Signer {
    pub(super) fn new(
        grants: LocalGrants,
        keys: &Arc<FixedKeys>,
        store: &Arc<dyn Store>,
        changes: Arc<Notify>,
        clock: &Clock,
        claims: EdgeClaims,
    ) -> Result<Self, Failure> {
        let interface = |(host, grants)| {
            let keys: Arc<dyn KeyRing> = Arc::<FixedKeys>::clone(keys);
            let (store, clock) = (Arc::clone(store), Arc::clone(clock));
            let interface = Interface::new(grants, claims, keys, store, clock)
                .map_err(|refused| Failure::Service(format!("the grants: {refused}")))?;
            Ok((host, interface))
        };
        let interfaces = grants.into_iter().map(interface).collect::<Result<_, Failure>>()?;
        Ok(Self { interfaces, changes })
    }

    /// The claims token that somebody who signs in now would get.
    pub(super) async fn token(&self, sign_in: &SignIn, viewer: &Viewer) -> Option<String> {
        let (method, path) = (Method::POST, "/edgepass/session");
        let response = self.ask(sign_in, viewer, method, path, String::new()).await.ok()?;
        let lines = response.headers().get_all(SET_COOKIE).into_iter();
        let mut cookies =
            lines.filter_map(|line| line.to_str().ok()?.split(';').next()?.split_once('='));
        cookies.find(|(name, _)| *name == CLAIMS_NAME).map(|(_, token)| token.to_owned())
    }

    /// Asks as the demo's own server may, for somebody who is signed in. The body is JSON.
    pub(super) async fn ask(
        &self,
        sign_in: &SignIn,
        viewer: &Viewer,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Response<String>, Problem> {
        let json = HeaderValue::from_static("application/json");
        let request = signer::Request {
            method,
            path: path.to_owned(),
            query: String::new(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
            body: body.into_bytes(),
            address: Some(viewer.address),
            identity: sign_in.identity(),
        };
        self.answer(&request, &viewer.host).await
    }

    async fn answer(
        &self,
        request: &signer::Request,
        host: &str,
    ) -> Result<Response<String>, Problem> {
        let interface = self.interfaces.iter().find(|(name, _)| name == host);
        let (_, interface) = interface.ok_or_else(|| Problem {
            status: StatusCode::MISDIRECTED_REQUEST,
            detail: format!("nothing is granted on `{host}`"),
        })?;
        let Answer { response, outcome, .. } = interface.answer(request).await;
        match outcome {
            Outcome::LoggedOut { .. } | Outcome::Revoked(_) | Outcome::Unrevoked(_) => {
                self.changes.notify_one();
            }
            Outcome::Refused { cause, internal: Some(why) } => {
                let (method, path) = (&request.method, request.path.escape_default());
                tell(&format!("{} {}: {why} ({method} {path})", cause.status(), cause.name()));
            }
            _ => {}
        }
        Ok(response)
    }
}

async fn answer(
    State(signer): State<Arc<Signer>>,
    Extension(viewer): Extension<Viewer>,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let identity = SignIn::find(&head.headers)
        .map_or(Err(IdentityRefused::Absent), |sign_in| sign_in.identity());
    let request = signer::Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: read(body).await?,
        address: Some(viewer.address),
        identity,
    };
    let mut response = signer.answer(&request, &viewer.host).await?;
    keep_without_tls(response.headers_mut());
    Ok(response.map(Body::from))
}

/// A body, no further than it takes to see that it is too large.
async fn read(mut body: Body) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while bytes.len() <= MAX_BODY_BYTES
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(|error| Problem {
            status: StatusCode::BAD_REQUEST,
            detail: format!("the body cannot be read: {error}"),
        })?;
        bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
    }
    Ok(bytes)
}

/// Safari keeps no cookie that is `Secure` from `http://localhost`.
fn keep_without_tls(headers: &mut HeaderMap) {
    let lines: Vec<_> = headers.get_all(SET_COOKIE).into_iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for line in lines {
        let plain = line.to_str().map(|line| line.replace("; Secure", ""));
        let plain = plain.ok().and_then(|line| HeaderValue::try_from(line).ok());
        headers.append(SET_COOKIE, plain.unwrap_or(line));
    }
}
