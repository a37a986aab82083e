//! Issuing and dropping passes: the part of a signer, played by the same process.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::post;
use axum::{Extension, Json, Router};
use policy::{Carrier, Field, Grant, Hash, Signed, Target, UnixTime};
use serde::Serialize;
use signer::PrivateKey;

use super::api::{self, Problem};
use super::user::{SignedIn, User};
use super::validator::{Clock, KEY_ID};
use super::viewer::Viewer;

/// How long a pass is good, in seconds: long enough to watch, short enough to see it end.
const LIFETIME: u32 = 5 * 60;

/// The origin of `/edgepass/*`.
pub(super) fn origin(signer: Arc<Signer>) -> Router {
    let routes = Router::new().route("/edgepass/session", post(issue).delete(drop_pass));
    api::guarded(routes.with_state(signer))
}

/// Signs passes with the key of the state folder.
pub(super) struct Signer {
    key: PrivateKey,
    clock: Clock,
}

impl Signer {
    pub(super) fn new(key: PrivateKey, clock: Clock) -> Self {
        Self { key, clock }
    }

    /// When a pass that is issued now ends.
    pub(super) fn fresh_expiry(&self) -> UnixTime {
        (self.clock)().plus_seconds(LIFETIME)
    }

    /// A pass to all files of a user, on the host under which the viewer knows this edge.
    pub(super) fn pass(
        &self,
        host: &str,
        user: User,
        expires: UnixTime,
    ) -> Result<Signed, Problem> {
        let pattern = format!("http://{host}/media/{}/*", user.id()).parse().map_err(failed)?;
        let grant =
            Grant { target: Target::Cookies(pattern), expires, starts: None, network: None };
        grant.unsigned(KEY_ID, Hash::Sha256).map_err(failed)?.sign(&self.key).map_err(failed)
    }
}

/// The body of an issued session.
#[derive(Serialize)]
struct Session {
    session: String,
    issued_at: i64,
    expires_at: i64,
    resources: [String; 1],
}

async fn issue(
    State(signer): State<Arc<Signer>>,
    Extension(viewer): Extension<Viewer>,
    SignedIn(user): SignedIn,
) -> Result<impl IntoResponse, Problem> {
    let now = (signer.clock)();
    let pass = signer.pass(&viewer.host, user, now.plus_seconds(LIFETIME))?;
    let policy = pass.policy();
    let session = Session {
        session: format!("{}-{now}", user.id()),
        issued_at: now.as_seconds(),
        expires_at: policy.date_less_than().as_seconds(),
        resources: [policy.resource().to_owned()],
    };
    Ok((set_cookies(pass.cookies().map_err(failed)?), Json(session)))
}

async fn drop_pass() -> impl IntoResponse {
    let names = Field::ALL.map(|field| field.name(Carrier::Cookie));
    let expired = names.map(|name| (SET_COOKIE, expired_cookie(name)));
    (StatusCode::NO_CONTENT, AppendHeaders(expired))
}

/// One `Set-Cookie` for each name and value.
pub(super) fn set_cookies<'a>(
    cookies: impl IntoIterator<Item = (&'a str, String)>,
) -> AppendHeaders<Vec<(HeaderName, String)>> {
    let header = |(name, value): (&str, String)| (SET_COOKIE, cookie(name, &value));
    AppendHeaders(cookies.into_iter().map(header).collect())
}

/// Without `Secure`: Safari keeps no such cookie from `http://localhost`.
pub(super) fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax")
}

pub(super) fn expired_cookie(name: &str) -> String {
    format!("{}; Max-Age=0", cookie(name, ""))
}

/// The grants are of our own making, so what goes wrong with them is our fault.
pub(super) fn failed(error: impl core::error::Error) -> Problem {
    Problem { status: StatusCode::INTERNAL_SERVER_ERROR, detail: error.to_string() }
}
