//! PEM in and out: which form of private key a file holds, and why it is not one.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pkcs8::AlgorithmIdentifierRef;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Decode, Reader, SliceReader, pem};
use pkcs8::pkcs5::{self, EncryptionScheme};
use policy::{KeyRefused, PublicKey};
use zeroize::Zeroizing;

/// How a decoded private key is structured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// `RSA PRIVATE KEY` (RFC 8017, A.1.2)
    Pkcs1,
    /// `PRIVATE KEY` (RFC 5208), and `ENCRYPTED PRIVATE KEY` once decrypted
    Pkcs8,
    /// `EC PRIVATE KEY` (RFC 5915)
    Sec1,
}

/// Finds the private key in a PEM text and decrypts it if needed.
pub(super) fn decode(
    text: &str,
    passphrase: Option<&[u8]>,
) -> Result<(Form, Zeroizing<Vec<u8>>), PrivateKeyRefused> {
    let block = without_parameters(text.trim());
    if block.starts_with("ssh-") || block.starts_with("ecdsa-sha2-") {
        return Err(PrivateKeyRefused::PublicKey);
    }
    let label =
        pem::decode_label(block.as_bytes()).map_err(|_| PrivateKeyRefused::NotAPrivateKey)?;
    let form = match label {
        "RSA PRIVATE KEY" => Form::Pkcs1,
        "PRIVATE KEY" => Form::Pkcs8,
        "EC PRIVATE KEY" => Form::Sec1,
        "ENCRYPTED PRIVATE KEY" => {
            let passphrase = passphrase.ok_or(PrivateKeyRefused::PassphraseMissing)?;
            return Ok((Form::Pkcs8, decrypt(&base64_text(block)?, passphrase)?));
        }
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => {
            return Err(PrivateKeyRefused::Certificate);
        }
        "DSA PRIVATE KEY" => return Err(PrivateKeyRefused::Unfit(KeyRefused::OtherKind)),
        "OPENSSH PRIVATE KEY" => return Err(PrivateKeyRefused::OpenSsh),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(PrivateKeyRefused::PublicKey),
        _ => return Err(PrivateKeyRefused::NotAPrivateKey),
    };
    if block.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(PrivateKeyRefused::EncryptionLegacy);
    }
    Ok((form, base64_text(block)?))
}

/// `openssl ecparam -genkey` writes the name of the curve in a block of its own before the key,
/// which names the curve again.
fn without_parameters(text: &str) -> &str {
    match text.split_once("-----END EC PARAMETERS-----") {
        Some((parameters, key)) if parameters.starts_with("-----BEGIN EC PARAMETERS-----") => {
            key.trim_start()
        }
        _ => text,
    }
}

fn base64_text(block: &str) -> Result<Zeroizing<Vec<u8>>, PrivateKeyRefused> {
    // Any line width: secret stores and environment variables often hold the body in one line.
    let mut decoder = pem::Decoder::new_detect_wrap(block.as_bytes())
        .map_err(|_| PrivateKeyRefused::Malformed)?;
    let mut der = Zeroizing::new(Vec::new());
    decoder.decode_to_end(&mut der).map_err(|_| PrivateKeyRefused::Malformed)?;
    Ok(der)
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
    /// A certificate.
    Certificate,
    /// PEM encrypted in the way of OpenSSL before PKCS#8, with a `Proc-Type` header: its key
    /// derivation is one round of MD5.
    EncryptionLegacy,
    /// Encrypted PKCS#8, but not by PBES2 with PBKDF2-HMAC-SHA-2 or scrypt, and AES.
    EncryptionUnsupported,
    /// The right kind of PEM block, but its content is damaged or contradicts itself.
    Malformed,
    /// Not one PEM block, or one of something else.
    NotAPrivateKey,
    /// OpenSSH's own format.
    OpenSsh,
    /// The key is encrypted and there is no passphrase.
    PassphraseMissing,
    /// The passphrase does not open the key.
    PassphraseWrong,
    /// A public key.
    PublicKey,
    /// A private key, but one that CloudFront does not take.
    Unfit(KeyRefused),
}

impl fmt::Display for PrivateKeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate => f.write_str(
                "a certificate, which cannot sign; give the private key that belongs to it",
            ),
            Self::EncryptionLegacy => f.write_str(
                "the private key is encrypted in OpenSSL's old way (`Proc-Type: 4,ENCRYPTED`); convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out private.pem`",
            ),
            Self::EncryptionUnsupported => f.write_str(
                "the private key is encrypted in a way that is not supported; encrypt it again with `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in old.pem -out private.pem`",
            ),
            Self::Malformed => f.write_str(
                "the private key is damaged; `openssl pkey -check -noout -in private.pem` may say more",
            ),
            Self::NotAPrivateKey => f.write_str(
                "not a private key in PEM form; it is one block of text, and its first line is `-----BEGIN PRIVATE KEY-----` or the like",
            ),
            Self::OpenSsh => f.write_str(
                "a private key in OpenSSH's own format; convert a copy of it with `ssh-keygen -p -m PKCS8 -f copy.pem`",
            ),
            Self::PassphraseMissing => f.write_str(
                "the private key is encrypted; name the environment variable that holds its passphrase with `--passphrase-env`",
            ),
            Self::PassphraseWrong => f.write_str(
                "the passphrase does not open the private key; check the variable named by `--passphrase-env`",
            ),
            Self::PublicKey => f.write_str(
                "a public key, which cannot sign; give the private key that belongs to it",
            ),
            Self::Unfit(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for PrivateKeyRefused {}
