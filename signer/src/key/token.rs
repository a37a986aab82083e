//! The key of the claims token: private, or shared with the edge.

use core::borrow::Borrow;
use core::fmt;

use aws_lc_rs::hmac;
use key_encoding::KeyFault;
use pkcs8::der::asn1::UintRef;
use pkcs8::der::{self, Decode, Reader, SliceReader};
use policy::{
    Hash, JoseAlgorithm, KeyKind, MakeSignature, MakeToken, PublicKey, SecretRefused, ShortRsa,
    check_secret,
};

use super::{PrivateKey, PrivateKeyRefused, SigningFailed};

/// A key that signs claims tokens on this machine. Its bytes are wiped from memory when it is
/// dropped.
pub struct TokenKey(Secret);

enum Secret {
    Private(PrivateKey),
    Shared(Box<hmac::Key>),
}

impl TokenKey {
    /// Reads a key from the bytes of a file or a secret: a private key in one of the forms of
    /// [`PrivateKey::read`], or a secret of random characters, of which blanks around them are no
    /// part.
    ///
    /// The caller wipes `stored` and `passphrase`.
    pub fn read(stored: &[u8], passphrase: Option<&[u8]>) -> Result<Self, TokenKeyRefused> {
        match PrivateKey::read(stored, passphrase, ShortRsa::Refuse) {
            Ok(key) => Ok(key.into()),
            Err(PrivateKeyRefused::Fault(
                KeyFault::Empty | KeyFault::NoKey { .. } | KeyFault::NotText,
            )) => Self::from_secret(stored.trim_ascii()),
            Err(refused) => Err(TokenKeyRefused::Private(refused)),
        }
    }

    /// Takes a secret that the edge holds too, for HS256, if it may be one
    /// ([`policy::check_secret`]). The caller wipes `secret`.
    pub fn from_secret(secret: &[u8]) -> Result<Self, TokenKeyRefused> {
        check_secret(secret).map_err(TokenKeyRefused::Secret)?;
        Ok(Self(Secret::Shared(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))))
    }

    /// The algorithm, which follows from the key.
    pub fn algorithm(&self) -> JoseAlgorithm {
        match &self.0 {
            Secret::Private(key) => match key.kind() {
                KeyKind::P256 => JoseAlgorithm::Es256,
                KeyKind::Rsa { .. } => JoseAlgorithm::Rs256,
            },
            Secret::Shared(_) => JoseAlgorithm::Hs256,
        }
    }

    /// The public half, which verifiers trust. A shared secret has none.
    pub fn public_key(&self) -> Option<&PublicKey> {
        match &self.0 {
            Secret::Private(key) => Some(key.public_key()),
            Secret::Shared(_) => None,
        }
    }

    /// The signature over `message` as JOSE writes it: ECDSA as r and s of 32 bytes each
    /// (RFC 7518, 3.4), not as CloudFront's DER.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match &self.0 {
            Secret::Shared(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            Secret::Private(key) => {
                let signature = key.sign(Hash::Sha256, message)?;
                match key.kind() {
                    KeyKind::Rsa { .. } => Ok(signature),
                    KeyKind::P256 => fixed_width(&signature).map_err(|_| SigningFailed),
                }
            }
        }
    }
}

/// A [`TokenKey`] under its `kid`.
#[derive(Debug)]
pub struct NamedTokenKey<K> {
    /// The `kid`.
    pub id: String,
    /// The key, owned or shared.
    pub key: K,
}

impl<K: Borrow<TokenKey>> MakeToken for NamedTokenKey<K> {
    type Error = SigningFailed;

    fn id(&self) -> &str {
        &self.id
    }

    fn algorithm(&self) -> JoseAlgorithm {
        self.key.borrow().algorithm()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        self.key.borrow().sign(message)
    }
}

impl From<PrivateKey> for TokenKey {
    fn from(key: PrivateKey) -> Self {
        Self(Secret::Private(key))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({:?})", self.algorithm())
    }
}

/// `Ecdsa-Sig-Value` (RFC 3279, 2.2.3) on P-256 as its two numbers, 32 bytes each.
fn fixed_width(signature: &[u8]) -> der::Result<Vec<u8>> {
    let mut reader = SliceReader::new(signature)?;
    let (r, s) = reader.sequence(|members: &mut SliceReader<'_>| {
        Ok::<_, der::Error>((UintRef::decode(members)?, UintRef::decode(members)?))
    })?;
    let mut fixed = Vec::with_capacity(64);
    for number in [r, s] {
        let bytes = number.as_bytes();
        fixed.resize(fixed.len().saturating_add(32usize.saturating_sub(bytes.len())), 0);
        fixed.extend_from_slice(bytes);
    }
    Ok(fixed)
}

/// Why a text is no key for claims tokens. No variant carries any part of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenKeyRefused {
    /// A PEM, but not of a private key to sign with.
    Private(PrivateKeyRefused),
    /// No PEM, and no secret either.
    Secret(SecretRefused),
}

impl fmt::Display for TokenKeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private(refused) => refused.fmt(f),
            Self::Secret(refused) => {
                write!(f, "neither a private key in PEM form nor a secret: {refused}")
            }
        }
    }
}

impl core::error::Error for TokenKeyRefused {}
