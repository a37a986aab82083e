//! Why a text holds no key, said exactly. No part of the text is repeated but one foreign symbol.

use core::fmt;

use crate::Form;

/// Which half of a key pair is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// The half that signs.
    PrivateKey,
    /// The half that verifies.
    PublicKey,
}

/// Why no key could be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyFault {
    /// A PEM without its last line.
    CutOff {
        /// The label of the missing line.
        label: &'static str,
    },
    /// Nothing but blanks.
    Empty,
    /// Something else.
    Instead {
        /// What was asked for.
        wanted: Wanted,
        /// What it is.
        found: Found,
    },
    /// The number of base64 symbols is that of no bytes.
    Length {
        /// How many there are, without padding.
        symbols: usize,
    },
    /// More bytes than the key states that it has.
    Long {
        /// How many there are.
        bytes: usize,
        /// How many there should be.
        of: usize,
    },
    /// A PEM without its first line.
    NoBeginning,
    /// No key in any form.
    NoKey {
        /// What was asked for.
        wanted: Wanted,
    },
    /// Base64, but of no key.
    NotDer,
    /// Neither a text nor a key in DER.
    NotText,
    /// A last line that belongs to another first line.
    OtherEnd,
    /// More than one key.
    Several {
        /// What was asked for.
        wanted: Wanted,
        /// How many.
        count: usize,
    },
    /// Fewer bytes than the key states that it has.
    Short {
        /// How many there are.
        bytes: usize,
        /// How many there should be.
        of: usize,
    },
    /// A symbol that is no base64.
    Symbol {
        /// The line, from 1.
        line: usize,
        /// The symbol.
        symbol: char,
    },
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff { label } => write!(
                f,
                "the key is cut off: its last line, `-----END {label}-----`, is missing; copy the whole file again"
            ),
            Self::Empty => f.write_str("no key: it is empty"),
            Self::Instead { wanted, found } => found.fmt_instead_of(*wanted, f),
            Self::Length { symbols } => write!(
                f,
                "the key is damaged: {symbols} base64 symbols are the encoding of no bytes, so some were lost; copy the whole file again"
            ),
            Self::Long { bytes, of } => write!(
                f,
                "the key is damaged: it states a length of {of} bytes and has {bytes}; copy the file again, and only one key"
            ),
            Self::NoBeginning => f.write_str(
                "the first line of the key, `-----BEGIN …-----`, is missing; copy the whole file again",
            ),
            Self::NoKey { wanted: Wanted::PrivateKey } => f.write_str(
                "not a private key in PEM form, whose first line is `-----BEGIN PRIVATE KEY-----` or the like, and not one in DER or base64",
            ),
            Self::NoKey { wanted: Wanted::PublicKey } => f.write_str(
                "not a public key in PEM form, whose first line is `-----BEGIN PUBLIC KEY-----`; make one with `openssl pkey -in private.pem -pubout`",
            ),
            Self::NotDer => f.write_str(
                "the key is damaged: its base64 does not encode a key; copy the whole file again",
            ),
            Self::NotText => f.write_str(
                "neither a text nor a key in DER; name a PEM file, or convert this one with `openssl pkey`",
            ),
            Self::OtherEnd => f.write_str(
                "the first and the last line of the key name different things, so it was put together from two files; copy one of them whole",
            ),
            Self::Several { wanted, count } => write!(
                f,
                "{count} {}, and nothing says which of them is meant; leave one",
                match wanted {
                    Wanted::PrivateKey => "private keys",
                    Wanted::PublicKey => "public keys",
                }
            ),
            Self::Short { bytes, of } => write!(
                f,
                "the key is cut off: it states a length of {of} bytes and has {bytes}; copy the whole file again"
            ),
            Self::Symbol { line, symbol } => write!(
                f,
                "the key is damaged: line {line} has the symbol `{}`, which is no base64; copy the file again, with nothing left out",
                symbol.escape_debug()
            ),
        }
    }
}

impl core::error::Error for KeyFault {}

/// What a text holds in place of the key that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// The name of a resource of AWS.
    Arn,
    /// A certificate, or a request for one.
    Certificate,
    /// A PEM encrypted in the way of OpenSSL before PKCS#8, with a `Proc-Type` header: its key
    /// derivation is one round of MD5.
    EncryptedLegacy,
    /// A JSON Web Key (RFC 7517).
    Jwk,
    /// OpenSSH's own form of a private key.
    OpenSsh,
    /// OpenSSH's own form of a public key.
    OpenSshPublic,
    /// A key of another kind.
    OtherKey,
    /// The path of a file.
    Path,
    /// A key of OpenPGP.
    Pgp,
    /// `RSA PUBLIC KEY`: the RSA numbers alone, which CloudFront does not take.
    Pkcs1Public,
    /// A PKCS#12 archive.
    Pkcs12,
    /// A private key.
    PrivateKey,
    /// A public key.
    PublicKey,
    /// PuTTY's own form of a private key.
    Putty,
}

impl Found {
    pub(crate) fn of_form(form: Form) -> Self {
        match form {
            Form::Certificate => Self::Certificate,
            Form::Other => Self::OtherKey,
            Form::Pkcs12 => Self::Pkcs12,
            Form::Pkcs1Public => Self::Pkcs1Public,
            Form::PublicKeyInfo => Self::PublicKey,
            Form::EncryptedPkcs8 | Form::Pkcs1 | Form::Pkcs8 | Form::Sec1 => Self::PrivateKey,
        }
    }

    /// A PEM whose body is not DER, or not to be read as it is.
    pub(crate) fn of_label(label: &str, body: &str) -> Option<Self> {
        if body.contains("Proc-Type:") && body.contains("ENCRYPTED") {
            return Some(Self::EncryptedLegacy);
        }
        match label {
            "OPENSSH PRIVATE KEY" => Some(Self::OpenSsh),
            _ if label.starts_with("SSH2 ") => Some(Self::OpenSshPublic),
            _ if label.starts_with("PGP ") => Some(Self::Pgp),
            _ => None,
        }
    }

    /// What a text without any key is.
    pub(crate) fn in_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_one_word = !text.contains(char::is_whitespace);
        if text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") {
            Some(Self::OpenSshPublic)
        } else if text.starts_with("PuTTY-User-Key-File") {
            Some(Self::Putty)
        } else if text.starts_with('{') && text.contains("\"kty\"") {
            Some(Self::Jwk)
        } else if is_one_word && text.starts_with("arn:") {
            Some(Self::Arn)
        } else if is_one_word && [".pem", ".key", ".der"].iter().any(|it| text.ends_with(it)) {
            Some(Self::Path)
        } else {
            None
        }
    }

    fn fmt_instead_of(self, wanted: Wanted, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, wanted) {
            (Self::Arn, _) => f.write_str(
                "the ARN of a secret, not the secret; fetch it with `aws secretsmanager get-secret-value --secret-id ARN`",
            ),
            (Self::Certificate, Wanted::PrivateKey) => f.write_str(
                "a certificate, which cannot sign; give the private key that belongs to it",
            ),
            (Self::Certificate, Wanted::PublicKey) => f.write_str(
                "a certificate, not a public key; take the key out of it with `openssl x509 -in certificate.pem -noout -pubkey`",
            ),
            (Self::EncryptedLegacy, Wanted::PrivateKey) => f.write_str(
                "the private key is encrypted in OpenSSL's old way (`Proc-Type: 4,ENCRYPTED`); convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out private.pem`",
            ),
            (Self::Jwk, _) => {
                f.write_str("a JSON Web Key; convert it to PEM, the form that CloudFront takes")
            }
            (Self::OpenSsh, Wanted::PrivateKey) => f.write_str(
                "a private key in OpenSSH's own format; convert a copy of it with `ssh-keygen -p -m PKCS8 -f copy.pem`",
            ),
            (Self::OpenSshPublic, Wanted::PublicKey) => f.write_str(
                "a public key in OpenSSH's format; convert it with `ssh-keygen -e -m PKCS8 -f key.pub`",
            ),
            (Self::OtherKey, _) => {
                f.write_str("neither an RSA nor an ECDSA key; CloudFront takes RSA 2048 or P-256")
            }
            (Self::Path, _) => {
                f.write_str("the path of a file, not the key in it; name that file itself")
            }
            (Self::Pgp, _) => {
                f.write_str("a key of OpenPGP; CloudFront takes RSA 2048 or P-256 in PEM form")
            }
            (Self::Pkcs12, _) => f.write_str(
                "a PKCS#12 archive; take the key out of it with `openssl pkcs12 -in archive.p12 -nocerts -noenc -out private.pem`",
            ),
            (Self::Putty, _) => f.write_str(
                "a key in PuTTY's own format; convert it with `puttygen key.ppk -O private-openssh-new -o copy.pem`, then `ssh-keygen -p -m PKCS8 -f copy.pem`",
            ),
            (Self::Pkcs1Public, Wanted::PublicKey) => f.write_str(
                "a public key in PKCS#1 form (`RSA PUBLIC KEY`); convert it with `openssl rsa -RSAPublicKey_in -in old.pem -pubout`",
            ),
            (
                Self::PublicKey | Self::OpenSshPublic | Self::Pkcs1Public,
                Wanted::PrivateKey,
            )
            | (Self::PublicKey, Wanted::PublicKey) => f.write_str(
                "a public key, which cannot sign; give the private key that belongs to it",
            ),
            (Self::PrivateKey | Self::EncryptedLegacy | Self::OpenSsh, _) => f.write_str(
                "a private key, which does not belong here; export its public half with `openssl pkey -in private.pem -pubout`",
            ),
        }
    }
}
