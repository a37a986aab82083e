//! Claims tokens written by hand: no code of the product takes part, so that it cannot agree with
//! itself.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::keys::TestKey;

/// A key that signs claims tokens.
#[derive(Clone, Copy, Debug)]
pub enum TokenKey {
    /// A key pair: ES256 or RS256.
    Pair(TestKey),
    /// A secret: HS256.
    Secret(&'static str),
}

/// Signs with ES256 where the algorithm does not matter.
pub const ES256: TokenKey = TokenKey::Pair(TestKey::P256Other);
/// Signs with RS256.
pub const RS256: TokenKey = TokenKey::Pair(TestKey::RsaOther);
/// Signs with HS256.
pub const HS256: TokenKey = TokenKey::Secret(SECRET_FILE);

const SECRET_FILE: &str = "claims.secret";

/// The content of a secret's file in `tests/vectors/keys`, of which the line feed is no part.
pub fn secret(file: &str) -> Option<&'static [u8]> {
    let text = match file {
        SECRET_FILE => include_str!("../vectors/keys/claims.secret"),
        "claims-other.secret" => include_str!("../vectors/keys/claims-other.secret"),
        _ => return None,
    };
    Some(text.trim_end().as_bytes())
}

impl TokenKey {
    /// The value of `alg`.
    pub const fn algorithm(self) -> &'static str {
        match self {
            Self::Pair(TestKey::P256 | TestKey::P256Other) => "ES256",
            Self::Pair(TestKey::Rsa | TestKey::RsaExponent3 | TestKey::RsaOther) => "RS256",
            Self::Secret(_) => "HS256",
        }
    }

    /// The `kid` that the corpus uses for it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pair(TestKey::P256) => "es256-other",
            Self::Pair(TestKey::P256Other) => "es256-2026",
            Self::Pair(TestKey::Rsa) => "rs256-other",
            Self::Pair(TestKey::RsaExponent3) => "rs256-e3",
            Self::Pair(TestKey::RsaOther) => "rs256-2026",
            Self::Secret(_) => "hs256-2026",
        }
    }

    /// The file that its verifier has.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Pair(key) => key.public_file(),
            Self::Secret(file) => file,
        }
    }

    /// The signature, as JOSE writes it.
    pub fn sign(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Pair(key) => key.sign_jose(message),
            Self::Secret(file) => mac(secret(file).unwrap(), message),
        }
    }

    /// The usual header.
    pub fn header(self) -> String {
        let (algorithm, id) = (self.algorithm(), self.id());
        format!(r#"{{"alg":"{algorithm}","kid":"{id}","typ":"edgepass+jwt"}}"#)
    }

    /// A token with the usual header.
    pub fn token(self, payload: impl AsRef<[u8]>) -> String {
        self.token_with(&self.header(), payload)
    }

    /// A token with another header.
    pub fn token_with(self, header: &str, payload: impl AsRef<[u8]>) -> String {
        let signed = format!("{}.{}", base64url(header), base64url(payload));
        self.signed(&signed)
    }

    /// A token whose first two parts are this text, whatever it is.
    pub fn signed(self, signed: &str) -> String {
        format!("{signed}.{}", base64url(self.sign(signed.as_bytes())))
    }
}

/// HMAC with SHA-256.
pub fn mac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

/// base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `pol` for this text of a policy.
pub fn policy_digest(text: &str) -> String {
    base64url(digest(&SHA256, text.as_bytes()))
}

/// A claim set, to be bent and then signed: names, and values in JSON.
#[derive(Clone, Debug)]
pub struct ClaimSet(Vec<(String, String)>);

impl ClaimSet {
    /// The required claims: valid from a minute before `now` until an hour after.
    pub fn at(now: i64) -> Self {
        Self(Vec::new())
            .with("sub", r#""u-4711""#)
            .with("jti", r#""s-0815""#)
            .with("iat", now - 60)
            .with("exp", now + 3600)
    }

    /// With another value, in its place if there is one already.
    pub fn with(mut self, name: &str, json: impl ToString) -> Self {
        let json = json.to_string();
        match self.0.iter_mut().find(|(claim, _)| claim == name) {
            Some((_, old)) => *old = json,
            None => self.0.push((name.to_owned(), json)),
        }
        self
    }

    /// Bound to the policy of this text.
    pub fn bound_to(self, policy: &str) -> Self {
        self.with("pol", format!("{:?}", policy_digest(policy)))
    }

    /// With one claim less.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(claim, _)| claim != name);
        self
    }

    /// As JSON, without white space.
    pub fn text(&self) -> String {
        let members: Vec<String> =
            self.0.iter().map(|(claim, json)| format!("{claim:?}:{json}")).collect();
        format!("{{{}}}", members.join(","))
    }
}
