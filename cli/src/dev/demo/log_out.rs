//! "Log out everywhere", as the account page of a site has it.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use super::Demo;
use crate::dev::api::Problem;
use crate::dev::sign_in::SignIn;
use crate::dev::user::User;
use crate::dev::viewer::Viewer;

/// Revokes all that was issued to whoever is signed in, and answers as the signer does.
///
/// The signer lets administrators revoke people, not people themselves. So a site does it for them:
/// its own server asks, and is an administrator. The cut-off is this very second, since there is
/// but one clock here; a signer's own default lies 30 seconds ahead, in which nobody could sign in.
pub(super) async fn log_out_everywhere(
    State(demo): State<Demo>,
    Extension(viewer): Extension<Viewer>,
    sign_in: SignIn,
) -> Result<Response, Problem> {
    let now = demo.validator.now();
    let server = SignIn::new(User::Carol, now)?;
    let order = json!({
        "scope": "subject",
        "identity": sign_in.user.id(),
        "before": now.as_seconds(),
        "note": "log out everywhere",
    });
    let order = order.to_string();
    let answer = demo.signer.ask(&server, &viewer, Method::POST, "/edgepass/revocations", order);
    Ok(answer.await?.map(Body::from))
}
