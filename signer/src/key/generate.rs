//! New key pairs.

use core::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RsaKeyPair};
use pkcs8::{LineEnding, SecretDocument};
use policy::{Algorithm, ShortRsa};
use zeroize::Zeroizing;

use super::{PrivateKey, der};

/// The key pairs that CloudFront takes (AWS: "Create key pairs for your signers").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeySpec {
    /// ECDSA on P-256.
    EcdsaP256,
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
}

impl KeySpec {
    /// Of a key that signs with this algorithm.
    pub const fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::RsaSha1 | Algorithm::RsaSha256 => Self::Rsa2048,
            Algorithm::EcdsaSha1 | Algorithm::EcdsaSha256 => Self::EcdsaP256,
        }
    }
}

impl PrivateKey {
    /// Makes a key pair from the system's randomness. The text is the private key as unencrypted
    /// PKCS#8 in PEM form, to be stored where only the signer can read it.
    pub fn generate(spec: KeySpec) -> Result<(Self, Zeroizing<String>), GenerationFailed> {
        let document = match spec {
            KeySpec::EcdsaP256 => ecdsa_p256(),
            KeySpec::Rsa2048 => rsa_2048(),
        }
        .map_err(|_| GenerationFailed)?;
        let key =
            der::from_pkcs8(document.as_bytes(), ShortRsa::Refuse).map_err(|_| GenerationFailed)?;
        let pem = document.to_pem("PRIVATE KEY", LineEnding::LF).map_err(|_| GenerationFailed)?;
        Ok((key, pem))
    }
}

fn ecdsa_p256() -> Result<SecretDocument, Unspecified> {
    let pkcs8 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?.to_pkcs8v1()?;
    SecretDocument::try_from(pkcs8.as_ref()).map_err(|_| Unspecified)
}

fn rsa_2048() -> Result<SecretDocument, Unspecified> {
    let pkcs8: Pkcs8V1Der<'_> = RsaKeyPair::generate(KeySize::Rsa2048)?.as_der()?;
    SecretDocument::try_from(pkcs8.as_ref()).map_err(|_| Unspecified)
}

/// AWS-LC could not make a key pair.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GenerationFailed;

impl fmt::Display for GenerationFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the crypto library could not make a key pair; try again")
    }
}

impl core::error::Error for GenerationFailed {}
