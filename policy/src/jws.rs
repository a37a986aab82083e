//! The claims token's envelope: a compact JWS (RFC 7515) with everything optional left out.
//!
//! Its header is exactly `alg`, `kid` and `typ`, and a trusted key knows the one text that each has
//! in a header naming it. So headers are compared, never parsed: no byte reaches the JSON reader
//! before its signature holds, and `none`, `crit`, `jwk`, `jku`, `x5u` or another key's algorithm
//! are simply not one of those texts.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::base64::URL_SAFE;
use crate::der;
use crate::hmac::{hmac, is_same};
use crate::key::{KeyKind, PublicKey, Thumbprint};
use crate::signature::{Algorithm, InvalidSignature};
use crate::trust::{BoxedKey, TrustRefused, check_key_id};

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
    type Err = UnknownJoseAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownJoseAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(UnknownJoseAlgorithm)
    }
}

/// No algorithm of the claims token has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownJoseAlgorithm;

impl fmt::Display for UnknownJoseAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("use one of ES256, RS256, HS256")
    }
}

impl core::error::Error for UnknownJoseAlgorithm {}

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

/// A key that the operator trusts for claims tokens. It is never a CloudFront key.
pub struct ClaimsKey {
    /// `"alg":"…"`, `"kid":"…"` and `"typ":"…"`.
    members: [String; 3],
    id: String,
    algorithm: JoseAlgorithm,
    thumbprint: Thumbprint,
    verifier: Verifier,
}

enum Verifier {
    PublicKey(BoxedKey, Algorithm),
    Secret(Vec<u8>, fn(&[u8]) -> [u8; 32]),
}

impl ClaimsKey {
    /// Trusts a public key, ready in the shell's backend, for tokens whose header names ES256 or
    /// RS256, whichever fits, and this `kid`. `thumbprint` is the SHA-256 of its SPKI.
    pub fn public(
        id: &str,
        algorithm: JoseAlgorithm,
        public_key: &PublicKey,
        thumbprint: Thumbprint,
        key: BoxedKey,
    ) -> Result<Self, TrustRefused> {
        let cloudfront = match (algorithm, public_key.kind()) {
            (JoseAlgorithm::Es256, KeyKind::P256) => Algorithm::EcdsaSha256,
            (JoseAlgorithm::Rs256, KeyKind::Rsa { .. }) => Algorithm::RsaSha256,
            (algorithm, kind) => return Err(TrustRefused::OtherClaimsKind { algorithm, kind }),
        };
        Self::new(id, algorithm, thumbprint, Verifier::PublicKey(key, cloudfront))
    }

    /// Trusts a secret for tokens whose header names HS256 and this `kid`, with the shell's
    /// SHA-256. Its thumbprint is the SHA-256 of the secret.
    pub fn secret(
        id: &str,
        secret: &[u8],
        sha256: fn(&[u8]) -> [u8; 32],
    ) -> Result<Self, TrustRefused> {
        let thumbprint = Thumbprint(sha256(secret));
        let verifier = Verifier::Secret(secret.to_vec(), sha256);
        Self::new(id, JoseAlgorithm::Hs256, thumbprint, verifier)
    }

    fn new(
        id: &str,
        algorithm: JoseAlgorithm,
        thumbprint: Thumbprint,
        verifier: Verifier,
    ) -> Result<Self, TrustRefused> {
        check_key_id(id)?;
        let members = members(algorithm, id);
        Ok(Self { members, id: id.to_string(), algorithm, thumbprint, verifier })
    }

    /// The `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The algorithm.
    pub fn algorithm(&self) -> JoseAlgorithm {
        self.algorithm
    }

    /// SHA-256 of the SPKI or of the secret.
    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    /// Whether the header names this key and this algorithm and nothing else: the three members in
    /// any order. A key id needs no escapes and has no comma, so there is one way to write each.
    fn wrote(&self, header: &str) -> bool {
        let Some(members) = header.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return false;
        };
        members.split(',').count() == self.members.len()
            && self.members.iter().all(|member| members.split(',').any(|found| found == member))
    }
}

/// The header of a token that we issue, in base64url.
pub(crate) fn issued_header(algorithm: JoseAlgorithm, kid: &str) -> String {
    let [alg, kid, typ] = members(algorithm, kid);
    encode(["{", &alg, ",", &kid, ",", &typ, "}"].concat().as_bytes())
}

fn members(algorithm: JoseAlgorithm, kid: &str) -> [String; 3] {
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

    /// The trusted key that the header names.
    pub(crate) fn key<'k>(&self, keys: &'k [ClaimsKey]) -> Option<&'k ClaimsKey> {
        let header = String::from_utf8(decode(self.header)?).ok()?;
        keys.iter().find(|key| key.wrote(&header))
    }

    /// Whether this key signed.
    pub(crate) fn verify(&self, key: &ClaimsKey) -> Result<(), InvalidSignature> {
        let signature = decode(self.signature).ok_or(InvalidSignature)?;
        let message = self.signed.as_bytes();
        match &key.verifier {
            Verifier::PublicKey(key, Algorithm::EcdsaSha256) => {
                let der = der::ecdsa_signature(&signature).ok_or(InvalidSignature)?;
                key.verify(Algorithm::EcdsaSha256, message, &der)
            }
            Verifier::PublicKey(key, algorithm) => key.verify(*algorithm, message, &signature),
            Verifier::Secret(secret, sha256) => {
                let mac = hmac(*sha256, secret, message);
                if is_same(&mac, &signature) { Ok(()) } else { Err(InvalidSignature) }
            }
        }
    }

    /// The header, which only inspection decodes. None if it is not base64url.
    pub(crate) fn header(&self) -> Option<Vec<u8>> {
        decode(self.header)
    }

    /// The payload. None if it is not base64url.
    pub(crate) fn payload(&self) -> Option<Vec<u8>> {
        decode(self.payload)
    }
}

/// base64url without padding (RFC 7515, 2).
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE.encode(bytes)
}

/// Strictly: no padding, no stray bits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE.decode(text.as_bytes())
}
