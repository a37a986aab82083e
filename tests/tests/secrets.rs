//! What may be the secret of HS256: keys of every kind, as people paste them, may not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use policy::{SecretRefused, check_secret};
use proptest::prelude::{any, prop_assert_eq, proptest};

/// A folder in which `openssl` runs.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("secrets");
        let _ = fs::remove_dir_all(&path); // of an earlier run
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn openssl(&self, words: &str) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(words.split(' '))
            .current_dir(&self.0)
            .output()
            .expect("the program `openssl` must be installed");
        assert!(output.status.success(), "openssl {words}: {output:?}");
        output.stdout
    }
}

/// Keys in DER, private and public, in each form that `openssl` writes.
fn keys() -> Vec<(String, Vec<u8>)> {
    let folder = Folder::new();
    let mut keys = Vec::new();
    for (name, options) in [
        ("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
        ("rsa-512", "-algorithm RSA -pkeyopt rsa_keygen_bits:512"),
        ("rsa-4096", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096"),
        ("rsa-pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024"),
        ("p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
        ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"),
        ("ed25519", "-algorithm ED25519"),
        ("x25519", "-algorithm X25519"),
    ] {
        folder.openssl(&format!("genpkey {options} -out {name}.pem"));
        let mut add = |form: &str, words: &str| {
            let der = folder.openssl(&format!("{words} {name}.pem -outform DER"));
            keys.push((format!("{name} {form}"), der));
        };
        add("PKCS #8", "pkcs8 -topk8 -nocrypt -in");
        add("encrypted PKCS #8", "pkcs8 -topk8 -passout pass:x -in");
        add("SubjectPublicKeyInfo", "pkey -pubout -in");
        match name {
            "rsa" | "rsa-512" | "rsa-4096" => {
                add("PKCS #1", "rsa -traditional -in");
                add("PKCS #1 public", "rsa -RSAPublicKey_out -in");
            }
            "p256" | "p521" => {
                add("SEC 1", "ec -in");
                add("SEC 1 without public key", "ec -no_public -in");
                add("certificate", "req -x509 -new -subj /CN=test -key");
            }
            _ => {}
        }
    }
    keys
}

fn wrapped(text: &str, width: usize, end: &str) -> String {
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
    lines.join(end)
}

fn hexadecimal(bytes: &[u8], separator: &str) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(separator)
}

/// The ways in which a key gets where a secret belongs.
fn notations(der: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let base64 = STANDARD.encode(der);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        wrapped(&base64, 64, "\n")
    );
    let texts = [
        ("base64", base64.clone()),
        ("base64 without padding", base64.trim_end_matches('=').to_owned()),
        ("base64 in lines", wrapped(&base64, 64, "\n")),
        ("base64 in lines of CR LF", wrapped(&base64, 76, "\r\n")),
        ("base64 in narrow lines", wrapped(&base64, 5, " \n\t")),
        ("base64 in lines of a JSON string", wrapped(&base64, 64, "\\n")),
        ("base64 after a word", format!("key: {base64}")),
        ("base64 after letters", format!("a{base64}")),
        ("base64 after more letters", format!("ab {base64}")),
        ("base64 after three letters", format!("abc{base64}")),
        ("base64 in quotes", format!("\"{base64}\"\n")),
        ("base64url", URL_SAFE_NO_PAD.encode(der)),
        ("CloudFront's base64", policy::to_cloudfront_base64(der)),
        ("hexadecimal", hexadecimal(der, "")),
        ("hexadecimal in upper case", hexadecimal(der, "").to_uppercase()),
        ("hexadecimal with colons", hexadecimal(der, ":")),
        ("hexadecimal in lines", wrapped(&hexadecimal(der, " "), 48, "\n")),
        ("hexadecimal after a digit", format!("0x0{}", hexadecimal(der, ""))),
        ("PEM", pem.clone()),
        ("PEM after a line", format!("# a comment\n{pem}")),
        ("PEM in one line", pem.replace('\n', "\\n")),
        ("PEM in base64", STANDARD.encode(&pem)),
        ("PEM in base64 in lines", wrapped(&STANDARD.encode(&pem), 76, "\n")),
        ("PEM without its first line", pem.split_once('\n').unwrap().1.to_owned()),
    ];
    let mut notations: Vec<(&str, Vec<u8>)> =
        texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    notations.extend([
        ("DER", der.to_vec()),
        ("DER after text", [b"key: ", der].concat()),
        ("DER before text", [der, b"\n"].concat()),
        ("DER less its last byte", der[..der.len() - 1].to_vec()),
    ]);
    notations
}

#[test]
fn no_key_is_a_secret() {
    let keys = keys();
    assert!(keys.len() > 25);
    for (key, der) in &keys {
        for (notation, text) in notations(der) {
            assert_eq!(check_secret(&text), Err(SecretRefused::Key), "{key} as {notation}");
        }
    }
}

#[test]
fn no_other_text_of_a_key_is_a_secret() {
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1a6r0fHhkWkkL6hGRpvZpQyvsXDuR0WAnCj6zmqrGi me@example.com";
    let wire = ssh.split(' ').nth(1).unwrap();
    for text in [
        jwk,
        &format!(r#"{{"keys":[{jwk}]}}"#),
        &jwk.replace(':', " : "),
        &STANDARD.encode(jwk),
        &URL_SAFE_NO_PAD.encode(jwk),
        r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        ssh,
        wire,
        &format!("---- BEGIN SSH2 PUBLIC KEY ----\n{}", wrapped(wire, 30, "\n")),
    ] {
        assert_eq!(check_secret(text.as_bytes()), Err(SecretRefused::Key), "{text}");
    }
}

#[test]
fn a_secret_has_32_bytes() {
    assert_eq!(check_secret(&[7; 32]), Ok(()));
    assert_eq!(check_secret(&[7; 31]), Err(SecretRefused::Short { bytes: 31 }));
    assert_eq!(check_secret(b""), Err(SecretRefused::Short { bytes: 0 }));
    for text in [
        "correct horse battery staple, and some more of it",
        "0123456789012345678901234567890123456789",
        "00000000-0000-0000-0000-000000000000-00000000",
        "MIIBIjANBgkqhkiG is how many keys begin",
        "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
        "30303030303030303030303030303030303030303030303030303030303030",
    ] {
        assert_eq!(check_secret(text.as_bytes()), Ok(()), "{text}");
    }
}

proptest! {
    /// Random bytes, as they are and as tools write them.
    #[test]
    fn random_bytes_are_secrets(bytes in proptest::collection::vec(any::<u8>(), 32..64)) {
        for text in [
            bytes.clone(),
            STANDARD.encode(&bytes).into_bytes(),
            URL_SAFE_NO_PAD.encode(&bytes).into_bytes(),
            hexadecimal(&bytes, "").into_bytes(),
        ] {
            prop_assert_eq!(check_secret(&text), Ok(()));
        }
    }
}
