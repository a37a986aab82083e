//! Which structure a DER value has. Nothing is read but tags, and lengths of small numbers.

use policy::der::Der;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// How a key or what is stored beside keys is structured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A certificate, or a request for one (RFC 5280, 4.1; RFC 2986, 4)
    Certificate,
    /// `ENCRYPTED PRIVATE KEY` (RFC 5958, 3)
    EncryptedPkcs8,
    /// Something else.
    Other,
    /// `RSA PRIVATE KEY` (RFC 8017, A.1.2)
    Pkcs1,
    /// `RSA PUBLIC KEY` (RFC 8017, A.1.1)
    Pkcs1Public,
    /// A PKCS#12 archive, `.p12` or `.pfx` (RFC 7292, 4)
    Pkcs12,
    /// `PRIVATE KEY` (RFC 5958, 2)
    Pkcs8,
    /// `PUBLIC KEY`, SubjectPublicKeyInfo (RFC 5280, 4.1)
    PublicKeyInfo,
    /// `EC PRIVATE KEY` (RFC 5915, 3)
    Sec1,
}

impl Form {
    /// Whether this is a private key, encrypted or not.
    pub fn is_private(self) -> bool {
        matches!(self, Self::EncryptedPkcs8 | Self::Pkcs1 | Self::Pkcs8 | Self::Sec1)
    }

    /// The form of a DER value.
    pub(crate) fn of(der: &[u8]) -> Self {
        Self::of_members(der).unwrap_or(Self::Other)
    }

    fn of_members(der: &[u8]) -> Option<Self> {
        let mut members = Der::new(der).sequence()?;
        if let Some(first) = members.value(INTEGER) {
            return Some(Self::of_numbered(first, &mut members));
        }
        members.value(SEQUENCE)?;
        if members.value(BIT_STRING).is_some() {
            Some(Self::PublicKeyInfo).filter(|_| members.is_empty())
        } else if members.value(OCTET_STRING).is_some() {
            Some(Self::EncryptedPkcs8).filter(|_| members.is_empty())
        } else {
            members.value(SEQUENCE)?;
            members.value(BIT_STRING).map(|_| Self::Certificate)
        }
    }

    /// Of a sequence whose first member is a number: a version, or a modulus.
    fn of_numbered(first: &[u8], rest: &mut Der<'_>) -> Self {
        match first {
            [3] if rest.value(SEQUENCE).is_some() => Self::Pkcs12,
            [_] if rest.value(SEQUENCE).is_some() && rest.value(OCTET_STRING).is_some() => {
                Self::Pkcs8
            }
            [_] if rest.value(OCTET_STRING).is_some() => Self::Sec1,
            _ => {
                let mut numbers = 0;
                while rest.value(INTEGER).is_some() {
                    numbers += 1;
                }
                match (first.len(), numbers) {
                    // Version, n, e, d, p, q, two exponents, coefficient. A DSA key has five.
                    (1, 8) => Self::Pkcs1,
                    (2.., 1) if rest.is_empty() => Self::Pkcs1Public,
                    _ => Self::Other,
                }
            }
        }
    }
}

/// How many bytes the first DER value should have in all, by its own header.
pub(crate) fn stated_length(der: &[u8]) -> Option<usize> {
    match der {
        [SEQUENCE, length, ..] if *length < 0x80 => Some(2 + usize::from(*length)),
        [SEQUENCE, 0x81, length, ..] => Some(3 + usize::from(*length)),
        [SEQUENCE, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

/// Whether this is one DER sequence and nothing else.
pub(crate) fn is_one_value(bytes: &[u8]) -> bool {
    stated_length(bytes) == Some(bytes.len()) && bytes.len() > 2
}

/// Whether these are the first bytes of a key, which may be cut off. A secret of random bytes does not
/// begin so.
pub(crate) fn begins_like_a_key(bytes: &[u8]) -> bool {
    let inside = match bytes {
        [SEQUENCE, 0x82, _, _, inside @ ..] | [SEQUENCE, 0x81, _, inside @ ..] => inside,
        [SEQUENCE, _, inside @ ..] => inside,
        _ => return false,
    };
    // A version, or the identifier of an algorithm.
    matches!(inside, [INTEGER, 1, 0 | 1, ..] | [SEQUENCE, _, 0x06, ..])
}
