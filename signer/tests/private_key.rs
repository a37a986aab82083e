//! Private keys against OpenSSL: what it writes is read, and what is signed here it verifies.

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

use key_encoding::{Found, KeyFault, Wanted};
use policy::{Hash, KeyKind, KeyRefused, MakeSignature, ShortRsa};
use signer::{KeySpec, PrivateKey, PrivateKeyRefused, public_key_pem};

const MESSAGE: &[u8] = br#"{"Statement":[{"Resource":"https://media.example.com/a.mp4"}]}"#;

/// A folder of one test, in which the `openssl` program runs. The tests need it installed.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("private-key-{test}"));
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

    fn rsa(&self, bits: usize) -> String {
        self.openssl(&format!(
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out rsa.pem"
        ));
        self.read("rsa.pem")
    }

    fn p256(&self) -> String {
        self.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem");
        self.read("ec.pem")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    /// Asks OpenSSL whether the key in `private` made `signature` over `message`.
    fn verify(&self, private: &str, hash: Hash, message: &[u8], signature: &[u8]) {
        self.write("message", message);
        self.write("signature", signature);
        let hash = hash.marker().to_lowercase();
        self.openssl(&format!("dgst -{hash} -prverify {private} -signature signature message"));
    }
}

fn read(pem: &str) -> Result<PrivateKey, PrivateKeyRefused> {
    PrivateKey::from_pem(pem, None, ShortRsa::Refuse)
}

fn refusal(pem: &str, passphrase: Option<&[u8]>) -> PrivateKeyRefused {
    PrivateKey::from_pem(pem, passphrase, ShortRsa::Refuse).expect_err("this must be refused")
}

#[test]
fn all_forms_of_an_rsa_key_are_the_same_key() {
    let folder = Folder::new("rsa-forms");
    let pkcs8 = folder.rsa(2048);
    folder.openssl("rsa -in rsa.pem -traditional -out pkcs1.pem");
    folder.openssl("pkcs8 -topk8 -in rsa.pem -out encrypted.pem -passout pass:correct");
    folder.openssl("pkcs8 -topk8 -in rsa.pem -out scrypt.pem -passout pass:correct -scrypt");
    folder.openssl("pkcs8 -topk8 -in rsa.pem -out sha512.pem -passout pass:correct -v2 aes-128-cbc -v2prf hmacWithSHA512");
    // What OpenSSL 1.0 wrote for `-v2 aes-256-cbc` and for `-v2 des3`.
    folder.openssl("pkcs8 -topk8 -in rsa.pem -out sha1.pem -passout pass:correct -v2 aes-256-cbc -v2prf hmacWithSHA1");
    folder.openssl(
        "pkcs8 -topk8 -in rsa.pem -out 3des.pem -passout pass:correct -v2 des3 -v2prf hmacWithSHA1",
    );
    let public = folder.openssl("pkey -in rsa.pem -pubout -outform DER");
    let expected = read(&pkcs8).unwrap().sign(Hash::Sha1, MESSAGE).unwrap();

    let forms = [
        "rsa.pem",
        "pkcs1.pem",
        "encrypted.pem",
        "scrypt.pem",
        "sha512.pem",
        "sha1.pem",
        "3des.pem",
    ];
    for form in forms {
        let pem = folder.read(form);
        let key = PrivateKey::from_pem(&pem, Some(b"correct"), ShortRsa::Refuse)
            .unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(key.public_key().spki_der(), public, "{form}");
        assert_eq!(key.kind(), KeyKind::Rsa { bits: 2048 }, "{form}");
        assert_eq!(key.sign(Hash::Sha1, MESSAGE).unwrap(), expected, "{form}");
    }
}

#[test]
fn all_forms_of_a_p256_key_are_the_same_key() {
    let folder = Folder::new("p256-forms");
    folder.openssl("ecparam -name prime256v1 -genkey -out parameters.pem");
    assert!(folder.read("parameters.pem").starts_with("-----BEGIN EC PARAMETERS-----"));
    folder.openssl("ec -in parameters.pem -out sec1.pem");
    folder.openssl("ec -in parameters.pem -no_public -out secret-only.pem");
    folder.openssl("pkcs8 -topk8 -nocrypt -in sec1.pem -out pkcs8.pem");
    folder.openssl("pkcs8 -topk8 -in sec1.pem -out encrypted.pem -passout pass:correct");
    let public = folder.openssl("pkey -in sec1.pem -pubout -outform DER");

    let forms = ["parameters.pem", "sec1.pem", "secret-only.pem", "pkcs8.pem", "encrypted.pem"];
    for form in forms {
        let pem = folder.read(form);
        let key = PrivateKey::from_pem(&pem, Some(b"correct"), ShortRsa::Refuse)
            .unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(key.public_key().spki_der(), public, "{form}");
        assert_eq!(key.kind(), KeyKind::P256, "{form}");
        let signature = key.sign(Hash::Sha256, MESSAGE).unwrap();
        folder.verify("sec1.pem", Hash::Sha256, MESSAGE, &signature);
    }
}

#[test]
fn line_ends_and_widths_do_not_matter() {
    let folder = Folder::new("lines");
    let pem = folder.p256();
    let public = read(&pem).unwrap().public_key().clone();
    let lines: Vec<&str> = pem.lines().collect();
    let body = lines[1..lines.len() - 1].concat();
    let one_line = format!("{}\n{body}\n{}", lines[0], lines[lines.len() - 1]);

    for text in
        [pem.replace('\n', "\r\n"), pem.trim_end().to_owned(), format!("\n\r\n{pem}\n\n"), one_line]
    {
        assert_eq!(read(&text).unwrap().public_key(), &public, "{} lines", text.lines().count());
    }
}

#[test]
fn rsa_signatures_are_the_bytes_that_openssl_makes() {
    let folder = Folder::new("rsa-bytes");
    for bits in [2048, 3072] {
        let key = read(&folder.rsa(bits)).unwrap();
        for message in [b"".as_slice(), MESSAGE, &[0; 10_000]] {
            folder.write("message", message);
            for (hash, option) in [(Hash::Sha1, "-sha1"), (Hash::Sha256, "-sha256")] {
                let theirs = folder.openssl(&format!("dgst {option} -sign rsa.pem message"));
                assert_eq!(key.sign(hash, message).unwrap(), theirs, "{bits} {hash}");
            }
        }
    }
}

#[test]
fn openssl_verifies_p256_signatures() {
    let folder = Folder::new("p256-verify");
    let key = read(&folder.p256()).unwrap();
    // Several, because the DER form has several lengths.
    for round in 0_u8..12 {
        let message = [MESSAGE, &[round]].concat();
        for hash in [Hash::Sha1, Hash::Sha256] {
            let signature = key.sign(hash, &message).unwrap();
            folder.verify("ec.pem", hash, &message, &signature);
        }
    }
}

#[test]
fn one_key_signs_on_many_threads() {
    let folder = Folder::new("threads");
    let key = read(&folder.rsa(2048)).unwrap();
    let expected = key.sign(Hash::Sha1, MESSAGE).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    assert_eq!(key.sign(Hash::Sha1, MESSAGE).unwrap(), expected);
                }
            });
        }
    });
    let moved = thread::spawn(move || key.sign(Hash::Sha1, MESSAGE).unwrap());
    assert_eq!(moved.join().unwrap(), expected);
}

#[test]
fn short_rsa_passes_only_as_a_danger() {
    let folder = Folder::new("short-rsa");
    let pkcs8 = folder.rsa(1024);
    folder.openssl("rsa -in rsa.pem -traditional -out pkcs1.pem");
    for pem in [pkcs8, folder.read("pkcs1.pem")] {
        let short = KeyRefused::ShortRsa { bits: 1024 };
        assert_eq!(refusal(&pem, None), PrivateKeyRefused::Unfit(short));

        let key = PrivateKey::from_pem(&pem, None, ShortRsa::DangerAllow).unwrap();
        for hash in [Hash::Sha1, Hash::Sha256] {
            let signature = key.sign(hash, MESSAGE).unwrap();
            folder.verify("rsa.pem", hash, MESSAGE, &signature);
        }
    }
    let pem = folder.rsa(512);
    let refused = PrivateKey::from_pem(&pem, None, ShortRsa::DangerAllow).unwrap_err();
    assert_eq!(refused, PrivateKeyRefused::Unfit(KeyRefused::ShortRsa { bits: 512 }));
}

/// The numbers of such a key need not make sense: its length alone refuses it.
#[test]
fn long_rsa_is_refused() {
    let folder = Folder::new("long-rsa");
    for bytes in [513, 1024, 4096] {
        let modulus = "C1".repeat(bytes);
        let others: String = (0..6).map(|at| format!("\nother{at}=INTEGER:1")).collect();
        let members = format!("v=INTEGER:0\nn=INTEGER:0x{modulus}\ne=INTEGER:65537{others}");
        folder.write("key.conf", format!("asn1=SEQUENCE:key\n[key]\n{members}\n"));
        folder.openssl("asn1parse -genconf key.conf -noout -out key.der");
        let body = String::from_utf8(folder.openssl("base64 -in key.der")).unwrap();
        let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----");
        let long = KeyRefused::LongRsa { bits: bytes * 8 };
        assert_eq!(refusal(&pem, None), PrivateKeyRefused::Unfit(long));
    }
    assert!(read(&folder.rsa(4096)).is_ok());
}

#[test]
fn keys_that_cloudfront_does_not_take_are_refused() {
    let folder = Folder::new("unfit");
    let other_curve = PrivateKeyRefused::Unfit(KeyRefused::OtherCurve);
    for (words, expected) in [
        ("ecparam -name secp384r1 -genkey -noout", other_curve),
        ("ecparam -name secp384r1 -genkey", other_curve),
        ("ecparam -name secp256k1 -genkey -noout", other_curve),
        ("ecparam -name prime256v1 -genkey -noout -param_enc explicit", other_curve),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384", other_curve),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", other_curve),
        ("genpkey -algorithm ed25519", PrivateKeyRefused::Unfit(KeyRefused::OtherKind)),
    ] {
        let pem = String::from_utf8(folder.openssl(words)).unwrap();
        assert_eq!(refusal(&pem, None), expected, "{words}");
    }
}

#[test]
fn encryption_is_opened_or_explained() {
    let folder = Folder::new("encryption");
    let pem = folder.p256();
    folder.openssl("pkcs8 -topk8 -in ec.pem -out new.pem -passout pass:correct -iter 1");
    folder.openssl("ec -in ec.pem -aes128 -out old.pem -passout pass:correct");
    folder.openssl("pkcs8 -topk8 -in ec.pem -out pbe.pem -passout pass:correct -v1 PBE-SHA1-3DES");
    folder.openssl(
        "pkcs8 -topk8 -in ec.pem -out camellia.pem -passout pass:correct -v2 camellia-128-cbc",
    );
    let new = folder.read("new.pem");
    let correct = Some(b"correct".as_slice());

    assert!(PrivateKey::from_pem(&new, correct, ShortRsa::Refuse).is_ok());
    assert!(PrivateKey::from_pem(&pem, correct, ShortRsa::Refuse).is_ok(), "not needed: ignored");
    assert_eq!(refusal(&new, None), PrivateKeyRefused::PassphraseMissing);
    assert_eq!(refusal(&new, Some(b"")), PrivateKeyRefused::PassphraseWrong);
    // So many that the padding looks right for some of them.
    for wrong in 0..1500 {
        let wrong = format!("wrong {wrong}");
        assert_eq!(refusal(&new, Some(wrong.as_bytes())), PrivateKeyRefused::PassphraseWrong);
    }

    let old = folder.read("old.pem");
    assert_eq!(refusal(&old, correct), instead(Found::EncryptedLegacy));
    assert_eq!(refusal(&old, None), instead(Found::EncryptedLegacy));
    let unsupported = PrivateKeyRefused::EncryptionUnsupported;
    assert_eq!(refusal(&folder.read("camellia.pem"), correct), unsupported);
    assert_eq!(refusal(&folder.read("pbe.pem"), correct), unsupported);

    // The commands that the messages give.
    folder.openssl("pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out private.pem -passin pass:correct -passout pass:correct");
    assert!(PrivateKey::from_pem(&folder.read("private.pem"), correct, ShortRsa::Refuse).is_ok());
    folder.openssl("pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in pbe.pem -out private.pem -passin pass:correct -passout pass:correct");
    assert!(PrivateKey::from_pem(&folder.read("private.pem"), correct, ShortRsa::Refuse).is_ok());
}

fn instead(found: Found) -> PrivateKeyRefused {
    PrivateKeyRefused::Fault(KeyFault::Instead { wanted: Wanted::PrivateKey, found })
}

/// What `key_encoding` tells apart, as OpenSSL writes it.
#[test]
fn other_files_are_recognised() {
    let folder = Folder::new("other-files");
    folder.rsa(2048);
    let out = |words: &str| String::from_utf8(folder.openssl(words)).unwrap();
    folder.openssl("req -x509 -new -key rsa.pem -subj /CN=test -out certificate.pem");
    folder.openssl(
        "pkcs12 -export -inkey rsa.pem -in certificate.pem -out archive.p12 -passout pass:secret",
    );
    let no_key = PrivateKeyRefused::Fault(KeyFault::NoKey { wanted: Wanted::PrivateKey });
    for (text, expected) in [
        (out("pkey -in rsa.pem -pubout"), instead(Found::PublicKey)),
        (out("rsa -in rsa.pem -RSAPublicKey_out"), instead(Found::Pkcs1Public)),
        (folder.read("certificate.pem"), instead(Found::Certificate)),
        (out("req -new -key rsa.pem -subj /CN=test"), instead(Found::Certificate)),
        (out("ecparam -name prime256v1"), no_key),
    ] {
        assert_eq!(refusal(&text, None), expected, "{text}");
    }
    let archive = fs::read(folder.0.join("archive.p12")).unwrap();
    let refused = PrivateKey::read(&archive, None, ShortRsa::Refuse).unwrap_err();
    assert_eq!(refused, instead(Found::Pkcs12));
}

#[test]
fn forms_without_armour_are_the_same_key() {
    let folder = Folder::new("armour");
    folder.rsa(2048);
    folder.p256();
    for (pem, words) in [
        ("rsa.pem", "pkey -in rsa.pem -outform DER -out key"),
        ("rsa.pem", "rsa -in rsa.pem -traditional -outform DER -out key"),
        ("rsa.pem", "pkcs8 -topk8 -in rsa.pem -outform DER -out key -passout pass:correct"),
        ("rsa.pem", "base64 -in rsa.pem -out key"),
        ("ec.pem", "ec -in ec.pem -outform DER -out key"),
        ("ec.pem", "ec -in ec.pem -no_public -outform DER -out key"),
    ] {
        folder.openssl(words);
        let stored = fs::read(folder.0.join("key")).unwrap();
        let key = PrivateKey::read(&stored, Some(b"correct"), ShortRsa::Refuse)
            .unwrap_or_else(|refused| panic!("{words}: {refused}"));
        assert_eq!(key.public_key(), read(&folder.read(pem)).unwrap().public_key(), "{words}");
    }
    // A label says less than what is inside.
    let mislabelled = folder.read("rsa.pem").replace("PRIVATE KEY", "RSA PRIVATE KEY");
    assert!(read(&mislabelled).is_ok());
}

/// Whatever is changed in the body, the private and the public numbers no longer agree.
#[test]
fn no_altered_key_passes() {
    let folder = Folder::new("altered");
    for (pem, step) in [(folder.p256(), 1), (folder.rsa(2048), 23)] {
        let start = pem.find('\n').unwrap() + 1;
        let end = pem.rfind("\n-----END").unwrap();
        for position in (start..end).step_by(step) {
            let mut altered = pem.clone().into_bytes();
            altered[position] = if altered[position] == b'k' { b'm' } else { b'k' };
            assert!(read(&String::from_utf8(altered).unwrap()).is_err(), "character {position}");
        }
        let mut cut = pem.clone();
        cut.replace_range(end - 40..end, "");
        let refused = refusal(&cut, None);
        let PrivateKeyRefused::Fault(KeyFault::Short { .. } | KeyFault::Length { .. }) = refused
        else {
            panic!("{refused:?}");
        };
    }
}

#[test]
fn generated_keys_are_what_openssl_calls_valid() {
    let folder = Folder::new("generated");
    for (spec, kind) in
        [(KeySpec::EcdsaP256, KeyKind::P256), (KeySpec::Rsa2048, KeyKind::Rsa { bits: 2048 })]
    {
        let (key, pem) = PrivateKey::generate(spec).unwrap();
        assert_eq!(key.kind(), kind);
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(read(&pem).unwrap().public_key(), key.public_key());
        let (other, _) = PrivateKey::generate(spec).unwrap();
        assert_ne!(other.public_key(), key.public_key());

        folder.write("generated.pem", pem.as_bytes());
        folder.openssl("pkey -in generated.pem -check -noout");
        let public = folder.openssl("pkey -in generated.pem -pubout");
        assert_eq!(public_key_pem(key.public_key()).as_bytes(), public);
        let signature = key.sign(Hash::Sha1, MESSAGE).unwrap();
        folder.verify("generated.pem", Hash::Sha1, MESSAGE, &signature);
    }
}

#[test]
fn debug_shows_only_the_kind() {
    let (key, _) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(P-256)");
}
