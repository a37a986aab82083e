//! Random keys and messages: what OpenSSL signs verifies, and nothing that AWS-LC refuses does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use aws_lc::AwsLcKey;
use policy::{Algorithm, Hash, PublicKey, ShortRsa, VerifySignature};
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use wasm::crypto::PureKey;

const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

#[test]
fn rsa_2048() {
    for _ in 0..4 {
        check("rsa-2048", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    }
}

#[test]
fn rsa_2048_with_exponent_3() {
    check("rsa-3", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3");
}

#[test]
fn rsa_2048_with_the_greatest_exponent() {
    check(
        "rsa-8589934591",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:8589934591",
    );
}

#[test]
fn rsa_3072() {
    check("rsa-3072", "-algorithm RSA -pkeyopt rsa_keygen_bits:3072");
}

#[test]
fn rsa_4096() {
    check("rsa-4096", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096");
}

#[test]
fn rsa_of_other_lengths() {
    // 1024 bits: AWS's published vectors. 2051 and 2079: just within a block of limbs and above.
    for bits in [1024, 2049, 2051, 2079, 3001] {
        let name = format!("rsa-{bits}");
        check(&name, &format!("-algorithm RSA -pkeyopt rsa_keygen_bits:{bits}"));
    }
}

#[test]
fn p256() {
    for _ in 0..12 {
        check("p256", P256);
    }
}

#[test]
fn another_key_refuses() {
    let (mine, other) = (OpenSsl::new("mine", P256), OpenSsl::new("other", P256));
    let signature = mine.sign(Hash::Sha256, b"message");
    let (mine, other) = (mine.public_key(), other.public_key());
    assert!(
        PureKey::new(&mine).unwrap().verify(Algorithm::EcdsaSha256, b"message", &signature).is_ok()
    );
    assert!(
        PureKey::new(&other)
            .unwrap()
            .verify(Algorithm::EcdsaSha256, b"message", &signature)
            .is_err()
    );
}

/// One key, messages by both hashes, and each signature changed in many ways.
fn check(name: &str, options: &str) {
    let openssl = OpenSsl::new(name, options);
    let public = openssl.public_key();
    let (pure, native) = (PureKey::new(&public).unwrap(), AwsLcKey::new(&public).unwrap());
    let mut random = TestRunner::default();
    for hash in [Hash::Sha1, Hash::Sha256] {
        let algorithm = Algorithm::new(public.kind(), hash);
        let agree = |message: &[u8], signature: &[u8]| {
            let verdict = pure.verify(algorithm, message, signature);
            assert_eq!(verdict, native.verify(algorithm, message, signature), "{signature:02x?}");
            verdict.is_ok()
        };
        for length in [0, 1, 55, 64, 300, 2000] {
            let message: Vec<u8> =
                draw(&mut random, proptest::collection::vec(any::<u8>(), length));
            let signature = openssl.sign(hash, &message);
            assert!(agree(&message, &signature), "{algorithm}, {length} bytes");

            let mut longer = message.clone();
            longer.push(0);
            assert!(!agree(&longer, &signature));
            for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(pure.verify(other, &message, &signature).is_err(), "{other}");
            }
            for _ in 0..40 {
                let (byte, bit) = draw(&mut random, (0..signature.len(), 0..8));
                let mut flipped = signature.clone();
                flipped[byte] ^= 1_u8 << bit;
                assert!(!agree(&message, &flipped), "bit {bit} of byte {byte}");
            }
            for cut in [0, 1, signature.len() / 2, signature.len() - 1] {
                assert!(!agree(&message, &signature[..cut]));
            }
            assert!(!agree(&message, &[&signature[..], &[0]].concat()));
            assert!(!agree(&message, &[&[0], &signature[..]].concat()));
            assert!(!agree(&message, &vec![0; signature.len()]));
            assert!(!agree(&message, &vec![0xff; signature.len()]));
        }
    }
}

fn draw<S: Strategy>(random: &mut TestRunner, strategy: S) -> S::Value {
    strategy.new_tree(random).unwrap().current()
}

/// A private key in a folder of its own. The program `openssl` must be installed.
struct OpenSsl(PathBuf);

impl OpenSsl {
    fn new(name: &str, options: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("pure-key-{name}"));
        fs::create_dir_all(&folder).unwrap();
        let openssl = Self(folder);
        openssl.run(&format!("genpkey {options} -out private.pem"));
        openssl
    }

    fn public_key(&self) -> PublicKey {
        let der = self.run("pkey -in private.pem -pubout -outform DER");
        PublicKey::from_spki_der(&der, ShortRsa::DangerAllow).unwrap()
    }

    fn sign(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        fs::write(self.0.join("message"), message).unwrap();
        self.run(&format!("dgst -{} -sign private.pem message", hash.marker().to_lowercase()))
    }

    fn run(&self, words: &str) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(words.split(' '))
            .current_dir(&self.0)
            .output()
            .expect("the program `openssl` must be installed");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {words}: {errors}");
        output.stdout
    }
}
