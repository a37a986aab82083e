//! Public keys from PEM files, and what a file holds instead.

use core::fmt;

use policy::{KeyRefused, PublicKey, ShortRsa};
use spki::der::pem;

/// Reads `-----BEGIN PUBLIC KEY-----` (RFC 7468, 13), the form that CloudFront takes too.
pub fn public_key_from_pem(text: &str, short_rsa: ShortRsa) -> Result<PublicKey, PemRefused> {
    let block = text.trim();
    if block.starts_with("ssh-") || block.starts_with("ecdsa-sha2-") {
        return Err(PemRefused::OpenSsh);
    }
    match pem::decode_label(block.as_bytes()).map_err(|_| PemRefused::NotAPublicKey)? {
        "PUBLIC KEY" => {}
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => {
            return Err(PemRefused::Certificate);
        }
        "RSA PUBLIC KEY" => return Err(PemRefused::Pkcs1),
        label if label.ends_with("PRIVATE KEY") => return Err(PemRefused::PrivateKey),
        _ => return Err(PemRefused::NotAPublicKey),
    }
    let mut der = Vec::new();
    pem::Decoder::new_detect_wrap(block.as_bytes())
        .and_then(|mut decoder| decoder.decode_to_end(&mut der).map(|_| ()))
        .map_err(|_| PemRefused::Malformed)?;
    PublicKey::from_spki_der(&der, short_rsa).map_err(PemRefused::Unfit)
}

/// Why a text is no public key to trust. No variant carries any part of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PemRefused {
    /// A certificate.
    Certificate,
    /// The right kind of PEM block, but its base64 is damaged.
    Malformed,
    /// Not one PEM block, or one of something else.
    NotAPublicKey,
    /// The one-line format of OpenSSH.
    OpenSsh,
    /// `RSA PUBLIC KEY`: the RSA numbers alone, which CloudFront does not take either.
    Pkcs1,
    /// A private key, which has no business where public keys are configured.
    PrivateKey,
    /// The block is whole, but what it holds is not a key that CloudFront takes.
    Unfit(KeyRefused),
}

impl fmt::Display for PemRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate => f.write_str(
                "a certificate, not a public key; take the key out of it with `openssl x509 -in certificate.pem -noout -pubkey`",
            ),
            Self::Malformed => f.write_str(
                "the public key is damaged; export it again with `openssl pkey -in private.pem -pubout`",
            ),
            Self::NotAPublicKey => f.write_str(
                "not a public key in PEM form, whose first line is `-----BEGIN PUBLIC KEY-----`; make one with `openssl pkey -in private.pem -pubout`",
            ),
            Self::OpenSsh => f.write_str(
                "a public key in OpenSSH's format; convert it with `ssh-keygen -e -m PKCS8 -f key.pub`",
            ),
            Self::Pkcs1 => f.write_str(
                "a public key in PKCS#1 form (`RSA PUBLIC KEY`); convert it with `openssl rsa -RSAPublicKey_in -in old.pem -pubout`",
            ),
            Self::PrivateKey => f.write_str(
                "a private key, which does not belong here; export its public half with `openssl pkey -in private.pem -pubout`",
            ),
            Self::Unfit(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for PemRefused {}
