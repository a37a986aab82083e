//! Who is asking: what the authorizer in front of this function found out.
//!
//! Nothing else is believed: no header, cookie or body says who somebody is.

mod claim;
mod refused;
mod sign_in;
mod token;

use std::collections::BTreeMap;

use policy::UnixTime;
use serde_json::Value;

use self::claim::Claim;
pub use self::claim::{Unread, UnreadClaim};
pub use self::refused::IdentityRefused;
pub(crate) use self::sign_in::{SignIn, SignInTime};
pub use self::token::{TokenUnknown, VerifiedToken};
use crate::key::site_secret::SiteSecret;

/// A caller whom an authorizer vouches for.
#[derive(Clone, Debug)]
pub enum Identity {
    /// An IAM principal, by its ARN: a program with credentials of an AWS account. Behind origin
    /// access control it is CloudFront, whoever the viewer is, so that it never stands for one.
    Principal(String),
    /// A person, as a JWT or Lambda authorizer describes them.
    Viewer(Viewer),
}

impl Identity {
    /// The pseudonym: `sub` of the claims token.
    pub(crate) fn subject(&self, secret: &SiteSecret) -> String {
        match self {
            Self::Principal(arn) => secret.principal(arn),
            Self::Viewer(viewer) => viewer.subject(secret),
        }
    }
}

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Viewer {
    claims: BTreeMap<String, Claim>,
    subject: String,
    expires: Option<UnixTime>,
}

impl Viewer {
    /// The viewer of an API Gateway JWT authorizer (`requestContext.authorizer.jwt.claims`), with
    /// the token that it verified.
    ///
    /// HTTP APIs hand every claim over as text, and a list as `[a b]`, its members unquoted. The
    /// token tells what such a text means. Without it only a list of one word is believed: in
    /// `["Former admins"]` nobody is one of `admins`.
    pub fn from_jwt_claims(
        claims: impl IntoIterator<Item = (String, String)>,
        token: Result<VerifiedToken, TokenUnknown>,
    ) -> Result<Self, IdentityRefused> {
        let claims: BTreeMap<String, String> = claims.into_iter().collect();
        let token = token.and_then(|token| token.verified_beside(&claims));
        let token = token.as_ref().map_err(|unknown| *unknown);
        let claim = |(name, text): (String, String)| {
            let claim = Claim::of_jwt(&name, text, token);
            (name, claim)
        };
        Self::new(claims.into_iter().map(claim).collect())
    }

    /// The viewer of a Lambda authorizer (`requestContext.authorizer.lambda`): its own JSON, with
    /// `sub` and `auth_time`.
    pub fn from_context(
        context: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Self, IdentityRefused> {
        let claim = |(name, value)| Some((name, Claim::of_json(value)?));
        Self::new(context.into_iter().filter_map(claim).collect())
    }

    fn new(claims: BTreeMap<String, Claim>) -> Result<Self, IdentityRefused> {
        let text = |name: &str| claims.get(name).map(Claim::written);
        let subject = text("sub").filter(|subject| !subject.is_empty());
        let subject = subject.ok_or(IdentityRefused::NoSubject)?.to_owned();
        let read = |text| time(text).ok_or(IdentityRefused::Time { claim: "exp".to_owned() });
        let expires = text("exp").map(read).transpose()?;
        Ok(Self { claims, subject, expires })
    }

    /// Whether what the authorizer found out still holds.
    pub(crate) fn check_expiry(&self, now: UnixTime) -> Result<(), IdentityRefused> {
        if self.expires.is_some_and(|expires| now >= expires) {
            return Err(IdentityRefused::Expired);
        }
        Ok(())
    }

    /// The pseudonym: `sub` of the claims token.
    pub(crate) fn subject(&self, secret: &SiteSecret) -> String {
        secret.viewer(&self.subject)
    }

    /// Whether a claim has this value, or a list-valued one contains it.
    pub(crate) fn has(&self, claim: &str, value: &str) -> bool {
        self.claims.get(claim).is_some_and(|claim| claim.has(value))
    }

    /// Why a claim matches nothing, though the authorizer passed it on.
    pub(crate) fn unread(&self, claim: &str) -> Option<Unread> {
        self.claims.get(claim)?.unread()
    }

    /// A claim that is one text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Claim::text)
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
