//! The API of the demo page: signing in, logging out everywhere, bad passes to try, and a pass
//! explained.

mod evidence;
mod explained;
mod held;
mod log_out;
mod spoiled;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use signer::FixedKeys;

use super::api::{self, Problem};
use super::cookie::set_cookies;
use super::sign_in::{SignIn, USER_COOKIE};
use super::signing::Signer;
use super::user::User;
use super::validator::Validator;

use self::explained::explain_pass;
use self::log_out::log_out_everywhere;
use self::spoiled::spoil_pass;

/// The origin of `/demo/*`.
pub(super) fn origin(demo: Demo) -> Router {
    let routes = Router::new()
        .route("/demo/me", get(me))
        .route("/demo/sign-in", post(sign_in))
        .route("/demo/sign-out", post(sign_out))
        .route("/demo/log-out-everywhere", post(log_out_everywhere))
        .route("/demo/pass", get(explain_pass).post(spoil_pass));
    api::guarded(routes.with_state(demo))
}

#[derive(Clone)]
pub(super) struct Demo {
    pub(super) signer: Arc<Signer>,
    /// Bad passes are signed too.
    pub(super) keys: Arc<FixedKeys>,
    /// PEM of the key that policies are checked with.
    pub(super) public_key: String,
    pub(super) validator: Arc<Validator>,
}

#[derive(Serialize)]
struct Me {
    user: Option<User>,
    users: [Choice; 2],
    now: i64,
}

/// A user that one can sign in as.
#[derive(Serialize)]
struct Choice {
    id: User,
    name: &'static str,
    clip: String,
}

async fn me(State(demo): State<Demo>, sign_in: Option<SignIn>) -> Json<Me> {
    let users = User::VIEWERS.map(|id| Choice { id, name: id.name(), clip: id.clip() });
    let user = sign_in.map(|sign_in| sign_in.user);
    Json(Me { user, users, now: demo.validator.now().as_seconds() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    user: User,
}

async fn sign_in(
    State(demo): State<Demo>,
    body: Result<Json<Wish>, JsonRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Json(Wish { user }) = body.map_err(|rejection| not_understood(rejection.body_text()))?;
    let sign_in = SignIn::new(user, demo.validator.now())?;
    Ok((StatusCode::NO_CONTENT, set_cookies([(USER_COOKIE, Some(sign_in.to_cookie()))])))
}

async fn sign_out() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, set_cookies([(USER_COOKIE, None)]))
}

fn not_understood(detail: String) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, detail }
}

/// The passes are of our own making, so what goes wrong with them is our fault.
fn failed(error: impl core::error::Error) -> Problem {
    Problem { status: StatusCode::INTERNAL_SERVER_ERROR, detail: error.to_string() }
}
