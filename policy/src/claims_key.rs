//! The keys that claims tokens are verified with.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::base64::from_base64url;
use crate::der;
use crate::hmac::{hmac, is_same};
use crate::jws::{self, Envelope, JoseAlgorithm};
use crate::key::{KeyKind, PublicKey, Thumbprint};
use crate::secret::check_secret;
use crate::signature::{Algorithm, BoxedKey, InvalidSignature};
use crate::trusted_key::{TrustRefused, check_key_id};

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
    /// SHA-256, if it may be one ([`check_secret`]). Its thumbprint is the SHA-256 of the secret.
    pub fn secret(
        id: &str,
        secret: &[u8],
        sha256: fn(&[u8]) -> [u8; 32],
    ) -> Result<Self, TrustRefused> {
        check_secret(secret)
            .map_err(|refused| TrustRefused::Secret { id: id.to_string(), refused })?;
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
        let members = jws::header_members(algorithm, id);
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

    /// Whether the header of a token names this key and its algorithm, and nothing else: the three
    /// members in any order. A key id needs no escapes and has no comma, so each member can be
    /// written in one way only.
    fn is_named_by(&self, header: &str) -> bool {
        let Some(members) = header.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return false;
        };
        members.split(',').count() == self.members.len()
            && self.members.iter().all(|member| members.split(',').any(|found| found == member))
    }

    /// The key that the token's header names.
    pub(crate) fn named<'k>(keys: &'k [Self], token: &Envelope<'_>) -> Option<&'k Self> {
        let header = String::from_utf8(token.header()?).ok()?;
        keys.iter().find(|key| key.is_named_by(&header))
    }

    /// Whether the token's signature is this key's.
    pub(crate) fn verify(&self, token: &Envelope<'_>) -> Result<(), InvalidSignature> {
        let signature = from_base64url(token.signature).ok_or(InvalidSignature)?;
        let message = token.signed.as_bytes();
        match &self.verifier {
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
}
