//! How the interface says no: `application/problem+json` (RFC 9457) with a stable `type`.

use core::fmt;

use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::interface::grants::TemplateFault;
use crate::interface::identity::IdentityRefused;
use crate::interface::outcome::Outcome;
use crate::key::policy_key::SignatureUnavailable;
use crate::key::ring::KeysUnavailable;
use crate::revocation::store::StoreUnavailable;

/// When a client may try again after a 503, in seconds.
const RETRY_AFTER_SECONDS: u32 = 2;

/// Why a request is refused. Each has one `type`, which never changes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Cause {
    /// An address to which a pass cannot be bound.
    AddressUnfit,
    /// Not the JSON that is expected.
    BodyMalformed,
    /// A body above the limit.
    BodyTooLarge,
    /// An `Idempotency-Key` that is not one.
    IdempotencyKeyMalformed,
    /// An `Idempotency-Key` that came with another body before.
    IdempotencyKeyReused,
    /// The authorizer's answer has expired.
    IdentityExpired,
    /// The authorizer's answer cannot be understood.
    IdentityMalformed,
    /// No authorizer vouches for anybody.
    IdentityMissing,
    /// A claim that belongs into a resource cannot be put there.
    IdentityUnfit,
    /// Our fault.
    Internal,
    /// The keys cannot be had.
    KeysUnavailable,
    /// Not a JSON content type.
    MediaType,
    /// The resource is there, but not for this method.
    MethodNotAllowed,
    /// No grant matches.
    NoGrant,
    /// The caller is no administrator.
    NotAdministrator,
    /// There is no such resource.
    NotFound,
    /// A page of another origin.
    OriginNotAllowed,
    /// Cookies that browsers would drop.
    PassTooLarge,
    /// Not the query that is expected.
    QueryMalformed,
    /// The session is revoked, or the sign-in is older than a cut-off.
    Revoked,
    /// The sign-in is so old that its revocation may be forgotten.
    SignInTooOld,
    /// Nothing says when the sign-in was.
    SignInUnknown,
    /// The key did not sign.
    SigningFailed,
    /// The key's keeper wants fewer requests.
    SigningThrottled,
    /// The store did not answer.
    StoreUnavailable,
    /// More URLs than are signed at once.
    TooManyUrls,
    /// A URL that no grant of the caller covers.
    UrlNotGranted,
    /// A URL that cannot be signed as it is.
    UrlRefused,
    /// An IAM principal where a viewer is needed.
    ViewerRequired,
}

impl Cause {
    /// The last part of the `type`; also the metric's dimension.
    pub const fn name(self) -> &'static str {
        self.parts().0
    }

    /// The status of the response.
    pub const fn status(self) -> StatusCode {
        self.parts().1
    }

    const fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::AddressUnfit => {
                ("address-unfit", StatusCode::FORBIDDEN, "No pass can be bound to this address")
            }
            Self::BodyMalformed => {
                ("body-malformed", StatusCode::BAD_REQUEST, "The body is malformed")
            }
            Self::BodyTooLarge => {
                ("body-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
            }
            Self::IdempotencyKeyMalformed => (
                "idempotency-key-malformed",
                StatusCode::BAD_REQUEST,
                "The Idempotency-Key is malformed",
            ),
            Self::IdempotencyKeyReused => (
                "idempotency-key-reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The Idempotency-Key came with another body",
            ),
            Self::IdentityExpired => {
                ("identity-expired", StatusCode::UNAUTHORIZED, "The sign-in has expired")
            }
            Self::IdentityMalformed => (
                "identity-malformed",
                StatusCode::UNAUTHORIZED,
                "The authorizer's answer is not understood",
            ),
            Self::IdentityMissing => {
                ("identity-missing", StatusCode::UNAUTHORIZED, "Nobody is signed in")
            }
            Self::IdentityUnfit => {
                ("identity-unfit", StatusCode::FORBIDDEN, "A claim cannot be part of a resource")
            }
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "The signer failed"),
            Self::KeysUnavailable => {
                ("keys-unavailable", StatusCode::SERVICE_UNAVAILABLE, "There are no keys")
            }
            Self::MediaType => (
                "media-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The content type is not application/json",
            ),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Not for this method")
            }
            Self::NoGrant => ("no-grant", StatusCode::FORBIDDEN, "Nothing is granted"),
            Self::NotAdministrator => {
                ("not-administrator", StatusCode::FORBIDDEN, "Only administrators may revoke")
            }
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "No such resource"),
            Self::OriginNotAllowed => {
                ("origin-not-allowed", StatusCode::FORBIDDEN, "Pages of this origin may not call")
            }
            Self::PassTooLarge => {
                ("pass-too-large", StatusCode::INTERNAL_SERVER_ERROR, "The pass is too large")
            }
            Self::QueryMalformed => {
                ("query-malformed", StatusCode::BAD_REQUEST, "The query is malformed")
            }
            Self::Revoked => ("revoked", StatusCode::FORBIDDEN, "The session is revoked"),
            Self::SignInTooOld => {
                ("sign-in-too-old", StatusCode::UNAUTHORIZED, "The sign-in is too old")
            }
            Self::SignInUnknown => {
                ("sign-in-unknown", StatusCode::UNAUTHORIZED, "The time of the sign-in is missing")
            }
            Self::SigningFailed => {
                ("signing-failed", StatusCode::SERVICE_UNAVAILABLE, "The key did not sign")
            }
            Self::SigningThrottled => (
                "signing-throttled",
                StatusCode::SERVICE_UNAVAILABLE,
                "The key signs too much already",
            ),
            Self::StoreUnavailable => {
                ("store-unavailable", StatusCode::SERVICE_UNAVAILABLE, "Revocations cannot be read")
            }
            Self::TooManyUrls => {
                ("too-many-urls", StatusCode::UNPROCESSABLE_ENTITY, "Too many URLs")
            }
            Self::UrlNotGranted => {
                ("url-not-granted", StatusCode::FORBIDDEN, "A URL is not granted")
            }
            Self::UrlRefused => {
                ("url-refused", StatusCode::UNPROCESSABLE_ENTITY, "A URL cannot be signed")
            }
            Self::ViewerRequired => {
                ("viewer-required", StatusCode::FORBIDDEN, "Only viewers have a session")
            }
        }
    }
}

/// A refusal: what the client is told, and what only the log is.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) cause: Cause,
    detail: String,
    /// For the log. Holds no key, token, cookie or policy.
    pub(crate) internal: Option<String>,
    allow: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, detail: detail.into(), internal: None, allow: None }
    }

    /// A failure of ours: the client learns that there was one, the log which.
    pub(crate) fn hidden(cause: Cause, error: &dyn fmt::Display) -> Self {
        let detail = "the request is fine; the signer's log says what went wrong";
        Self { internal: Some(error.to_string()), ..Self::new(cause, detail) }
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let detail = format!("this resource has the methods {allow}");
        Self { allow: Some(allow), ..Self::new(Cause::MethodNotAllowed, detail) }
    }

    pub(crate) fn revoked() -> Self {
        Self::new(Cause::Revoked, "this session was revoked; sign in again for a new one")
    }

    pub(crate) fn into_answer(self) -> (Response<String>, Outcome) {
        (self.response(), Outcome::Refused { cause: self.cause, internal: self.internal })
    }

    fn response(&self) -> Response<String> {
        #[derive(Serialize)]
        struct Members<'a> {
            r#type: String,
            title: &'a str,
            status: u16,
            detail: &'a str,
        }

        let (name, status, title) = self.cause.parts();
        let members = Members {
            r#type: format!("urn:edgepass:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
        };
        // Strings and a number are always written.
        let mut response = Response::new(serde_json::to_string(&members).unwrap_or_default());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

impl From<IdentityRefused> for Problem {
    fn from(refused: IdentityRefused) -> Self {
        let cause = match refused {
            IdentityRefused::Absent => Cause::IdentityMissing,
            IdentityRefused::Expired => Cause::IdentityExpired,
            IdentityRefused::SignInTooOld { .. } => Cause::SignInTooOld,
            IdentityRefused::SignInUnknown { .. } => Cause::SignInUnknown,
            IdentityRefused::NoSubject
            | IdentityRefused::SignInAhead
            | IdentityRefused::Time { .. } => Cause::IdentityMalformed,
        };
        Self::new(cause, refused.to_string())
    }
}

impl From<KeysUnavailable> for Problem {
    fn from(unavailable: KeysUnavailable) -> Self {
        Self::hidden(Cause::KeysUnavailable, &unavailable)
    }
}

impl From<SignatureUnavailable> for Problem {
    fn from(unavailable: SignatureUnavailable) -> Self {
        match unavailable {
            SignatureUnavailable::Failed { .. } => Self::hidden(Cause::SigningFailed, &unavailable),
            SignatureUnavailable::Throttled => {
                Self::new(Cause::SigningThrottled, unavailable.to_string())
            }
        }
    }
}

impl From<StoreUnavailable> for Problem {
    fn from(unavailable: StoreUnavailable) -> Self {
        Self::hidden(Cause::StoreUnavailable, &unavailable)
    }
}

impl From<TemplateFault> for Problem {
    fn from(fault: TemplateFault) -> Self {
        match fault {
            TemplateFault::Value { .. } => {
                Self::new(Cause::IdentityUnfit, format!("what is granted {fault}"))
            }
            fault => Self::hidden(Cause::Internal, &fault),
        }
    }
}
