//! Public keys as data: what kind they are, whether CloudFront takes them, how they are identified.

use alloc::vec::Vec;
use core::fmt;

use crate::der::{Der, NULL, OBJECT_IDENTIFIER};

/// The shortest RSA modulus, in bits (AWS: "must be either an SSH-2 RSA 2048 or ECDSA 256 key pair").
pub const MIN_RSA_BITS: usize = 2048;

/// The longest RSA modulus, in bits: legacy account key pairs had up to 4096.
pub const MAX_RSA_BITS: usize = 4096;

/// The greatest RSA exponent, in bits, as AWS-LC has it: the time of a verification grows with it,
/// and 65537 is the usual one.
const MAX_EXPONENT_BITS: usize = 33;

/// The longest SubjectPublicKeyInfo that is read, in bytes: an RSA-16384 key needs about 2,100, so
/// that one too long for CloudFront is called that.
const MAX_SPKI_BYTES: usize = 2304;

/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017, appendix C).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-ecPublicKey`, 1.2.840.10045.2.1 (RFC 5480, 2.1.1).
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `secp256r1`, P-256, 1.2.840.10045.3.1.7 (RFC 5480, 2.1.1.1).
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// The kinds of key that CloudFront accepts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// RSA, with the length of its modulus in bits.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
    },
    /// ECDSA on P-256.
    P256,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA-{bits}"),
            Self::P256 => f.write_str("P-256"),
        }
    }
}

/// Whether RSA keys below [`MIN_RSA_BITS`] pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ShortRsa {
    /// 1024 bits and more pass: only so that AWS's published 1024-bit vectors can run.
    DangerAllow,
    /// They do not.
    Refuse,
}

/// A public key that CloudFront would take: a checked SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
#[derive(Clone, Eq, PartialEq)]
pub struct PublicKey {
    spki: Vec<u8>,
    kind: KeyKind,
    material: Material,
}

/// The numbers inside a public key, for backends that compute with them.
#[derive(Clone, Eq, PartialEq)]
pub enum Material {
    /// RSA, both big-endian without leading zeros.
    Rsa {
        /// n
        modulus: Vec<u8>,
        /// e
        exponent: Vec<u8>,
    },
    /// The uncompressed point: `04`, x, y (SEC 1, 2.3.3), 65 bytes.
    P256 {
        /// 65 bytes; that the point lies on the curve is the backend's check.
        point: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads DER. Only RSA of [`MIN_RSA_BITS`] to [`MAX_RSA_BITS`] and P-256 pass, and of RSA only
    /// odd moduli and odd exponents from 3 to 33 bits.
    pub fn from_spki_der(der: &[u8], short_rsa: ShortRsa) -> Result<Self, KeyRefused> {
        if der.len() > MAX_SPKI_BYTES {
            return Err(KeyRefused::NotAPublicKey);
        }
        let material = subject_public_key(der)?;
        let kind = kind(&material);
        if let (KeyKind::Rsa { bits }, Material::Rsa { modulus, exponent }) = (kind, &material) {
            let least = match short_rsa {
                ShortRsa::Refuse => MIN_RSA_BITS,
                ShortRsa::DangerAllow => 1024,
            };
            if bits < least {
                return Err(KeyRefused::ShortRsa { bits });
            }
            if bits > MAX_RSA_BITS {
                return Err(KeyRefused::LongRsa { bits });
            }
            check_rsa_numbers(modulus, exponent).ok_or(KeyRefused::Numbers { kind })?;
        }
        Ok(Self { spki: der.to_vec(), kind, material })
    }

    /// RSA or P-256.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The numbers inside.
    pub fn material(&self) -> &Material {
        &self.material
    }

    /// The DER that the thumbprint is taken of.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.kind)
    }
}

/// SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm OID, parameters }, BIT STRING }
fn subject_public_key(der: &[u8]) -> Result<Material, KeyRefused> {
    let mut whole = Der::new(der);
    let mut info = whole.sequence().ok_or(KeyRefused::NotAPublicKey)?;
    let mut algorithm = info.sequence().ok_or(KeyRefused::NotAPublicKey)?;
    let oid = algorithm.value(OBJECT_IDENTIFIER).ok_or(KeyRefused::NotAPublicKey)?;
    let bits = info.bit_string().ok_or(KeyRefused::NotAPublicKey)?;
    if !info.is_empty() || !whole.is_empty() {
        return Err(KeyRefused::NotAPublicKey);
    }
    match oid {
        RSA_ENCRYPTION => {
            let null = algorithm.value(NULL);
            let plain = null == Some(&[]) && algorithm.is_empty();
            plain.then(|| rsa(bits)).flatten().ok_or(KeyRefused::NotAPublicKey)
        }
        EC_PUBLIC_KEY => match algorithm.value(OBJECT_IDENTIFIER) {
            Some(P256) if algorithm.is_empty() => p256(bits),
            _ => Err(KeyRefused::OtherCurve),
        },
        _ => Err(KeyRefused::OtherKind),
    }
}

/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017, A.1.1)
fn rsa(bits: &[u8]) -> Option<Material> {
    let mut whole = Der::new(bits);
    let mut key = whole.sequence()?;
    let modulus = key.positive()?.to_vec();
    let exponent = key.positive()?.to_vec();
    (key.is_empty() && whole.is_empty()).then_some(Material::Rsa { modulus, exponent })
}

/// RFC 8017, 3.1: a modulus is a product of odd primes, an exponent at least 3 and prime to an even
/// number. With 1 as the exponent a signature is the encoded message itself, which anybody can write.
fn check_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Option<()> {
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let in_range = exponent != [1] && bits(exponent) <= MAX_EXPONENT_BITS;
    (is_odd(modulus) && is_odd(exponent) && in_range).then_some(())
}

/// The length of a number without leading zeros, in bits.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(unused).unwrap_or(0))
}

fn p256(bits: &[u8]) -> Result<Material, KeyRefused> {
    match bits {
        [0x04, xy @ ..] if xy.len() == 64 => Ok(Material::P256 { point: bits.to_vec() }),
        _ => Err(KeyRefused::NotAPublicKey),
    }
}

fn kind(material: &Material) -> KeyKind {
    match material {
        Material::Rsa { modulus, .. } => KeyKind::Rsa { bits: bits(modulus) },
        Material::P256 { .. } => KeyKind::P256,
    }
}

/// Why a key cannot be used with CloudFront.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyRefused {
    /// RSA above [`MAX_RSA_BITS`].
    LongRsa {
        /// Bits of the modulus.
        bits: usize,
    },
    /// Not the DER of a SubjectPublicKeyInfo.
    NotAPublicKey,
    /// The right form, but numbers that are not those of a key: an even modulus, an exponent that
    /// is even, 1 or too great, or, which backends find, a point that is not on the curve.
    Numbers {
        /// What the key claims to be.
        kind: KeyKind,
    },
    /// An elliptic curve other than P-256.
    OtherCurve,
    /// Neither RSA nor ECDSA.
    OtherKind,
    /// RSA below [`MIN_RSA_BITS`].
    ShortRsa {
        /// Bits of the modulus.
        bits: usize,
    },
}

impl fmt::Display for KeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongRsa { bits } => write!(
                f,
                "an RSA key of {bits} bits is too long; CloudFront takes RSA 2048 or P-256"
            ),
            Self::NotAPublicKey => f.write_str(
                "not a public key in SubjectPublicKeyInfo form; make one with `openssl pkey -in private.pem -pubout`",
            ),
            Self::Numbers { kind } => write!(
                f,
                "the numbers inside this {kind} key cannot be those of a public key; export it again with `openssl pkey -in private.pem -pubout`"
            ),
            Self::OtherCurve => f.write_str(
                "an elliptic curve other than P-256; CloudFront takes RSA 2048 or P-256 (prime256v1)",
            ),
            Self::OtherKind => {
                f.write_str("neither an RSA nor an ECDSA key; CloudFront takes RSA 2048 or P-256")
            }
            Self::ShortRsa { bits } => write!(
                f,
                "an RSA key of {bits} bits is too short; CloudFront takes RSA 2048 or P-256"
            ),
        }
    }
}

impl core::error::Error for KeyRefused {}

/// SHA-256 of a key's SubjectPublicKeyInfo: what identifies it in memory, logs and revocation.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Thumbprint(pub [u8; 32]);

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}
