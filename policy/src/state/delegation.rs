//! The delegation: the keys that a site trusts now, signed by its root key.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::bytes::{Reader, put_long, put_short};
use super::refused::{StatePart, StateRefused};
use crate::key::{PublicKey, ShortRsa};
use crate::signature::Algorithm;
use crate::trusted_key::{MAX_KEYS_WITHOUT_ID, TrustRefused, check_key_id};

/// The most keys that a delegation lists: rotations overlap two of each kind, and CloudFront takes
/// five in each of four key groups (AWS: "Quotas").
pub const MAX_DELEGATED_KEYS: usize = 20;

/// The longest delegation, in bytes, its signature included: 20 keys of RSA-4096 fit.
pub const MAX_DELEGATION_BYTES: usize = 15 * 1024;

/// The longest signature of a key that is taken here, in bytes: RSA-4096.
pub(super) const MAX_SIGNATURE_BYTES: usize = 512;

/// The domain tag, which ends with the version of the format.
const TAG: &[u8; 16] = b"edgepass-keys-1\n";

/// What tells a site's state from another's, such as `https://media.example.com`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SiteId(String);

impl SiteId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteId {
    type Err = StateRefused;

    /// Takes 1 to 255 visible ASCII characters.
    fn from_str(id: &str) -> Result<Self, StateRefused> {
        let visible = id.bytes().all(|byte| byte.is_ascii_graphic());
        if id.is_empty() || id.len() > 255 || !visible {
            return Err(StateRefused::SiteId);
        }
        Ok(Self(id.to_string()))
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a listed key is trusted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyUse {
    /// Claims tokens.
    Claims,
    /// CloudFront credentials.
    CloudFront,
}

/// A key that the site trusts now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DelegatedKey {
    /// What it is trusted for.
    pub key_use: KeyUse,
    /// Its Key-Pair-Id or `kid`. None answers for any Key-Pair-Id; a claims key has one.
    pub id: Option<String>,
    /// The key. Never a secret: everybody can read what edges read.
    pub key: PublicKey,
    /// The algorithms that it is trusted with. For a claims key `RSA-SHA256` is what JOSE calls
    /// RS256, `ECDSA-SHA256` ES256.
    pub algorithms: Vec<Algorithm>,
}

/// What the root key signs: the keys that a site trusts now, and the state key, which then signs
/// heads in its name. It replaces the keys of an edge's configuration.
///
/// | bytes | |
/// | ---: | --- |
/// | 16 | `edgepass-keys-1` and a line feed |
/// | 1 + n | length and id of the site, visible ASCII, not empty |
/// | 8 | serial number |
/// | 2 + n | length and SubjectPublicKeyInfo of the state key |
/// | 1 | number of keys |
///
/// and of each key
///
/// | bytes | |
/// | ---: | --- |
/// | 1 | its use: 1 CloudFront, 2 claims |
/// | 1 | its algorithms, added: 1 RSA-SHA1, 2 RSA-SHA256, 4 ECDSA-SHA1, 8 ECDSA-SHA256 |
/// | 1 + n | length and text of its id; empty for any |
/// | 2 + n | length and SubjectPublicKeyInfo |
///
/// A signature is RSA PKCS#1 v1.5 or ECDSA in DER, by the kind of the key, always with SHA-256.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delegation {
    /// The site whose keys they are.
    pub site: SiteId,
    /// Greater with every change, so that a key once removed does not come back.
    pub serial: u64,
    /// Signs heads.
    pub state_key: PublicKey,
    /// Trusted for passes.
    pub keys: Vec<DelegatedKey>,
}

impl Delegation {
    /// The exact bytes for the root key to sign.
    pub fn unsigned(&self) -> Result<Vec<u8>, StateRefused> {
        self.check()?;
        let mut bytes = TAG.to_vec();
        self.put(&mut bytes).ok_or_else(|| malformed("a part of it is too long"))?;
        check_size(bytes.len().saturating_add(MAX_SIGNATURE_BYTES))?;
        Ok(bytes)
    }

    fn put(&self, bytes: &mut Vec<u8>) -> Option<()> {
        put_short(bytes, self.site.as_str().as_bytes())?;
        bytes.extend_from_slice(&self.serial.to_le_bytes());
        put_long(bytes, self.state_key.spki_der())?;
        bytes.push(u8::try_from(self.keys.len()).ok()?);
        for listed in &self.keys {
            bytes.push(match listed.key_use {
                KeyUse::CloudFront => 1,
                KeyUse::Claims => 2,
            });
            bytes.push(listed.algorithms.iter().fold(0, |bits, &algorithm| bits | bit(algorithm)));
            put_short(bytes, listed.id.as_deref().unwrap_or_default().as_bytes())?;
            put_long(bytes, listed.key.spki_der())?;
        }
        Some(())
    }

    /// Reads bytes whose signature by the root key holds.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, StateRefused> {
        let part = StatePart::Delegation;
        let rest = bytes.strip_prefix(TAG).ok_or(StateRefused::OtherFormat { part })?;
        let mut reader = Reader::new(rest);
        let short = || malformed("it ends too early");
        let site = reader.short().ok_or_else(short)?;
        let site = str::from_utf8(site).map_err(|_| StateRefused::SiteId)?.parse()?;
        let serial = reader.u64().ok_or_else(short)?;
        let state_key = public_key(reader.long().ok_or_else(short)?)?;
        let count = reader.u8().ok_or_else(short)?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let key_use = match reader.u8().ok_or_else(short)? {
                1 => KeyUse::CloudFront,
                2 => KeyUse::Claims,
                _ => return Err(malformed("a key has an unknown use")),
            };
            let algorithms = algorithms(reader.u8().ok_or_else(short)?)?;
            let id = str::from_utf8(reader.short().ok_or_else(short)?);
            let id = id.map_err(|_| TrustRefused::KeyId)?;
            let id = (!id.is_empty()).then(|| id.to_string());
            let key = public_key(reader.long().ok_or_else(short)?)?;
            keys.push(DelegatedKey { key_use, id, key, algorithms });
        }
        if !reader.is_empty() {
            return Err(malformed("bytes are left over"));
        }
        let delegation = Self { site, serial, state_key, keys };
        delegation.check()?;
        Ok(delegation)
    }

    /// Whether an edge could trust these keys.
    fn check(&self) -> Result<(), StateRefused> {
        if self.keys.len() > MAX_DELEGATED_KEYS {
            return Err(malformed("it lists too many keys"));
        }
        for (number, listed) in self.keys.iter().enumerate() {
            listed.check()?;
            if listed.key == self.state_key {
                return Err(malformed("the state key is listed for passes too"));
            }
            for earlier in self.keys.iter().take(number) {
                if earlier.key_use != listed.key_use {
                    if earlier.key == listed.key {
                        return Err(malformed("a key is listed for two uses"));
                    }
                } else if let Some(id) = &listed.id
                    && earlier.id == listed.id
                {
                    return Err(TrustRefused::Repeated { id: id.clone() }.into());
                }
            }
        }
        if self.keys.iter().filter(|listed| listed.id.is_none()).count() > MAX_KEYS_WITHOUT_ID {
            return Err(TrustRefused::TooManyWithoutId.into());
        }
        Ok(())
    }
}

impl DelegatedKey {
    fn check(&self) -> Result<(), StateRefused> {
        match (&self.id, self.key_use) {
            (Some(id), _) => check_key_id(id)?,
            (None, KeyUse::Claims) => return Err(malformed("a claims key has no id")),
            (None, KeyUse::CloudFront) => {}
        }
        let kind = self.key.kind();
        if let Some(&algorithm) = self.algorithms.iter().find(|algorithm| !algorithm.fits(kind)) {
            return Err(TrustRefused::OtherKind { algorithm, kind }.into());
        }
        match (self.algorithms.as_slice(), self.key_use) {
            ([], _) => Err(TrustRefused::NoAlgorithm.into()),
            (_, KeyUse::CloudFront) | ([Algorithm::RsaSha256 | Algorithm::EcdsaSha256], _) => {
                Ok(())
            }
            _ => Err(malformed("a claims key has another algorithm than RS256 or ES256")),
        }
    }
}

const fn bit(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::RsaSha1 => 1,
        Algorithm::RsaSha256 => 2,
        Algorithm::EcdsaSha1 => 4,
        Algorithm::EcdsaSha256 => 8,
    }
}

fn algorithms(bits: u8) -> Result<Vec<Algorithm>, StateRefused> {
    let found: Vec<Algorithm> =
        Algorithm::ALL.into_iter().filter(|&algorithm| bits & bit(algorithm) != 0).collect();
    let known = found.iter().fold(0, |bits, &algorithm| bits | bit(algorithm));
    if bits == known { Ok(found) } else { Err(malformed("a key has an unknown algorithm")) }
}

fn public_key(spki: &[u8]) -> Result<PublicKey, StateRefused> {
    Ok(PublicKey::from_spki_der(spki, ShortRsa::Refuse)?)
}

fn check_size(bytes: usize) -> Result<(), StateRefused> {
    if bytes > MAX_DELEGATION_BYTES {
        let part = StatePart::Delegation;
        return Err(StateRefused::TooLarge { part, bytes, limit: MAX_DELEGATION_BYTES });
    }
    Ok(())
}

fn malformed(problem: &'static str) -> StateRefused {
    StateRefused::Malformed { part: StatePart::Delegation, problem }
}

/// A delegation and the root key's signature over it, as heads carry it and as it is kept until
/// the keys change.
///
/// | bytes | |
/// | ---: | --- |
/// | 2 + n | length and bytes of the delegation |
/// | 2 + n | length and bytes of the root key's signature |
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedDelegation {
    bytes: Vec<u8>,
}

impl SignedDelegation {
    /// Adds a signature to [`Delegation::unsigned`]. The reader checks whether it holds:
    /// [`super::StateTrust::delegation`].
    pub fn new(unsigned: &[u8], signature: &[u8]) -> Result<Self, StateRefused> {
        let mut bytes = Vec::new();
        let put = put_long(&mut bytes, unsigned).and_then(|()| put_long(&mut bytes, signature));
        put.ok_or_else(|| malformed("a part of it is too long"))?;
        Self::from_bytes(&bytes)
    }

    /// Reads the bytes of [`Self::as_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateRefused> {
        let mut reader = Reader::new(bytes);
        let signed = Self::take(&mut reader)?;
        if reader.is_empty() { Ok(signed) } else { Err(malformed("bytes are left over")) }
    }

    pub(super) fn take(reader: &mut Reader<'_>) -> Result<Self, StateRefused> {
        let short = || malformed("it ends too early");
        let unsigned = reader.long().ok_or_else(short)?;
        let signature = reader.long().ok_or_else(short)?;
        let mut bytes = Vec::new();
        put_long(&mut bytes, unsigned)
            .and_then(|()| put_long(&mut bytes, signature))
            .ok_or_else(short)?;
        if signature.len() > MAX_SIGNATURE_BYTES {
            return Err(malformed("its signature is too long"));
        }
        check_size(bytes.len())?;
        Ok(Self { bytes })
    }

    /// The bytes to store, or to put into a head.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was signed, and the signature.
    pub(super) fn parts(&self) -> Option<(&[u8], &[u8])> {
        let mut reader = Reader::new(&self.bytes);
        Some((reader.long()?, reader.long()?))
    }
}
