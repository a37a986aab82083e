//! One sign-in: which it is, and when it was. Revocation goes by both.

use policy::UnixTime;

use super::claim::Claim;
use super::{IdentityRefused, Viewer, time};
use crate::key::site_secret::SiteSecret;

/// How far ahead of ours an identity provider's clock may be, in seconds.
const CLOCK_SKEW: u32 = 60;

const DAY: u32 = 24 * 3600;

/// When somebody signed in (OpenID Connect Core 1.0, 2): renewing a token does not change it (12.2).
const AUTH_TIME: &str = "auth_time";
/// When a token was made. Each renewal is another time.
const ISSUED_AT: &str = "iat";
/// The claims that name a sign-in, the best first: Cognito's, and OpenID Connect's (Front-Channel
/// Logout 1.0, 3).
const SESSION_CLAIMS: [&str; 2] = ["origin_jti", "sid"];

/// A sign-in.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    pub(crate) at: UnixTime,
    /// The claim that tells it from others of the same subject, and its value.
    named_by: (String, String),
}

/// Which claim says when a sign-in was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignInTime<'r> {
    /// `sign_in_time` of `grants.toml`, for tokens without `auth_time`.
    pub(crate) claim: Option<&'r str>,
    /// Whether revocations are remembered. Then the time of the token is not enough: a renewed token
    /// of a revoked sign-in would be a new sign-in.
    pub(crate) revocable: bool,
}

impl SignIn {
    /// A principal signs every request anew, so that each is a sign-in, all of one session.
    pub(crate) fn of_principal(arn: &str, now: UnixTime) -> Self {
        Self { at: now, named_by: ("principal".to_owned(), arn.to_owned()) }
    }

    /// The session: `jti` of the claims token. The same sign-in always gives the same one, so that
    /// asking again does not get around its revocation.
    pub(crate) fn session(&self, subject: &str, secret: &SiteSecret) -> String {
        let (claim, value) = &self.named_by;
        secret.session(subject, claim, value)
    }

    /// Whether revocations of sign-ins as old as this are remembered, which they are for so many
    /// seconds.
    pub(crate) fn check_age(
        &self,
        now: UnixTime,
        longest_sign_in: u32,
    ) -> Result<(), IdentityRefused> {
        if self.at > now.plus_seconds(CLOCK_SKEW) {
            return Err(IdentityRefused::SignInAhead);
        }
        if now > self.at.plus_seconds(longest_sign_in) {
            return Err(IdentityRefused::SignInTooOld { days: longest_sign_in / DAY });
        }
        Ok(())
    }
}

impl Viewer {
    /// The sign-in that the token comes from.
    ///
    /// Its time has to be known even where `sid` or `origin_jti` names it: a person is revoked by a
    /// cut-off, which the sign-in must not be older than.
    pub(crate) fn sign_in(&self, rule: SignInTime<'_>) -> Result<SignIn, IdentityRefused> {
        let written = |name: &str| self.claims.get(name).map(Claim::written);
        let issued_at = (!rule.revocable).then_some(ISSUED_AT);
        let mut claims = [Some(AUTH_TIME), rule.claim, issued_at].into_iter().flatten();
        let found = claims.find_map(|claim| Some((claim, written(claim)?)));
        let (claim, text) = found.ok_or_else(|| IdentityRefused::SignInUnknown {
            missing: [Some(AUTH_TIME), rule.claim]
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect(),
        })?;
        let at = time(text).ok_or_else(|| IdentityRefused::Time { claim: claim.to_owned() })?;
        let named_by = SESSION_CLAIMS.into_iter().find_map(|name| {
            let value = written(name).filter(|value| !value.is_empty())?;
            Some((name, value))
        });
        let (claim, value) = named_by.unwrap_or((claim, text));
        Ok(SignIn { at, named_by: (claim.to_owned(), value.to_owned()) })
    }
}
