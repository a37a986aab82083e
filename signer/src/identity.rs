//! Who is asking: what the authorizer in front of this function found out.
//!
//! Nothing else is believed: no header, cookie or body says who somebody is.

use core::fmt;
use std::collections::BTreeMap;

use policy::UnixTime;
use serde_json::Value;

use crate::site_secret::SiteSecret;

/// How far ahead of ours an identity provider's clock may be, in seconds.
const CLOCK_SKEW: u32 = 60;

const DAY: u32 = 24 * 3600;

/// The claims that tell one sign-in from another, the best first: Cognito's, OpenID Connect's
/// (Front-Channel Logout 1.0, 3), and the times of the sign-in and of the token.
const SESSION_CLAIMS: [&str; 4] = ["origin_jti", "sid", "auth_time", "iat"];

/// A caller whom an authorizer vouches for.
#[derive(Clone, Debug)]
pub enum Identity {
    /// An IAM principal, by its ARN: a program with credentials of an AWS account. Behind origin
    /// access control it is CloudFront, whoever the viewer is, so that it never stands for one.
    Principal(String),
    /// A person, as a JWT or Lambda authorizer describes them.
    Viewer(Viewer),
}

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Viewer {
    claims: BTreeMap<String, Claim>,
    subject: String,
    session: (&'static str, String),
    signed_in: UnixTime,
    expires: Option<UnixTime>,
}

impl Viewer {
    /// The viewer of an API Gateway JWT authorizer (`requestContext.authorizer.jwt.claims`).
    ///
    /// HTTP APIs hand every claim over as text, and a list as `[a b]`, its members unquoted. A
    /// claim of that form is taken for both, the text and the list.
    pub fn from_jwt_claims(
        claims: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, IdentityRefused> {
        Self::new(claims.into_iter().map(|(name, text)| (name, Claim::of_jwt(text))).collect())
    }

    /// The viewer of a Lambda authorizer (`requestContext.authorizer.lambda`): its own JSON, with
    /// `sub` and at least one of `iat` and `auth_time`.
    pub fn from_context(
        context: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Self, IdentityRefused> {
        let claim = |(name, value)| Some((name, Claim::of_json(value)?));
        Self::new(context.into_iter().filter_map(claim).collect())
    }

    fn new(claims: BTreeMap<String, Claim>) -> Result<Self, IdentityRefused> {
        let text = |name: &str| claims.get(name).map(|claim| claim.text.as_str());
        let time = |name: &'static str| {
            text(name)
                .map(|text| time(text).ok_or(IdentityRefused::Time { claim: name }))
                .transpose()
        };
        let subject = text("sub").filter(|subject| !subject.is_empty());
        let subject = subject.ok_or(IdentityRefused::NoSubject)?.to_owned();
        let signed_in = match time("auth_time")? {
            Some(time) => Some(time),
            None => time("iat")?,
        };
        let signed_in = signed_in.ok_or(IdentityRefused::NoSignIn)?;
        let session = SESSION_CLAIMS.into_iter().find_map(|name| {
            let value = text(name).filter(|value| !value.is_empty())?;
            Some((name, value.to_owned()))
        });
        let session = session.ok_or(IdentityRefused::NoSignIn)?;
        let expires = time("exp")?;
        Ok(Self { claims, subject, session, signed_in, expires })
    }

    /// Whether what the authorizer found out still holds, where revocations of sign-ins are
    /// remembered for so many seconds.
    pub(crate) fn check_time(
        &self,
        now: UnixTime,
        longest_sign_in: u32,
    ) -> Result<(), IdentityRefused> {
        if self.expires.is_some_and(|expires| now >= expires) {
            return Err(IdentityRefused::Expired);
        }
        if self.signed_in > now.plus_seconds(CLOCK_SKEW) {
            return Err(IdentityRefused::SignInAhead);
        }
        if now > self.signed_in.plus_seconds(longest_sign_in) {
            return Err(IdentityRefused::SignInTooOld { days: longest_sign_in / DAY });
        }
        Ok(())
    }

    /// When they signed in: `auth_time`, else the token's `iat`.
    pub(crate) fn signed_in(&self) -> UnixTime {
        self.signed_in
    }

    /// The pseudonym: `sub` of the claims token.
    pub(crate) fn subject(&self, secret: &SiteSecret) -> String {
        secret.viewer(&self.subject)
    }

    /// The session: `jti` of the claims token. The same sign-in always gives the same one, so that
    /// asking again does not get around its revocation.
    pub(crate) fn session(&self, secret: &SiteSecret) -> String {
        let (claim, value) = &self.session;
        secret.session(&self.subject(secret), claim, value)
    }

    /// Whether a claim has this value, or a list-valued one contains it.
    pub(crate) fn has(&self, claim: &str, value: &str) -> bool {
        self.claims.get(claim).is_some_and(|claim| claim.has(value))
    }

    /// A claim that is one text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).map(|claim| claim.text.as_str())
    }
}

/// A claim: a text, a list of texts, or a text that may be a list.
#[derive(Clone, Debug, Default)]
struct Claim {
    text: String,
    list: Vec<String>,
}

impl Claim {
    fn of_jwt(text: String) -> Self {
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let list = inner.map(|inner| inner.split_whitespace().map(str::to_owned).collect());
        Self { list: list.unwrap_or_default(), text }
    }

    /// None for what is not there (`null`) or has no value to compare with (objects).
    fn of_json(value: Value) -> Option<Self> {
        match value {
            Value::Array(items) => {
                let list = items.into_iter().filter_map(scalar).collect();
                Some(Self { text: String::new(), list })
            }
            scalar_value => Some(Self { text: scalar(scalar_value)?, list: Vec::new() }),
        }
    }

    fn has(&self, value: &str) -> bool {
        (self.text == value && !value.is_empty()) || self.list.iter().any(|item| item == value)
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text),
        Value::Array(_) | Value::Null | Value::Object(_) => None,
    }
}

/// Whole seconds; identity providers write `1767225600`, `1767225600.5` and `1.7672256e+09`.
fn time(text: &str) -> Option<UnixTime> {
    let time = UnixTime::from_digits(text).or_else(|| {
        let seconds: f64 = text.parse().ok()?;
        seconds.is_finite().then(|| UnixTime::from_digits(&format!("{:.0}", seconds.trunc())))?
    });
    time.filter(|time| *time < UnixTime::MILLISECONDS_SUSPECTED)
}

/// Why what the authorizer says is not an identity to issue to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IdentityRefused {
    /// No authorizer said who it is.
    Absent,
    /// The authorizer's answer is too old: `exp` has passed.
    Expired,
    /// Neither `auth_time` nor `iat`.
    NoSignIn,
    /// No `sub`.
    NoSubject,
    /// The sign-in lies in the future.
    SignInAhead,
    /// The sign-in is so long ago that its revocation may be forgotten.
    SignInTooOld {
        /// How old it may be.
        days: u32,
    },
    /// A time that is not one.
    Time {
        /// Its claim.
        claim: &'static str,
    },
}

impl fmt::Display for IdentityRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("no authorizer says who is asking; sign in first"),
            Self::Expired => f.write_str("the sign-in has expired; renew it"),
            Self::NoSignIn => f.write_str(
                "the authorizer does not say when the sign-in was; it must pass on `auth_time` or `iat`",
            ),
            Self::NoSubject => f.write_str(
                "the authorizer does not say who is asking; it must pass on `sub`",
            ),
            Self::SignInAhead => {
                f.write_str("the sign-in lies in the future; check the identity provider's clock")
            }
            Self::SignInTooOld { days } => write!(
                f,
                "the sign-in was more than {days} days ago, and renewing it does not make it younger; sign in again"
            ),
            Self::Time { claim } => {
                write!(f, "`{claim}` is not a time in seconds since 1970")
            }
        }
    }
}

impl core::error::Error for IdentityRefused {}
