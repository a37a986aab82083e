//! The API of the demo page: signing in, bad passes to try, and a pass explained.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use policy::{
    Carrier, Credential, Denied, Field, Policy, Scheme, UnixTime, Url, to_cloudfront_base64,
};
use serde::{Deserialize, Serialize};

use crate::credential::Outline;
use crate::reason::Reason;

use super::api::{self, Problem};
use super::session::{Signer, cookie, expired_cookie, failed, set_cookies};
use super::user::{SignedIn, USER_COOKIE, User};
use super::validator::Validator;
use super::viewer::Viewer;

/// The origin of `/demo/*`.
pub(super) fn origin(demo: Demo) -> Router {
    let routes = Router::new()
        .route("/demo/me", get(me))
        .route("/demo/sign-in", post(sign_in))
        .route("/demo/sign-out", post(sign_out))
        .route("/demo/pass", get(explain_pass).post(spoil_pass));
    api::guarded(routes.with_state(demo))
}

#[derive(Clone)]
pub(super) struct Demo {
    signer: Arc<Signer>,
    validator: Arc<Validator>,
}

impl Demo {
    pub(super) fn new(signer: Arc<Signer>, validator: Arc<Validator>) -> Self {
        Self { signer, validator }
    }
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

async fn me(State(demo): State<Demo>, signed_in: Option<SignedIn>) -> Json<Me> {
    let users = User::ALL.map(|id| Choice { id, name: id.name(), clip: id.clip() });
    let user = signed_in.map(|SignedIn(user)| user);
    Json(Me { user, users, now: demo.validator.now().as_seconds() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    user: User,
}

async fn sign_in(body: Result<Json<SignIn>, JsonRejection>) -> Result<impl IntoResponse, Problem> {
    let Json(SignIn { user }) = body.map_err(|rejection| not_understood(rejection.body_text()))?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie(USER_COOKIE, user.id()))]))
}

async fn sign_out() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(SET_COOKIE, expired_cookie(USER_COOKIE))])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoil {
    kind: Spoiled,
}

/// What is wrong with a pass on purpose.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Spoiled {
    Expired,
    Tampered,
}

async fn spoil_pass(
    State(demo): State<Demo>,
    Extension(viewer): Extension<Viewer>,
    SignedIn(user): SignedIn,
    body: Result<Json<Spoil>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(Spoil { kind }) = body.map_err(|rejection| not_understood(rejection.body_text()))?;
    let expires = match kind {
        Spoiled::Expired => a_minute_before(demo.validator.now()),
        // So that the resource is all that differs from the good pass.
        Spoiled::Tampered => held_expiry(&viewer).unwrap_or_else(|| demo.signer.fresh_expiry()),
    };
    let pass = demo.signer.pass(&viewer.host, user, expires)?;
    let mut cookies = pass.cookies().map_err(failed)?;
    if let Spoiled::Tampered = kind {
        // The signature stays, but the policy now claims everybody's files.
        let altered = pass.text().replace(&format!("/media/{}/*", user.id()), "/media/*");
        let policy = Field::Policy.name(Carrier::Cookie);
        for (name, value) in &mut cookies {
            if *name == policy {
                *value = to_cloudfront_base64(altered.as_bytes());
            }
        }
    }
    Ok((StatusCode::NO_CONTENT, set_cookies(cookies)).into_response())
}

/// The expiry of the pass that the viewer has.
fn held_expiry(viewer: &Viewer) -> Option<UnixTime> {
    let cookies = viewer.cookies();
    let url = Url::from_parts(Scheme::Http, &viewer.host, "/", None).ok()?;
    let credential = Credential::find(&viewer.request(url, &cookies)).ok()?;
    let (text, _) = credential.unproven().ok()?;
    Some(Policy::read(&text).ok()?.date_less_than())
}

fn a_minute_before(time: UnixTime) -> UnixTime {
    UnixTime::from_seconds(time.as_seconds().saturating_sub(60)).unwrap_or(time)
}

#[derive(Deserialize)]
struct Asked {
    /// As it would stand on the request line, with a query or without.
    path: Option<String>,
}

#[derive(Serialize)]
struct ExplainedPass {
    credential: Option<Held>,
    verdict: Verdict,
    now: i64,
}

/// The credential that the request carries, decoded and not verified.
#[derive(Serialize)]
struct Held {
    #[serde(flatten)]
    outline: Outline,
    policy: String,
}

#[derive(Serialize)]
struct Verdict {
    decision: &'static str,
    #[serde(flatten)]
    reason: Reason,
}

/// What the edge sees of the viewer's pass, and how it would decide on a path.
async fn explain_pass(
    State(demo): State<Demo>,
    Extension(viewer): Extension<Viewer>,
    signed_in: Option<SignedIn>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<ExplainedPass>, Problem> {
    let Query(Asked { path }) = asked.map_err(|rejection| not_understood(rejection.body_text()))?;
    let user = signed_in.map_or(User::Alice, |SignedIn(user)| user);
    let target = path.unwrap_or_else(|| user.clip());
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target.as_str(), None),
    };
    let cookies = viewer.cookies();
    let (credential, verdict) = match Url::from_parts(Scheme::Http, &viewer.host, path, query) {
        Ok(url) => {
            let request = viewer.request(url, &cookies);
            let credential = Credential::find(&request).ok().as_ref().and_then(Held::of);
            (credential, demo.validator.verify(&request).map(|_| ()))
        }
        Err(fault) => (None, Err(Denied::from(fault))),
    };
    let now = demo.validator.now().as_seconds();
    Ok(Json(ExplainedPass { credential, verdict: Verdict::from(verdict), now }))
}

impl Held {
    fn of(credential: &Credential<'_>) -> Option<Self> {
        let (text, _) = credential.unproven().ok()?;
        let policy = String::from_utf8_lossy(&text).into_owned();
        Some(Self { outline: credential.into(), policy })
    }
}

impl From<Result<(), Denied>> for Verdict {
    fn from(verdict: Result<(), Denied>) -> Self {
        match verdict {
            Ok(()) => Self { decision: "allow", reason: Reason::default() },
            Err(denied) => Self { decision: "deny", reason: Reason::from(&denied) },
        }
    }
}

fn not_understood(detail: String) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, detail }
}
