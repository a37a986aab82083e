//! What stands in front of the protected behaviours.

use axum::extract::Request;

use super::decision::Decision;
use super::lambda::Function;
use super::native::Native;
use super::viewer::Viewer;

/// Decides about requests.
pub(super) enum Check {
    /// The function that is deployed, in a process of its own.
    Lambda(Function),
    /// The validator, in this process.
    Native(Native),
}

impl Check {
    pub(super) async fn decide(&self, request: Request, viewer: &Viewer) -> Decision {
        match self {
            Self::Lambda(function) => function.decide(request, viewer).await,
            Self::Native(native) => native.decide(request, viewer).await,
        }
    }
}
