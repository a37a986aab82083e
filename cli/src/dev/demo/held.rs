//! The pass that a viewer holds, decoded and not verified.

use axum::http::StatusCode;
use policy::{Claims, Policy, Request, ResourcePattern, UnixTime, inspect};
use serde::Serialize;

use crate::credential::Outline;
use crate::dev::api::Problem;

use super::failed;

/// A credential and what travels beside it. Nothing in it is proven.
#[derive(Serialize)]
pub(super) struct Held {
    #[serde(flatten)]
    outline: Outline,
    /// The text that was signed.
    pub(super) policy: String,
    /// The claim set of the token, as it was signed, if there is one that can be read.
    claims: Option<String>,
}

impl Held {
    pub(super) fn find(request: &Request<'_>) -> Option<Self> {
        let held = inspect(Some(request.url), request.cookies).ok()?;
        let claims = held.token.and_then(|token| token.payload);
        Some(Self {
            outline: held.outline.into(),
            policy: held.policy.text?,
            claims: claims.map(|payload| String::from_utf8_lossy(&payload).into_owned()),
        })
    }

    /// The pattern that the policy is for.
    pub(super) fn pattern(&self) -> Result<ResourcePattern, Problem> {
        let policy = Policy::read(self.policy.as_bytes()).map_err(failed)?;
        policy.resource().parse().map_err(failed)
    }

    /// The claims, as they would have been when the pass ended at `expires`.
    pub(super) fn claims_until(&self, expires: UnixTime) -> Result<Claims, Problem> {
        let claims = self.claims.as_ref().ok_or_else(nothing_held)?;
        let claims = Claims::read(claims.as_bytes()).map_err(failed)?;
        let lifetime = claims.expires.seconds_since(claims.issued_at);
        let issued_at = expires.as_seconds().saturating_sub(lifetime);
        let issued_at = UnixTime::from_seconds(issued_at).unwrap_or(claims.issued_at);
        Ok(Claims { issued_at, expires, ..claims })
    }
}

/// Where there is no pass there is nothing to spoil.
pub(super) fn nothing_held() -> Problem {
    Problem {
        status: StatusCode::CONFLICT,
        detail: "this browser holds no whole pass; `POST /edgepass/session` first".to_owned(),
    }
}
