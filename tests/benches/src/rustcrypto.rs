//! The RustCrypto crates, and the two versions of `rsa` that are in use.

use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use policy::Hash;
use rsa::sha2::Digest as _;
use rsa09::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa09::sha2::Digest as _;

pub fn p256_public(pem: &str) -> VerifyingKey {
    VerifyingKey::from_public_key_pem(pem).expect("a sound key")
}

pub fn p256_verifies(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
    DerSignature::from_bytes(signature).is_ok_and(|signature| key.verify(text, &signature).is_ok())
}

pub fn p256_private(pem: &str) -> SigningKey {
    SigningKey::from_pkcs8_pem(pem).expect("a sound key")
}

pub fn p256_sign(key: &SigningKey, text: &[u8]) -> DerSignature {
    key.sign(text)
}

pub fn rsa010_public(pem: &str) -> rsa::RsaPublicKey {
    rsa::RsaPublicKey::from_public_key_pem(pem).expect("a sound key")
}

pub fn rsa010_verifies(key: &rsa::RsaPublicKey, hash: Hash, text: &[u8], signature: &[u8]) -> bool {
    let (scheme, digest) = rsa010_digest(hash, text);
    key.verify(scheme, &digest, signature).is_ok()
}

pub fn rsa010_private(pem: &str) -> rsa::RsaPrivateKey {
    rsa::RsaPrivateKey::from_pkcs8_pem(pem).expect("a sound key")
}

pub fn rsa010_sign(key: &rsa::RsaPrivateKey, hash: Hash, text: &[u8]) -> Vec<u8> {
    let (scheme, digest) = rsa010_digest(hash, text);
    key.sign(scheme, &digest).expect("a sound key")
}

fn rsa010_digest(hash: Hash, text: &[u8]) -> (rsa::Pkcs1v15Sign, Vec<u8>) {
    use rsa::{Pkcs1v15Sign, sha2::Sha256};
    use sha1::Sha1;
    match hash {
        Hash::Sha1 => (Pkcs1v15Sign::new::<Sha1>(), Sha1::digest(text).to_vec()),
        Hash::Sha256 => (Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(text).to_vec()),
    }
}

pub fn rsa09_public(pem: &str) -> rsa09::RsaPublicKey {
    rsa09::RsaPublicKey::from_public_key_pem(pem).expect("a sound key")
}

pub fn rsa09_verifies(
    key: &rsa09::RsaPublicKey,
    hash: Hash,
    text: &[u8],
    signature: &[u8],
) -> bool {
    let (scheme, digest) = rsa09_digest(hash, text);
    key.verify(scheme, &digest, signature).is_ok()
}

pub fn rsa09_private(pem: &str) -> rsa09::RsaPrivateKey {
    rsa09::RsaPrivateKey::from_pkcs8_pem(pem).expect("a sound key")
}

pub fn rsa09_sign(key: &rsa09::RsaPrivateKey, hash: Hash, text: &[u8]) -> Vec<u8> {
    let (scheme, digest) = rsa09_digest(hash, text);
    key.sign(scheme, &digest).expect("a sound key")
}

fn rsa09_digest(hash: Hash, text: &[u8]) -> (rsa09::Pkcs1v15Sign, Vec<u8>) {
    use rsa09::{Pkcs1v15Sign, sha2::Sha256};
    use sha1_010::Sha1;
    match hash {
        Hash::Sha1 => (Pkcs1v15Sign::new::<Sha1>(), Sha1::digest(text).to_vec()),
        Hash::Sha256 => (Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(text).to_vec()),
    }
}
