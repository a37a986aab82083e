//! The two demo users, and which of them a request comes from.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use core::convert::Infallible;
use serde::{Deserialize, Serialize};

use super::api::Problem;

/// Anyone may sign in as either: this stands for a site's own sign-in, which Edgepass is no part of.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum User {
    Alice,
    Bob,
}

/// The cookie that says who is signed in.
pub(super) const USER_COOKIE: &str = "demo-user";

impl User {
    pub(super) const ALL: [Self; 2] = [Self::Alice, Self::Bob];

    /// Also the name of the user's folder.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Alice => "Alice",
            Self::Bob => "Bob",
        }
    }

    /// Where the user's clip begins.
    pub(super) fn clip(self) -> String {
        format!("/media/{}/index.m3u8", self.id())
    }

    fn signed_in(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let (_, id) = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == USER_COOKIE)?;
        Self::ALL.into_iter().find(|user| user.id() == id)
    }
}

/// Who is signed in, for handlers that need somebody to be.
pub(super) struct SignedIn(pub(super) User);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        User::signed_in(&parts.headers).map(Self).ok_or(Problem {
            status: StatusCode::UNAUTHORIZED,
            detail: "nobody is signed in; `POST /demo/sign-in` first".to_owned(),
        })
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(User::signed_in(&parts.headers).map(Self))
    }
}
