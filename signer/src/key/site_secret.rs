//! The secret of a site, under which people become pseudonyms.

use core::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The shortest secret, in bytes: the strength of the hash (RFC 2104, 3).
pub const MIN_SITE_SECRET_BYTES: usize = 32;

/// What a pseudonym is of, so that no identity can pass for another's or for a session.
const SUBJECT_VIEWER: &str = "edgepass subject viewer";
const SUBJECT_PRINCIPAL: &str = "edgepass subject principal";
const SESSION: &str = "edgepass session";

/// The key of the HMAC that makes pseudonyms. Whoever has it can tell whose they are, and whoever
/// changes it makes all revocations miss.
#[derive(Clone)]
pub struct SiteSecret(Key);

impl SiteSecret {
    /// Takes at least [`MIN_SITE_SECRET_BYTES`] random bytes, which the caller wipes.
    pub fn new(bytes: &[u8]) -> Result<Self, SiteSecretRefused> {
        if bytes.len() < MIN_SITE_SECRET_BYTES {
            return Err(SiteSecretRefused { bytes: bytes.len() });
        }
        Ok(Self(Key::new(HMAC_SHA256, bytes)))
    }

    /// The `sub` of a viewer: the pseudonym of what the identity provider calls them.
    pub fn viewer(&self, identity: &str) -> String {
        self.pseudonym(&[SUBJECT_VIEWER, identity])
    }

    /// The `sub` of an IAM principal: never a viewer's, whatever the viewer is called.
    pub fn principal(&self, arn: &str) -> String {
        self.pseudonym(&[SUBJECT_PRINCIPAL, arn])
    }

    /// The `jti` of a session: `claim` and `value` identify the sign-in at the identity provider.
    pub fn session(&self, subject: &str, claim: &str, value: &str) -> String {
        self.pseudonym(&[SESSION, subject, claim, value])
    }

    /// HMAC-SHA256 in base64url. Each part goes in behind its length, so that no two lists of
    /// parts are the same bytes.
    fn pseudonym(&self, parts: &[&str]) -> String {
        let mut hmac = Context::with_key(&self.0);
        for part in parts {
            // A length above u64 does not exist; the fallback only satisfies the types.
            hmac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hmac.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hmac.sign().as_ref())
    }
}

impl fmt::Debug for SiteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteSecret")
    }
}

/// A secret that could be guessed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SiteSecretRefused {
    /// How long it is.
    pub bytes: usize,
}

impl fmt::Display for SiteSecretRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the site secret has {} bytes; make one of at least {MIN_SITE_SECRET_BYTES} with `openssl rand -base64 48`",
            self.bytes
        )
    }
}

impl core::error::Error for SiteSecretRefused {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn who_and_what_are_kept_apart() {
        let secret = SiteSecret::new(&[7; 32]).unwrap();
        let names = [
            secret.viewer("a"),
            secret.principal("a"),
            secret.session("a", "sid", "b"),
            secret.session("a", "origin_jti", "b"),
            secret.session("as", "id", "b"),
            SiteSecret::new(&[8; 32]).unwrap().viewer("a"),
        ];
        for (at, name) in names.iter().enumerate() {
            assert_eq!(name.len(), 43);
            assert!(!names.iter().skip(at + 1).any(|other| other == name), "{at}");
        }
        assert_eq!(names.first(), Some(&secret.viewer("a")));
    }

    #[test]
    fn short_secrets_are_refused() {
        assert_eq!(SiteSecret::new(&[7; 31]).unwrap_err(), SiteSecretRefused { bytes: 31 });
    }
}
