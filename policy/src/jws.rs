//! The claims token's envelope: a compact JWS (RFC 7515) with everything optional left out.
//!
//! Its header is exactly `alg`, `kid` and `typ`, each of which can be written in one way only. So a
//! header is compared with what those members are for each trusted key, and never parsed: no byte
//! reaches the JSON reader before its signature holds, and a header with `none`, `crit`, `jwk`,
//! `jku`, `x5u` or another key's algorithm equals none of them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::base64::{from_base64url, to_base64url};

/// The value of `typ`: explicit typing keeps tokens made for other uses out (RFC 8725, 3.11).
pub const CLAIMS_TYPE: &str = "edgepass+jwt";

/// The signature algorithms of the claims token, by their JOSE names (RFC 7518, 3.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum JoseAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// HMAC with SHA-256: for CloudFront Functions, which cannot verify with a public key.
    Hs256,
}

impl JoseAlgorithm {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::Hs256];

    /// The value of `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
        }
    }
}

impl fmt::Display for JoseAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for JoseAlgorithm {
    type Err = JoseAlgorithmFault;

    fn from_str(name: &str) -> Result<Self, JoseAlgorithmFault> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(JoseAlgorithmFault)
    }
}

/// No algorithm of the claims token has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JoseAlgorithmFault;

impl fmt::Display for JoseAlgorithmFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("use one of ES256, RS256, HS256")
    }
}

impl core::error::Error for JoseAlgorithmFault {}

/// A key that signs claims tokens on the spot.
pub trait MakeToken {
    /// What went wrong in the backend.
    type Error: core::error::Error;

    /// The `kid`.
    fn id(&self) -> &str;

    /// The one algorithm of the key.
    fn algorithm(&self) -> JoseAlgorithm;

    /// The signature over `message` in the algorithm's form (RFC 7518, 3.2 to 3.4): for ES256 r
    /// and s, 64 bytes.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Self::Error>;
}

/// The header of a token that we issue, in base64url.
pub(crate) fn issued_header(algorithm: JoseAlgorithm, kid: &str) -> String {
    let [alg, kid, typ] = header_members(algorithm, kid);
    to_base64url(["{", &alg, ",", &kid, ",", &typ, "}"].concat().as_bytes())
}

/// `"alg":"…"`, `"kid":"…"` and `"typ":"…"`.
pub(crate) fn header_members(algorithm: JoseAlgorithm, kid: &str) -> [String; 3] {
    [("alg", algorithm.name()), ("kid", kid), ("typ", CLAIMS_TYPE)]
        .map(|(name, value)| ["\"", name, "\":\"", value, "\""].concat())
}

/// A compact JWS, split but not verified.
pub(crate) struct Envelope<'t> {
    header: &'t str,
    payload: &'t str,
    /// In base64url.
    pub(crate) signature: &'t str,
    /// `header.payload`: what is signed.
    pub(crate) signed: &'t str,
}

impl<'t> Envelope<'t> {
    /// `header.payload.signature`. None if it is not three parts.
    pub(crate) fn split(token: &'t str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let parts = [header, payload, signature];
        let three = parts.iter().all(|part| !part.is_empty()) && !payload.contains('.');
        three.then_some(Self { header, payload, signature, signed })
    }

    /// The header, decoded. None if it is not base64url.
    pub(crate) fn header(&self) -> Option<Vec<u8>> {
        from_base64url(self.header)
    }

    /// The payload, decoded. None if it is not base64url.
    pub(crate) fn payload(&self) -> Option<Vec<u8>> {
        from_base64url(self.payload)
    }
}
