//! Private keys: read from PEM, parsed once, used for many signatures.

pub(crate) mod policy_key;
pub(crate) mod ring;
pub(crate) mod site_secret;

mod der;
mod generate;
mod pem;
mod rsa;
mod token;

use core::fmt;

use aws_lc_rs::digest::{Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::EcdsaKeyPair;
use key_encoding::Form;
use policy::{Hash, KeyKind, MakeSignature, PublicKey, ShortRsa};

pub use self::generate::{GenerationFailed, KeySpec};
pub use self::pem::{PrivateKeyRefused, public_key_pem};
use self::rsa::RsaKey;
pub use self::token::{NamedTokenKey, TokenKey, TokenKeyRefused};

/// A private key that signs on this machine. Its bytes are wiped from memory when it is dropped.
pub struct PrivateKey {
    public: PublicKey,
    secret: Secret,
}

enum Secret {
    P256(EcdsaKeyPair),
    Rsa(RsaKey),
}

impl PrivateKey {
    /// Reads a key from the bytes of a file or a secret, in every form that
    /// [`key_encoding::private_key`] reads: PKCS#1 (`RSA PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`),
    /// PKCS#8 (`PRIVATE KEY`), or PKCS#8 encrypted by PBES2 (`ENCRYPTED PRIVATE KEY`).
    ///
    /// `passphrase` is used only for the last. The caller wipes `stored` and `passphrase`.
    pub fn read(
        stored: &[u8],
        passphrase: Option<&[u8]>,
        short_rsa: ShortRsa,
    ) -> Result<Self, PrivateKeyRefused> {
        let (form, key) = pem::decode(stored, passphrase)?;
        match form {
            Form::Pkcs1 => der::from_pkcs1(&key, short_rsa),
            Form::Pkcs8 => der::from_pkcs8(&key, short_rsa),
            Form::Sec1 => der::from_sec1(&key),
            _ => Err(PrivateKeyRefused::Malformed),
        }
    }

    /// [`PrivateKey::read`] of a text.
    pub fn from_pem(
        pem: &str,
        passphrase: Option<&[u8]>,
        short_rsa: ShortRsa,
    ) -> Result<Self, PrivateKeyRefused> {
        Self::read(pem.as_bytes(), passphrase, short_rsa)
    }

    /// The public half, which verifiers trust.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

impl MakeSignature for PrivateKey {
    type Error = SigningFailed;

    fn kind(&self) -> KeyKind {
        self.public.kind()
    }

    fn sign(&self, hash: Hash, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match &self.secret {
            Secret::P256(pair) => sign_p256(pair, hash, message).map_err(|_| SigningFailed),
            Secret::Rsa(key) => key.sign(hash, message).ok_or(SigningFailed),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.public.kind())
    }
}

fn sign_p256(pair: &EcdsaKeyPair, hash: Hash, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let digest = match hash {
        Hash::Sha1 => sha1_in_32_bytes(message)?,
        Hash::Sha256 => digest(&SHA256, message),
    };
    Ok(pair.sign_digest(&digest)?.as_ref().to_vec())
}

/// A SHA-1 digest in the only width that `aws-lc-rs` signs with P-256.
///
/// ECDSA reads the digest as one big-endian number (SEC 1, 4.1.3, step 5), which zeros in front do
/// not change: the signature is ECDSA-SHA1, not something like it.
fn sha1_in_32_bytes(message: &[u8]) -> Result<Digest, Unspecified> {
    let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, message);
    let mut wide = [0; 32];
    let (_, number) = wide.split_last_chunk_mut::<20>().ok_or(Unspecified)?;
    number.copy_from_slice(sha1.as_ref());
    Digest::import_less_safe(&wide, &SHA256)
}

/// AWS-LC could not make a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SigningFailed;

impl fmt::Display for SigningFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the crypto library could not make a signature; try again")
    }
}

impl core::error::Error for SigningFailed {}
