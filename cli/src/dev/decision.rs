//! What the edge decides about a request.

use axum::extract::Request;
use axum::response::Response;

/// What becomes of a request.
pub(super) enum Decision {
    /// The origin gets it, without what only the edge may see.
    Forward(Request),
    /// The edge answers it.
    Respond(Response),
}
