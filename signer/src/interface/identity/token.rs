//! The token that a JWT authorizer verified, where the event holds it.
//!
//! API Gateway hands claims over as text in which a list and a text can look the same. The token
//! itself says which is which. Its signature was API Gateway's to check; what has to be checked here
//! is that this is the very token that API Gateway read.

use core::fmt;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::time;

/// The longest token, in bytes: all that HTTP APIs take as request line and headers together (API
/// Gateway, "Quotas for configuring and running an HTTP API").
const MAX_TOKEN_BYTES: usize = 10_240;

/// The payload of a token that API Gateway verified.
#[derive(Clone, Debug)]
pub struct VerifiedToken(BTreeMap<String, Value>);

impl VerifiedToken {
    /// Reads the token from the header that is the authorizer's identity source.
    ///
    /// Only the configuration of the API says which header that is (`name`). In any other header a
    /// viewer could send a forged token beside the one that was verified.
    pub fn from_headers(
        headers: &HeaderMap,
        name: Option<&HeaderName>,
    ) -> Result<Self, TokenUnknown> {
        let mut values = headers.get_all(name.ok_or(TokenUnknown::HeaderNotNamed)?).into_iter();
        let value = values.next().ok_or(TokenUnknown::HeaderMissing)?;
        if values.next().is_some() {
            return Err(TokenUnknown::NotOneToken);
        }
        let text = value.to_str().map_err(|_| TokenUnknown::NotOneToken)?;
        // "The identitySource can include only the token, or the token prefixed with Bearer"
        // (API Gateway, "Control access to HTTP APIs with JWT authorizers").
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
            _ => text,
        };
        Self::decoded(token.trim_matches(' '))
    }

    /// The payload of a token in compact form (RFC 7515, 7.1).
    fn decoded(token: &str) -> Result<Self, TokenUnknown> {
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if token.len() > MAX_TOKEN_BYTES || !token.bytes().all(base64) {
            return Err(TokenUnknown::NotOneToken);
        }
        let mut parts = token.split('.');
        let (Some(_), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenUnknown::NotOneToken);
        };
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenUnknown::NotOneToken)?;
        let Members(members) =
            serde_json::from_slice(&payload).map_err(|_| TokenUnknown::NotOneToken)?;
        Ok(Self(members))
    }

    /// This token, if its `sub`, `iss` and `exp` are those that the authorizer passed on. API Gateway
    /// demands `iss` and `exp` of every token.
    pub(super) fn verified_beside(
        self,
        passed_on: &BTreeMap<String, String>,
    ) -> Result<Self, TokenUnknown> {
        let passed_on = |claim: &str| passed_on.get(claim).map(String::as_str);
        let text = |claim: &str| self.0.get(claim).and_then(Value::as_str);
        let expires = self.0.get("exp").filter(|exp| exp.is_number()).map(Value::to_string);
        let expires = expires.and_then(|exp| time(&exp));
        let another = if text("sub").is_none() || text("sub") != passed_on("sub") {
            "sub"
        } else if text("iss").is_none() || text("iss") != passed_on("iss") {
            "iss"
        } else if expires.is_none() || expires != passed_on("exp").and_then(time) {
            "exp"
        } else {
            return Ok(self);
        };
        Err(TokenUnknown::Another { claim: another })
    }

    pub(super) fn get(&self, claim: &str) -> Option<&Value> {
        self.0.get(claim)
    }
}

/// The members of an object, each name once: of two equal names API Gateway might have read the
/// other one.
struct Members(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name is repeated"));
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Why the event does not show the token that the authorizer verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenUnknown {
    /// `sub`, `iss` or `exp` is not what the authorizer passed on.
    Another {
        /// The claim.
        claim: &'static str,
    },
    /// The request does not have the header.
    HeaderMissing,
    /// The configuration does not name the header.
    HeaderNotNamed,
    /// The header holds something else, or more than one token.
    NotOneToken,
}

impl fmt::Display for TokenUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Another { claim } => {
                write!(f, "the token in the header is not the verified one: its `{claim}` differs")
            }
            Self::HeaderMissing => f.write_str("the request does not have the token's header"),
            Self::HeaderNotNamed => f.write_str(
                "the header that the authorizer reads the token from is not known; name it in `EDGEPASS_TOKEN_HEADER`",
            ),
            Self::NotOneToken => f.write_str("the token's header does not hold exactly one JWT"),
        }
    }
}
