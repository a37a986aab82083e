//! A pass explained: what it says, and how the edge would decide by it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use policy::{Denied, Request, Scheme, Url};
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::held::Held;
use super::{Demo, not_understood};
use crate::dev::api::Problem;
use crate::dev::sign_in::SignIn;
use crate::dev::user::User;
use crate::dev::viewer::Viewer;
use crate::reason::Reason;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// As it would stand on the request line, with a query or without.
    path: Option<String>,
    /// GET if it is left out.
    method: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ExplainedPass {
    credential: Option<Held>,
    verdict: Verdict,
    /// None where there is no refusal to explain.
    evidence: Option<Evidence>,
    now: i64,
}

#[derive(Serialize)]
struct Verdict {
    decision: &'static str,
    #[serde(flatten)]
    reason: Reason,
}

/// What the edge sees of the viewer's pass, and how it would decide on a path.
pub(super) async fn explain_pass(
    State(demo): State<Demo>,
    Extension(viewer): Extension<Viewer>,
    sign_in: Option<SignIn>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<ExplainedPass>, Problem> {
    let Query(asked) = asked.map_err(|rejection| not_understood(rejection.body_text()))?;
    let user = sign_in.map_or(User::Alice, |sign_in| sign_in.user);
    let target = asked.path.unwrap_or_else(|| user.clip());
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target.as_str(), None),
    };
    let cookies = viewer.cookies();
    let (credential, verdict) = match Url::from_parts(Scheme::Http, &viewer.host, path, query) {
        Ok(url) => {
            let method = asked.method.as_deref().unwrap_or("GET");
            let request = Request { method, ..viewer.request(url, &cookies) };
            (Held::find(&request), demo.validator.verify(&request).await)
        }
        Err(fault) => (None, Err(Denied::from(fault))),
    };
    let evidence = verdict.is_err().then(|| Evidence::new(&demo, &viewer));
    let now = demo.validator.now().as_seconds();
    Ok(Json(ExplainedPass { credential, verdict: Verdict::from(verdict), evidence, now }))
}

impl From<Result<(), Denied>> for Verdict {
    fn from(verdict: Result<(), Denied>) -> Self {
        match verdict {
            Ok(()) => Self { decision: "allow", reason: Reason::default() },
            Err(denied) => Self { decision: "deny", reason: Reason::from(&denied) },
        }
    }
}
