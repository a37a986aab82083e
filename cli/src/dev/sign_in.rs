//! Signing in to the demo: the part of an identity provider, and of the authorizer that asks it.

use core::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use policy::UnixTime;
use serde_json::json;
use signer::{Identity, IdentityRefused};

use super::api::Problem;
use super::user::User;

/// The cookie that says who is signed in. It is as good as its word: everybody may be anybody here.
pub(super) const USER_COOKIE: &str = "demo-user";

/// One sign-in of a user. In the cookie it is `alice.<seconds>.<id>`.
pub(super) struct SignIn {
    pub(super) user: User,
    at: UnixTime,
    /// Never given out twice, so that signing in again is another session.
    id: String,
}

impl SignIn {
    pub(super) fn new(user: User, now: UnixTime) -> Result<Self, Problem> {
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).map_err(|_| Problem {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            detail: "the system gave no random bytes; try again".to_owned(),
        })?;
        Ok(Self { user, at: now, id: URL_SAFE_NO_PAD.encode(id) })
    }

    /// As the cookie holds it.
    pub(super) fn to_cookie(&self) -> String {
        format!("{}.{}.{}", self.user.id(), self.at, self.id)
    }

    fn from_cookie(value: &str) -> Option<Self> {
        let (user, rest) = value.split_once('.')?;
        let (at, id) = rest.split_once('.')?;
        let user = User::ALL.into_iter().find(|known| known.id() == user)?;
        Some(Self { user, at: UnixTime::from_digits(at)?, id: id.to_owned() })
    }

    pub(super) fn find(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let (_, value) = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == USER_COOKIE)?;
        Self::from_cookie(value)
    }

    /// What an authorizer would say of it.
    pub(super) fn identity(&self) -> Result<Identity, IdentityRefused> {
        let claims = [
            ("sub", json!(self.user.id())),
            ("auth_time", json!(self.at.as_seconds())),
            ("sid", json!(self.id)),
            ("groups", json!(self.user.groups())),
        ];
        let claims = claims.map(|(name, value)| (name.to_owned(), value));
        signer::Viewer::from_context(claims).map(Identity::Viewer)
    }
}

/// For handlers that need somebody to be signed in.
impl<S: Sync> FromRequestParts<S> for SignIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::find(&parts.headers).ok_or(Problem {
            status: StatusCode::UNAUTHORIZED,
            detail: "nobody is signed in; `POST /demo/sign-in` first".to_owned(),
        })
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(Self::find(&parts.headers))
    }
}
