//! Who is asking: what the authorizer in front of this function found out.
//!
//! Nothing else is believed: no header, cookie or body says who somebody is.

mod claim;
mod refused;
mod token;

use std::collections::BTreeMap;

use policy::UnixTime;
use serde_json::Value;

use self::claim::Claim;
pub use self::claim::{Unread, UnreadClaim};
pub use self::refused::IdentityRefused;
pub use self::token::{TokenUnknown, VerifiedToken};
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
    /// `sub` and at least one of `iat` and `auth_time`.
    pub fn from_context(
        context: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Self, IdentityRefused> {
        let claim = |(name, value)| Some((name, Claim::of_json(value)?));
        Self::new(context.into_iter().filter_map(claim).collect())
    }

    fn new(claims: BTreeMap<String, Claim>) -> Result<Self, IdentityRefused> {
        let text = |name: &str| claims.get(name).map(Claim::written);
        let time = |name: &'static str| {
            let read = |text| time(text).ok_or(IdentityRefused::Time { claim: name });
            text(name).map(read).transpose()
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
