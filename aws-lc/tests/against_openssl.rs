//! Public keys against OpenSSL: what it exports is read, and what it signs verifies here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use aws_lc::{AwsLcKey, PublicKeyRefused, public_key_from_text, thumbprint};
use key_encoding::{Found, KeyFault, Wanted};
use policy::{
    Algorithm, Hash, InvalidSignature, KeyKind, KeyRefused, PublicKey, ShortRsa, VerifySignature,
};

const MESSAGE: &[u8] = br#"{"Statement":[{"Resource":"https://media.example.com/a.mp4"}]}"#;

/// A folder of one test, in which the `openssl` program runs. The tests need it installed.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("native-key-{test}"));
        let _ = fs::remove_dir_all(&path); // of an earlier run
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Runs `openssl` with these words, and gives what it printed.
    fn openssl(&self, words: &str) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(words.split(' '))
            .current_dir(&self.0)
            .output()
            .expect("the program `openssl` must be installed");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "openssl {words}: {errors}");
        output.stdout
    }

    fn text(&self, words: &str) -> String {
        String::from_utf8(self.openssl(words)).unwrap()
    }

    /// Makes `private.pem` and gives its public half as PEM.
    fn pair(&self, kind: KeyKind) -> String {
        match kind {
            KeyKind::P256 => self
                .openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out private.pem"),
            KeyKind::Rsa { bits } => self.openssl(&format!(
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out private.pem"
            )),
        };
        self.text("pkey -in private.pem -pubout")
    }

    fn sign(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        fs::write(self.0.join("message"), message).unwrap();
        let hash = hash.marker().to_lowercase();
        self.openssl(&format!("dgst -{hash} -sign private.pem message"))
    }
}

fn read(pem: &str) -> Result<PublicKey, PublicKeyRefused> {
    public_key_from_text(pem, ShortRsa::Refuse)
}

#[test]
fn openssl_signatures_verify_and_nothing_else_does() {
    let folder = Folder::new("verify");
    for (kind, short_rsa) in [
        (KeyKind::P256, ShortRsa::Refuse),
        (KeyKind::Rsa { bits: 1024 }, ShortRsa::DangerAllow),
        (KeyKind::Rsa { bits: 2048 }, ShortRsa::Refuse),
        (KeyKind::Rsa { bits: 4096 }, ShortRsa::Refuse),
    ] {
        let public = public_key_from_text(&folder.pair(kind), short_rsa).unwrap();
        assert_eq!(public.kind(), kind);
        let key = AwsLcKey::new(&public).unwrap();
        for hash in [Hash::Sha1, Hash::Sha256] {
            let signature = folder.sign(hash, MESSAGE);
            for algorithm in Algorithm::ALL {
                let expected = if algorithm == Algorithm::new(kind, hash) {
                    Ok(())
                } else {
                    Err(InvalidSignature)
                };
                let verdict = key.verify(algorithm, MESSAGE, &signature);
                assert_eq!(verdict, expected, "{kind} {hash} as {algorithm}");
            }
            let algorithm = Algorithm::new(kind, hash);
            for position in 0..MESSAGE.len() {
                let mut altered = MESSAGE.to_vec();
                altered[position] ^= 1;
                assert!(key.verify(algorithm, &altered, &signature).is_err(), "{position}");
            }
            for position in 0..signature.len() {
                let mut altered = signature.clone();
                altered[position] ^= 0x80;
                assert!(key.verify(algorithm, MESSAGE, &altered).is_err(), "{position}");
            }
            let longer = [signature.as_slice(), &[0]].concat();
            for wrong in [&longer, &signature[1..], &signature[..signature.len() - 1], &[]] {
                assert!(key.verify(algorithm, MESSAGE, wrong).is_err(), "{} bytes", wrong.len());
            }
        }
    }
}

#[test]
fn one_key_verifies_on_many_threads() {
    let folder = Folder::new("threads");
    let public = read(&folder.pair(KeyKind::Rsa { bits: 2048 })).unwrap();
    let key = AwsLcKey::new(&public).unwrap();
    let signature = folder.sign(Hash::Sha1, MESSAGE);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(key.verify(Algorithm::RsaSha1, MESSAGE, &signature).is_ok());
                }
            });
        }
    });
}

#[test]
fn numbers_of_no_key_are_refused() {
    let folder = Folder::new("numbers");

    // The last byte of the point: another y, which is on no point with this x.
    let public = read(&folder.pair(KeyKind::P256)).unwrap();
    let mut der = public.spki_der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let off_curve = PublicKey::from_spki_der(&der, ShortRsa::Refuse).unwrap();
    let refused = KeyRefused::Numbers { kind: KeyKind::P256 };
    assert_eq!(AwsLcKey::new(&off_curve).unwrap_err(), refused);

    // An RSA SubjectPublicKeyInfo ends with the modulus and then 02 03 01 00 01, the exponent.
    let public = read(&folder.pair(KeyKind::Rsa { bits: 2048 })).unwrap();
    let refused = KeyRefused::Numbers { kind: KeyKind::Rsa { bits: 2048 } };
    let length = public.spki_der().len();
    for (position, value) in [(length - 1, 0), (length - 6, 0)] {
        let mut der = public.spki_der().to_vec();
        der[position] = value; // the exponent even, the modulus even
        assert_eq!(PublicKey::from_spki_der(&der, ShortRsa::Refuse), Err(refused));
    }
}

#[test]
fn line_ends_and_widths_do_not_matter() {
    let folder = Folder::new("lines");
    let pem = folder.pair(KeyKind::P256);
    let key = read(&pem).unwrap();
    let lines: Vec<&str> = pem.lines().collect();
    let body = lines[1..lines.len() - 1].concat();
    for text in [
        pem.replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        format!("\n\r\n{pem}\n\n"),
        format!("{}\n{body}\n{}", lines[0], lines[lines.len() - 1]),
    ] {
        assert_eq!(read(&text), Ok(key.clone()));
    }
}

#[test]
fn other_texts_are_recognised() {
    let folder = Folder::new("other-texts");
    let public = folder.pair(KeyKind::Rsa { bits: 2048 });
    let private = folder.text("pkey -in private.pem");
    let pkcs1 = folder.text("rsa -in private.pem -RSAPublicKey_out");
    let certificate = folder.text("req -x509 -new -key private.pem -subj /CN=test");
    let p384 = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem";
    folder.openssl(p384);
    folder.openssl("genpkey -algorithm ed25519 -out ed25519.pem");
    folder.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem");
    let cut = public.replacen("MII", "", 1);

    let instead =
        |found| PublicKeyRefused::Fault(KeyFault::Instead { wanted: Wanted::PublicKey, found });
    let no_key = PublicKeyRefused::Fault(KeyFault::NoKey { wanted: Wanted::PublicKey });
    let other = folder.text("pkey -in p256.pem -pubout");
    let two = KeyFault::Several { wanted: Wanted::PublicKey, count: 2 };
    for (text, expected) in [
        (pkcs1.as_str(), instead(Found::Pkcs1Public)),
        (&certificate, instead(Found::Certificate)),
        (&private, instead(Found::PrivateKey)),
        (&folder.text("rsa -in private.pem -traditional"), instead(Found::PrivateKey)),
        (&format!("{public}{private}"), instead(Found::PrivateKey)),
        ("ssh-rsa AAAAB3NzaC1yc2E me@example.com", instead(Found::OpenSshPublic)),
        ("", PublicKeyRefused::Fault(KeyFault::Empty)),
        ("K2JCJMDEHXQW5F", no_key),
        (
            "-----BEGIN PUBLIC KEY-----",
            PublicKeyRefused::Fault(KeyFault::CutOff { label: "PUBLIC KEY" }),
        ),
        (&format!("{public}{other}"), PublicKeyRefused::Fault(two)),
        (&cut, PublicKeyRefused::Fault(KeyFault::Length { symbols: 389 })),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            PublicKeyRefused::Fault(KeyFault::NotDer),
        ),
        (
            &folder.text("pkey -in p384.pem -pubout"),
            PublicKeyRefused::Unfit(KeyRefused::OtherCurve),
        ),
        (
            &folder.text("pkey -in ed25519.pem -pubout"),
            PublicKeyRefused::Unfit(KeyRefused::OtherKind),
        ),
        (
            &folder.pair(KeyKind::Rsa { bits: 1024 }),
            PublicKeyRefused::Unfit(KeyRefused::ShortRsa { bits: 1024 }),
        ),
    ] {
        assert_eq!(read(text), Err(expected), "{text}");
    }
}

/// What the messages tell people to do leads to a key that is read.
#[test]
fn the_advised_commands_work() {
    let folder = Folder::new("advice");
    let public = folder.pair(KeyKind::Rsa { bits: 2048 });
    let expected = read(&public);
    folder.openssl("rsa -in private.pem -RSAPublicKey_out -out old.pem");
    folder.openssl("req -x509 -new -key private.pem -subj /CN=test -out certificate.pem");
    for (found, command) in [
        (Found::Pkcs1Public, "rsa -RSAPublicKey_in -in old.pem -pubout"),
        (Found::Certificate, "x509 -in certificate.pem -noout -pubkey"),
        (Found::PrivateKey, "pkey -in private.pem -pubout"),
    ] {
        let fault = KeyFault::Instead { wanted: Wanted::PublicKey, found };
        let refused = PublicKeyRefused::Fault(fault);
        assert!(refused.to_string().contains(&format!("`openssl {command}`")));
        assert_eq!(read(&folder.text(command)), expected, "{command}");
    }
}

#[test]
fn the_thumbprint_is_the_sha256_of_the_der() {
    let folder = Folder::new("thumbprint");
    let key = read(&folder.pair(KeyKind::P256)).unwrap();
    fs::write(folder.0.join("public.der"), key.spki_der()).unwrap();
    let theirs = folder.text("dgst -sha256 -r public.der");
    assert_eq!(Some(thumbprint(&key).to_string().as_str()), theirs.split(' ').next());
}
