//! What is signed and verified, and with which keys: the same for every contestant.

use std::fs;
use std::path::Path;

use aws_lc::{AwsLcKey, thumbprint};
use policy::{
    Algorithm, Grant, Hash, MakeSignature, ResourcePattern, Signed, Target, Trust, TrustedKey,
    TrustedKeys, UnixTime,
};
use signer::{KeySpec, PrivateKey, public_key_pem};

pub const KEY_ID: &str = "K2JCJMDEHXQW5F";
pub const PATTERN: &str = "https://media.example.com/courses/42/*";
pub const URL: &str = "https://media.example.com/courses/42/lesson-1/segment-0007.m4s";
pub const NETWORK: &str = "203.0.113.0/24";
pub const ADDRESS: &str = "203.0.113.7";
pub const EXPIRES: i64 = 1_767_290_400;

/// What is measured: ECDSA with SHA-1 costs what it costs with SHA-256.
pub const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::RsaSha256, Algorithm::RsaSha1, Algorithm::EcdsaSha256];

pub struct Material {
    rsa: Pair,
    p256: Pair,
}

pub struct Pair {
    pub private: PrivateKey,
    pub private_pem: String,
    pub public_pem: String,
}

impl Material {
    /// New keys. The peers find them in the folder, with the policy and its signatures.
    pub fn new(folder: &Path) -> Self {
        let pair = |name: &str, spec| {
            let (private, pem) = PrivateKey::generate(spec).expect("keys can be made");
            let public_pem = public_key_pem(private.public_key());
            let write = |file: String, text: &str| {
                fs::write(folder.join(file), text).expect("the folder can be written to");
            };
            write(format!("{name}.pem"), &pem);
            write(format!("{name}.public.pem"), &public_pem);
            Pair { private, private_pem: pem.to_string(), public_pem }
        };
        let rsa = pair("rsa", KeySpec::Rsa2048);
        let p256 = pair("p256", KeySpec::EcdsaP256);
        let material = Self { rsa, p256 };
        fs::write(folder.join("policy"), material.text()).expect("as above");
        for algorithm in ALGORITHMS {
            let file = folder.join(format!("{algorithm}.signature"));
            fs::write(file, material.signature(algorithm)).expect("as above");
        }
        material
    }

    pub fn pair(&self, algorithm: Algorithm) -> &Pair {
        match algorithm {
            Algorithm::RsaSha1 | Algorithm::RsaSha256 => &self.rsa,
            Algorithm::EcdsaSha1 | Algorithm::EcdsaSha256 => &self.p256,
        }
    }

    /// The custom policy.
    pub fn text(&self) -> String {
        custom().unsigned(KEY_ID, Hash::Sha256).expect("a sound grant").text().to_owned()
    }

    /// Of the custom policy, raw bytes.
    pub fn signature(&self, algorithm: Algorithm) -> Vec<u8> {
        let key = &self.pair(algorithm).private;
        key.sign(algorithm.hash(), self.text().as_bytes()).expect("a sound key")
    }

    /// The custom policy in cookies.
    pub fn cookies(&self, algorithm: Algorithm) -> Vec<(&'static str, String)> {
        self.signed(custom(), algorithm).cookies().expect("short enough")
    }

    /// A canned policy in a URL.
    pub fn url(&self, algorithm: Algorithm) -> String {
        let target = Target::Url(URL.parse().expect("a URL"), None);
        let canned = Grant { target, expires: expires(), starts: None, network: None };
        self.signed(canned, algorithm).url().expect("short enough")
    }

    fn signed(&self, grant: Grant, algorithm: Algorithm) -> Signed {
        let unsigned = grant.unsigned(KEY_ID, algorithm.hash()).expect("a sound grant");
        unsigned.sign(&self.pair(algorithm).private).expect("a sound key")
    }

    pub fn trust(&self, algorithm: Algorithm) -> Trust {
        let public = self.pair(algorithm).private.public_key();
        let native = Box::new(AwsLcKey::new(public).expect("a sound key"));
        let key = TrustedKey::new(Some(KEY_ID), public, thumbprint(public), &[algorithm], native);
        Trust::in_credentials(TrustedKeys::new(vec![key.expect("a sound key")]).expect("one key"))
    }
}

/// What every signer is asked for: a folder, an expiry, a network.
pub fn custom() -> Grant {
    let pattern: ResourcePattern = PATTERN.parse().expect("a pattern");
    let network = Some(NETWORK.parse().expect("a network"));
    Grant { target: Target::Cookies(pattern), expires: expires(), starts: None, network }
}

pub fn expires() -> UnixTime {
    UnixTime::from_seconds(EXPIRES).expect("after 1970")
}
