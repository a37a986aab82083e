//! Private keys as they are stored, public keys as they are written.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use key_encoding::{Form, Key, KeyFault};
use pkcs8::AlgorithmIdentifierRef;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Decode, Reader, SliceReader};
use pkcs8::pkcs5::{self, EncryptionScheme};
use policy::{KeyRefused, PublicKey};
use zeroize::Zeroizing;

/// Finds the private key in what is stored, and decrypts it if needed.
pub(super) fn decode(
    stored: &[u8],
    passphrase: Option<&[u8]>,
) -> Result<(Form, Zeroizing<Vec<u8>>), PrivateKeyRefused> {
    let Key { form, der } = key_encoding::private_key(stored).map_err(PrivateKeyRefused::Fault)?;
    if form != Form::EncryptedPkcs8 {
        return Ok((form, der));
    }
    let passphrase = passphrase.ok_or(PrivateKeyRefused::PassphraseMissing)?;
    Ok((Form::Pkcs8, decrypt(&der, passphrase)?))
}

/// `EncryptedPrivateKeyInfo` (RFC 5208, 6): the scheme, and what it encrypted.
fn decrypt(der: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, PrivateKeyRefused> {
    let (scheme, encrypted) = SliceReader::new(der)
        .and_then(|mut reader| {
            reader.sequence(|members: &mut SliceReader<'_>| {
                Ok((AlgorithmIdentifierRef::decode(members)?, <&OctetStringRef>::decode(members)?))
            })
        })
        .map_err(|_: der::Error| PrivateKeyRefused::Malformed)?;
    let scheme =
        EncryptionScheme::try_from(scheme).map_err(|_| PrivateKeyRefused::EncryptionUnsupported)?;
    match scheme.decrypt(passphrase, encrypted.as_bytes()).map(Zeroizing::new) {
        // A wrong passphrase shows as wrong padding or, one time in 256, as bytes that are no DER.
        Ok(key) if AnyRef::from_der(&key).is_ok() => Ok(key),
        Ok(_) | Err(pkcs5::Error::DecryptFailed) => Err(PrivateKeyRefused::PassphraseWrong),
        Err(_) => Err(PrivateKeyRefused::EncryptionUnsupported),
    }
}

/// The public key as PEM (`-----BEGIN PUBLIC KEY-----`): what `aws cloudfront create-public-key`
/// takes and what verifiers are configured with.
pub fn public_key_pem(key: &PublicKey) -> String {
    // RFC 7468, 2: lines of exactly 64 characters, the last one shorter.
    let mut text = String::from("-----BEGIN PUBLIC KEY-----");
    for (index, character) in STANDARD.encode(key.spki_der()).chars().enumerate() {
        if index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str("\n-----END PUBLIC KEY-----\n");
    text
}

/// Why a text is no private key to sign with. No variant carries any part of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PrivateKeyRefused {
    /// Encrypted PKCS#8, but not by PBES2 with PBKDF2 or scrypt, and AES or 3DES.
    EncryptionUnsupported,
    /// A key in form, but its numbers contradict each other.
    Malformed,
    /// No private key in any form that is read.
    Fault(KeyFault),
    /// The key is encrypted and there is no passphrase.
    PassphraseMissing,
    /// The passphrase does not open the key.
    PassphraseWrong,
    /// A private key, but one that CloudFront does not take.
    Unfit(KeyRefused),
}

impl fmt::Display for PrivateKeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EncryptionUnsupported => f.write_str(
                "the private key is encrypted in a way that is not supported; encrypt it again with `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in old.pem -out private.pem`",
            ),
            Self::Malformed => f.write_str(
                "the private key is damaged; `openssl pkey -check -noout -in private.pem` may say more",
            ),
            Self::Fault(fault) => fault.fmt(f),
            Self::PassphraseMissing => f.write_str(
                "the private key is encrypted; name the environment variable that holds its passphrase with `--passphrase-env`",
            ),
            Self::PassphraseWrong => f.write_str(
                "the passphrase does not open the private key; check the variable named by `--passphrase-env`",
            ),
            Self::Unfit(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for PrivateKeyRefused {}
