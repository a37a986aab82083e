//! Keys of claims tokens: what they sign is what JOSE's own forms say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use key_encoding::{Found, KeyFault, Wanted};
use policy::{JoseAlgorithm, SecretRefused};
use signer::{KeySpec, PrivateKey, PrivateKeyRefused, TokenKey, TokenKeyRefused, public_key_pem};

const MESSAGE: &[u8] = b"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9";
const SECRET: &str = "a secret of thirty-two bytes at least";

/// Whether the algorithm's own implementation takes the signature.
fn verifies(key: &TokenKey, algorithm: &'static dyn VerificationAlgorithm, signed: &[u8]) -> bool {
    let spki = key.public_key().unwrap().spki_der();
    UnparsedPublicKey::new(algorithm, spki).verify(MESSAGE, signed).is_ok()
}

#[test]
fn es256_is_two_numbers_of_32_bytes() {
    let (_, pem) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
    let key = TokenKey::read(pem.as_bytes(), None).unwrap();
    assert_eq!(key.algorithm(), JoseAlgorithm::Es256);
    // Often enough that some numbers begin with a zero byte, which DER leaves out.
    for _ in 0..1000 {
        let signature = key.sign(MESSAGE).unwrap();
        assert_eq!(signature.len(), 64);
        assert!(verifies(&key, &ECDSA_P256_SHA256_FIXED, &signature));
    }
}

#[test]
fn rs256_is_pkcs1() {
    let (_, pem) = PrivateKey::generate(KeySpec::Rsa2048).unwrap();
    let key = TokenKey::read(pem.as_bytes(), None).unwrap();
    assert_eq!(key.algorithm(), JoseAlgorithm::Rs256);
    let signature = key.sign(MESSAGE).unwrap();
    assert_eq!(signature.len(), 256);
    assert!(verifies(&key, &RSA_PKCS1_2048_8192_SHA256, &signature));
}

#[test]
fn hs256_is_over_the_secret_without_blanks_around_it() {
    let reference = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    for text in [SECRET.to_owned(), format!("{SECRET}\n"), format!("  {SECRET}\r\n")] {
        let key = TokenKey::read(text.as_bytes(), None).unwrap();
        assert_eq!(key.algorithm(), JoseAlgorithm::Hs256);
        assert!(key.public_key().is_none());
        hmac::verify(&reference, MESSAGE, &key.sign(MESSAGE).unwrap()).unwrap();
    }
}

#[test]
fn no_other_key_is_a_secret() {
    let (key, pem) = PrivateKey::generate(KeySpec::Rsa2048).unwrap();
    let public = public_key_pem(key.public_key());
    let bare: Vec<&str> = public.lines().filter(|line| !line.starts_with('-')).collect();
    let bare = bare.join("\n");
    for text in [pem.as_str(), &public, &format!("\n# a comment\n{public}"), &bare] {
        assert_eq!(
            TokenKey::from_secret(text.as_bytes()).unwrap_err(),
            TokenKeyRefused::Secret(SecretRefused::Key)
        );
    }
    // Nor the base64 of its DER, nor what was pasted without its dashes.
    for text in [&public, &bare, &public.replace("-----BEGIN", "---BEGIN")] {
        let not = KeyFault::Instead { wanted: Wanted::PrivateKey, found: Found::PublicKey };
        assert_eq!(
            TokenKey::read(text.as_bytes(), None).unwrap_err(),
            TokenKeyRefused::Private(PrivateKeyRefused::Fault(not)),
            "{text}"
        );
    }
}

#[test]
fn short_secrets_are_refused_and_nothing_of_a_key_is_shown() {
    let refused = TokenKey::read("x".repeat(31).as_bytes(), None).unwrap_err();
    assert_eq!(refused, TokenKeyRefused::Secret(SecretRefused::Short { bytes: 31 }));
    assert!(!refused.to_string().contains("xx"));
    let key = TokenKey::read(SECRET.as_bytes(), None).unwrap();
    assert_eq!(format!("{key:?}"), "TokenKey(Hs256)");
}
