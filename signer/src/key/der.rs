//! DER to key: the structures of PKCS#1, PKCS#8 and SEC 1 down to the numbers.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RsaPublicKeyComponents,
};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, ContextSpecific, OctetStringRef, UintRef};
use pkcs8::der::oid::ObjectIdentifier;
use pkcs8::der::{self, Decode, Header, SliceReader, TagNumber};
use policy::{KeyRefused, MAX_RSA_BITS, PublicKey, ShortRsa};

use super::pem::PrivateKeyRefused;
use super::rsa::RsaKey;
use super::{PrivateKey, Secret};

/// `rsaEncryption` (RFC 8017, appendix C).
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` (RFC 5480, 2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1`, P-256 (RFC 5480, 2.1.1.1).
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// `PrivateKeyInfo` (RFC 5208, 5): one of the two below with its algorithm named outside.
pub(super) fn from_pkcs8(der: &[u8], short_rsa: ShortRsa) -> Result<PrivateKey, PrivateKeyRefused> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| PrivateKeyRefused::Malformed)?;
    let inner = info.private_key.as_bytes();
    match info.algorithm.oid {
        RSA_ENCRYPTION => from_pkcs1(inner, short_rsa),
        EC_PUBLIC_KEY => from_ec(inner, info.algorithm.parameters),
        _ => Err(PrivateKeyRefused::Unfit(KeyRefused::OtherKind)),
    }
}

/// `RSAPrivateKey` (RFC 8017, A.1.2).
pub(super) fn from_pkcs1(der: &[u8], short_rsa: ShortRsa) -> Result<PrivateKey, PrivateKeyRefused> {
    let numbers = public_numbers(der).map_err(|_| PrivateKeyRefused::Malformed)?;
    // Before anything is computed with the numbers: that takes long for an oversized key.
    let bits = numbers.n.len() * 8;
    if bits > MAX_RSA_BITS {
        return Err(PrivateKeyRefused::Unfit(KeyRefused::LongRsa { bits }));
    }
    let spki = numbers.as_der().map_err(|_| PrivateKeyRefused::Malformed)?;
    let public =
        PublicKey::from_spki_der(spki.as_ref(), short_rsa).map_err(PrivateKeyRefused::Unfit)?;
    let key = RsaKey::from_pkcs1_der(der).ok_or(PrivateKeyRefused::Malformed)?;
    Ok(PrivateKey { public, secret: Secret::Rsa(key) })
}

/// `ECPrivateKey` (RFC 5915, 3) that names its curve itself.
pub(super) fn from_sec1(der: &[u8]) -> Result<PrivateKey, PrivateKeyRefused> {
    let curve = named_curve(der).map_err(|_| PrivateKeyRefused::Malformed)?;
    from_ec(der, curve)
}

fn from_ec(der: &[u8], curve: Option<AnyRef<'_>>) -> Result<PrivateKey, PrivateKeyRefused> {
    // A curve may also be written out in numbers instead of being named; nobody needs that.
    match curve.and_then(|any| any.decode_as().ok()) {
        Some(P256) => {}
        _ => return Err(PrivateKeyRefused::Unfit(KeyRefused::OtherCurve)),
    }
    let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, der)
        .map_err(|_| PrivateKeyRefused::Malformed)?;
    let spki = pair.public_key().as_der().map_err(|_| PrivateKeyRefused::Malformed)?;
    let public = PublicKey::from_spki_der(spki.as_ref(), ShortRsa::Refuse)
        .map_err(PrivateKeyRefused::Unfit)?;
    Ok(PrivateKey { public, secret: Secret::P256(pair) })
}

/// The first members of an `RSAPrivateKey`: version, n, e. The rest is AWS-LC's to read.
fn public_numbers(der: &[u8]) -> der::Result<RsaPublicKeyComponents<&[u8]>> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?.tag().assert_eq(der::Tag::Sequence)?;
    u8::decode(&mut reader)?;
    let n = UintRef::decode(&mut reader)?.as_bytes();
    let e = UintRef::decode(&mut reader)?.as_bytes();
    Ok(RsaPublicKeyComponents { n, e })
}

/// The first members of an `ECPrivateKey`: version, the secret, and `[0]` the curve.
fn named_curve(der: &[u8]) -> der::Result<Option<AnyRef<'_>>> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?.tag().assert_eq(der::Tag::Sequence)?;
    u8::decode(&mut reader)?;
    <&OctetStringRef>::decode(&mut reader)?;
    let parameters = ContextSpecific::decode_explicit(&mut reader, TagNumber(0))?;
    Ok(parameters.map(|parameters| parameters.value))
}
