//! Keys in every way of storing them that people were seen to use, and what was lost on the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failing test should stop here"
)]

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use key_encoding::{Form, Found, Key, KeyFault, Wanted, private_key, public_key};

/// A key of the corpus.
fn pem(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/keys/");
    fs::read_to_string(format!("{folder}{name}.pem")).unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// `stored` in all the ways.
fn ways(pem: &str) -> Vec<(&'static str, Vec<u8>)> {
    let escaped = pem.replace('\n', "\\n");
    let twice = pem.replace('\n', "\\\\n");
    let slashes = escaped.replace('/', "\\/");
    let unicode = escaped.replace('+', "\\u002b").replace('=', "\\u003D");
    let lines: Vec<&str> = pem.lines().collect();
    let inside = &lines[1..lines.len() - 1];
    let indented: String = lines.iter().map(|line| format!("      {line}\r\n")).collect();
    let quoted_lines: Vec<String> = lines.iter().map(|line| format!("  '{line}\\n'")).collect();
    let dashes = pem.replace("-----", "\u{2014}\u{2014}-");
    let secret_value = format!(
        r#"{{"ARN":"arn:aws:secretsmanager:us-east-1:111122223333:secret:s-AbCdEf","Name":"s","SecretString":"{{\"key_id\":\"K1\",\"private_key\":\"{twice}\"}}","CreatedDate":1795310185.12}}"#
    );
    let binary = format!(r#"{{"Name":"s","SecretBinary":"{}"}}"#, STANDARD.encode(pem));
    let attributes =
        format!("Bag Attributes\n    friendlyName: site\nKey Attributes: <None>\n{pem}");
    let with_mark = |text: Vec<u8>, mark: &[u8]| [mark, &text].concat();
    vec![
        ("as it is", pem.as_bytes().to_vec()),
        ("without the last line end", pem.trim_end().as_bytes().to_vec()),
        ("line ends of Windows", pem.replace('\n', "\r\n").into_bytes()),
        ("line ends of old Macs", pem.replace('\n', "\r").into_bytes()),
        ("blanks for line ends", pem.trim_end().replace('\n', " ").into_bytes()),
        ("nothing for line ends", pem.replace('\n', "").into_bytes()),
        ("literal \\n", escaped.clone().into_bytes()),
        ("literal \\r\\n", pem.replace('\n', "\\r\\n").into_bytes()),
        ("indented", indented.into_bytes()),
        ("quoted", format!("\"{}\"", pem.trim_end()).into_bytes()),
        ("quoted and escaped", format!("\"{escaped}\"").into_bytes()),
        ("a variable", format!("PRIVATE_KEY='{escaped}'\n").into_bytes()),
        ("yaml", format!("key: |\n{}", pem.replace("\n", "\n  ")).into_bytes()),
        ("an array of lines", format!("[\n{}\n]", quoted_lines.join(",\n")).into_bytes()),
        ("a JSON secret", format!(r#"{{"pk":"{escaped}"}}"#).into_bytes()),
        ("a JSON secret by PHP", format!(r#"{{"pk":"{slashes}"}}"#).into_bytes()),
        ("a JSON secret of ASCII", format!(r#"{{"pk":"{unicode}"}}"#).into_bytes()),
        ("a JSON secret with blanks", {
            format!(r#"{{"pk": "{}"}}"#, pem.trim_end().replace('\n', " ")).into_bytes()
        }),
        ("get-secret-value", secret_value.into_bytes()),
        ("get-secret-value of bytes", binary.into_bytes()),
        ("attributes in front", attributes.into_bytes()),
        ("a dash lost", pem.as_bytes()[1..].to_vec()),
        ("joined dashes", dashes.into_bytes()),
        ("no padding", pem.replace('=', "").into_bytes()),
        ("UTF-8 with a mark", with_mark(pem.as_bytes().to_vec(), &[0xef, 0xbb, 0xbf])),
        ("UTF-16", utf16(pem, u16::to_le_bytes)),
        ("UTF-16, marked", with_mark(utf16(pem, u16::to_le_bytes), &[0xff, 0xfe])),
        ("UTF-16, big end first", with_mark(utf16(pem, u16::to_be_bytes), &[0xfe, 0xff])),
        ("DER", der(pem)),
        ("base64 of DER", STANDARD.encode(der(pem)).into_bytes()),
        ("base64 of DER in lines", inside.join("\n").into_bytes()),
        ("base64 of the file", STANDARD.encode(pem).into_bytes()),
        ("base64 of the file in JSON", format!(r#"{{"k":"{}"}}"#, STANDARD.encode(pem)).into()),
    ]
}

#[test]
fn whatever_has_one_meaning_is_read() {
    for (name, form) in [("rsa.private", Form::Pkcs8), ("p256.private", Form::Pkcs8)] {
        let pem = pem(name);
        for (way, stored) in ways(&pem) {
            let key = private_key(&stored).unwrap_or_else(|why| panic!("{name}, {way}: {why}"));
            assert_eq!((key.form, &*key.der), (form, &der(&pem)), "{name}, {way}");
        }
    }
    for name in ["rsa.public", "p256.public"] {
        let pem = pem(name);
        for (way, stored) in ways(&pem) {
            let key = public_key(&stored).unwrap_or_else(|why| panic!("{name}, {way}: {why}"));
            assert_eq!((key.form, &*key.der), (Form::PublicKeyInfo, &der(&pem)), "{name}, {way}");
        }
    }
}

#[test]
fn what_stands_beside_the_key_is_passed_over() {
    let (private, public) = (pem("rsa.private"), pem("rsa.public"));
    let certificate = "-----BEGIN CERTIFICATE-----\nMAkwADAAAwEAAAA=\n-----END CERTIFICATE-----\n"
        .replace("MAkwADAAAwEAAAA=", "MAcwADAAAwEA");
    let both = format!("{public}{certificate}{private}");
    assert_eq!(&*private_key(both.as_bytes()).unwrap().der, &der(&private));
    assert_eq!(
        public_key(both.as_bytes()),
        Err(instead(Wanted::PublicKey, Found::PrivateKey)),
        "a private key does not belong where public keys are kept"
    );
    let twice = format!("{private}\n{private}");
    assert!(private_key(twice.as_bytes()).is_ok(), "the same key twice is one key");
}

#[test]
fn two_keys_are_not_chosen_from() {
    let both = format!("{}{}", pem("rsa.private"), pem("rsa-other.private"));
    let several = |wanted| Err(KeyFault::Several { wanted, count: 2 });
    assert_eq!(private_key(both.as_bytes()), several(Wanted::PrivateKey));
    let both = format!("{}{}", pem("rsa.public"), pem("p256.public"));
    assert_eq!(public_key(both.as_bytes()), several(Wanted::PublicKey));
}

fn instead(wanted: Wanted, found: Found) -> KeyFault {
    KeyFault::Instead { wanted, found }
}

fn fault(stored: impl AsRef<[u8]>) -> KeyFault {
    match private_key(stored.as_ref()) {
        Ok(Key { form, .. }) => panic!("read as {form:?}"),
        Err(fault) => fault,
    }
}

#[test]
fn what_is_wrong_is_named() {
    use KeyFault as R;
    let pem = pem("rsa.private");
    let lines: Vec<&str> = pem.lines().collect();
    let without = |line: usize| {
        let mut left = lines.clone();
        left.remove(line);
        left.join("\n")
    };
    let of = der(&pem).len();
    assert_eq!(fault(""), R::Empty);
    assert_eq!(fault("\u{feff} \n"), R::Empty);
    assert_eq!(fault("hello"), R::NoKey { wanted: Wanted::PrivateKey });
    assert_eq!(fault([0xff, 0x80, 0x81]), R::NotText);
    assert_eq!(fault(without(lines.len() - 1)), R::CutOff { label: "PRIVATE KEY" });
    assert_eq!(fault(without(0)), R::NoBeginning);
    assert_eq!(fault(without(3)), R::Short { bytes: of - 48, of });
    assert_eq!(fault(&der(&pem)[..500]), R::NotText);
    assert_eq!(fault(pem.replace(lines[3], &lines[3][1..])), R::Length { symbols: 4 * of / 3 });
    let (number, line) = (5, lines[4]);
    let elided = pem.replace(line, &format!("{}…", &line[..20]));
    assert_eq!(fault(elided), R::Symbol { line: number, symbol: '…' });
    let doubled = pem.replace(line, &format!("{line}\n{line}"));
    assert_eq!(fault(doubled), R::Long { bytes: of + 48, of });
    let other_end = pem.replace("END PRIVATE", "END RSA PRIVATE");
    assert_eq!(fault(other_end), R::OtherEnd);
    let body = lines[1..lines.len() - 1].concat();
    assert_eq!(fault(&body[..1000]), R::Short { bytes: 750, of });
    let text =
        pem.replace(&body[..60], &STANDARD.encode("no key, but a text of no use; it has 45 bytes"));
    assert_eq!(fault(text), R::NotDer);
}

#[test]
fn other_things_are_called_by_their_names() {
    let armoured = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let legacy = armoured(
        "RSA PRIVATE KEY",
        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIEpAIBAAKCAQEA",
    );
    let wrapped = |der: &[u8]| STANDARD.encode(der);
    let numbers = |count: u8| {
        let mut der = vec![0x30, 3 * count];
        (0..count).for_each(|number| der.extend([2, 1, number]));
        der
    };
    for (stored, found) in [
        (pem("rsa.public"), Found::PublicKey),
        ("ssh-rsa AAAAB3NzaC1yc2E me@example.com".to_owned(), Found::OpenSshPublic),
        (
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----".to_owned(),
            Found::OpenSshPublic,
        ),
        (armoured("OPENSSH PRIVATE KEY", "b3BlbnNzaA=="), Found::OpenSsh),
        (armoured("PGP PRIVATE KEY BLOCK", "lQOYBF"), Found::Pgp),
        (armoured("DSA PRIVATE KEY", &wrapped(&numbers(6))), Found::OtherKey),
        (armoured("CERTIFICATE", "MAcwADAAAwEA"), Found::Certificate),
        (legacy.clone(), Found::EncryptedLegacy),
        (legacy.replace('\n', "\\n"), Found::EncryptedLegacy),
        ("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n".to_owned(), Found::Putty),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}"#.to_owned(), Found::Jwk),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:k".to_owned(), Found::Arn),
        ("/etc/keys/private.pem\n".to_owned(), Found::Path),
        ("private.pem".to_owned(), Found::Path),
    ] {
        assert_eq!(fault(&stored), instead(Wanted::PrivateKey, found), "{stored}");
    }
    let archive = [0x30, 7, 2, 1, 3, 0x30, 2, 5, 0];
    assert_eq!(fault(archive), instead(Wanted::PrivateKey, Found::Pkcs12));
    let modulus = [0x30, 8, 2, 3, 1, 0, 1, 2, 1, 3];
    assert_eq!(public_key(&modulus), Err(instead(Wanted::PublicKey, Found::Pkcs1Public)));
    let private = public_key(pem("p256.private").as_bytes());
    assert_eq!(private, Err(instead(Wanted::PublicKey, Found::PrivateKey)));
}

/// A secret for HS256 must never be taken for a key, nor a key for a secret.
#[test]
fn a_shared_secret_is_no_key() {
    let secret =
        fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/keys/claims.secret"));
    let no_key = Err(KeyFault::NoKey { wanted: Wanted::PublicKey });
    assert_eq!(public_key(&secret.unwrap()), no_key);
    for first in 0..=255 {
        let secret: Vec<u8> = (0..96).map(|at: u8| first ^ at.wrapping_mul(89)).collect();
        assert_eq!(public_key(STANDARD.encode(&secret).as_bytes()), no_key, "{first}");
    }
}

/// Whatever is cut, changed or joined: no panic, and no other key than the one that was stored.
#[test]
fn damage_is_never_read_as_another_key() {
    let whole = pem("p256.private");
    let expected = der(&whole);
    let mut read = 0;
    for (_, stored) in ways(&whole) {
        for at in 0..stored.len() {
            let cut = private_key(&stored[..at]);
            let gap = private_key(&[&stored[..at], &stored[at + 1..]].concat());
            for key in [cut, gap].into_iter().flatten() {
                read += 1;
                assert_eq!(&*key.der, &expected, "damaged at {at}");
            }
        }
    }
    assert!(read > 0, "a line end can be missing");
}

/// Messages repeat no stretch of a key.
#[test]
fn complaints_hold_nothing_of_the_key() {
    let whole = pem("rsa.private");
    let body: String = whole.lines().filter(|line| !line.starts_with('-')).collect();
    for (_, stored) in ways(&whole) {
        for at in (0..stored.len()).step_by(7) {
            let Err(fault) = private_key(&stored[..at]) else { continue };
            let shown = format!("{fault} {fault:?}");
            let leaked = shown.as_bytes().windows(12).any(|part| {
                part.iter().all(u8::is_ascii_alphanumeric)
                    && body.contains(&*String::from_utf8_lossy(part))
            });
            assert!(!leaked, "{shown}");
        }
    }
}
